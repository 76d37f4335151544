#pragma once
#include "core/config/study_config.h"

#include <QString>
#include <vector>

// What can be added to a study: variants made from the table of kinds, and those that presets bring.
namespace ablate::ui {

// One choice of a menu: its text below a heading, and the variant it adds.
struct OfferedVariant {
    QString text, tool_tip;
    VariantConfig variant;
};
struct OfferedGroup {
    QString title;  // "Attention input norm", "quick"
    std::vector<OfferedVariant> variants;
};

// Every other kind or choice of each axis of the model that the baseline uses; norms also at all sites at once.
std::vector<OfferedGroup> variants_of_registry(const RunConfig& baseline);
// The variants of every preset; reads the disk. A preset that cannot be read is left out.
std::vector<OfferedGroup> variants_of_presets();

// An option that a grid can vary, with its key.
struct GridOption {
    std::string key;
    QString group, heading;  // "train", "Optimizer"
    const FieldInfo* field;
};
// The numeric options in use, those of the baseline's kinds included.
std::vector<GridOption> grid_options(const RunConfig& baseline);

}  // namespace ablate::ui
