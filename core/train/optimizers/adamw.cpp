#include "core/train/optimizers/adamw.h"

#include <ATen/core/grad_mode.h>

#include <limits>

namespace ablate::train {

double fp32_epsilon(const TrainConfig& config) {
    return std::max(config.eps, static_cast<double>(std::numeric_limits<float>::min()));
}

AdamW::AdamW(const TrainConfig& config, double lr, const std::vector<const model::Parameter*>& parameters)
    : config_(config), lr_(lr), groups_(decay_groups(config, parameters, true)) {
    if (!groups_.empty()) count_ = at::zeros({}, groups_[0].values[0].options().dtype(at::kFloat).requires_grad(false));
}

void AdamW::step(const UpdateScale& scale) {
    at::NoGradGuard no_grad;
    if (groups_.empty()) return;
    count_.add_(1).sub_(scale.found_inf);
    for (auto& group : groups_) {
        const std::vector<at::Tensor> counts(group.values.size(), count_);
        at::_fused_adamw_(group.values, group.gradients(), group.first, group.second, {}, counts, lr_ * scale.schedule,
                          config_.beta1, config_.beta2, group.decay, fp32_epsilon(config_),
                          /*amsgrad=*/false, /*maximize=*/false, scale.grad_divisor, scale.found_inf);
    }
}

std::vector<NamedTensor> AdamW::state() const {
    std::vector<NamedTensor> result;
    if (!groups_.empty()) result.push_back({"adam_step", count_});
    append_state(result, groups_, "exp_avg", "exp_avg_sq");
    return result;
}

void register_optimizer_adamw(OptimizerRegistry& registry) {
    OptimizerRow row;
    row.name = "adamw";
    row.label = "AdamW";
    row.formula = "w ← (1 − lr · decay) w − lr · m̂ / (√v̂ + eps), m̂ and v̂ the bias-corrected means of g and g²";
    row.source = "Loshchilov and Hutter 2019, arXiv 1711.05101; torch.optim.AdamW";
    row.uses = {"beta1", "beta2", "eps"};
    row.adam_moments = true;
    row.state_bytes = [](const TrainConfig&, const TensorSpec& spec) { return 8.0 * spec.count(); };
    row.in_words = [](const TrainConfig& config) {
        return fmt::format("AdamW, betas {} and {}", config.beta1, config.beta2);
    };
    registry.add(row, [](const TrainConfig& config, const std::vector<model::Parameter>& parameters) {
        return std::make_unique<AdamW>(config, config.lr, pointers_to(parameters));
    });
}

}  // namespace ablate::train
