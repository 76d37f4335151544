#pragma once
#include "core/config/run_config.h"

#include <QString>
#include <filesystem>
#include <vector>

// The tensors of a variant and what becomes of each: of the weights it starts from or, without a start, beside the
// baseline.
namespace ablate::ui {

enum class TensorFate { same, kept, dropped, fresh, reshaped };
QString sign_of(TensorFate fate);  // "=", "−", "+", "≠": a second cue next to the color

struct TensorRow {
    QString name, shape;  // "blocks.0.attn.q.weight", "128 × 128"; of a reshaped one both shapes
    std::int64_t parameters = 0;
    TensorFate fate = TensorFate::same;
    QString why;  // "norm at q: RMSNorm → No norm"; may be empty
    bool operator==(const TensorRow&) const = default;
};

struct TensorList {
    std::vector<TensorRow> rows;  // in the order of the forward pass; what is gone is shown where it was
    QString counts;               // "310 tensors kept, 57 dropped, none new"
    bool from_start = false;
    bool compared = true;  // false: the baseline itself, without a start
    QString word_for(TensorFate fate) const;
};

// Both read what they are given and, with a start, the configuration of its weights: for a worker. InputError: no such
// start, or a tensor of the same name and another shape.
TensorList tensors_beside(const RunConfig& baseline, const RunConfig& config);
TensorList tensors_from_start(const RunConfig& config, const std::filesystem::path& workspace, const std::string& name);

}  // namespace ablate::ui
