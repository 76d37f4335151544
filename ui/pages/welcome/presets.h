#pragma once
#include <QString>
#include <vector>

namespace ablate::ui {

struct PresetSummary {
    QString name, description;
    QString variants;  // "Post-norm, No norm, NoPE"
    std::size_t runs = 0;
};

// The studies that ship with Ablate, quick first. Reads files: for a worker. One that cannot be read is left out.
std::vector<PresetSummary> read_presets();

}  // namespace ablate::ui
