#include "core/train/optimizer.h"
#include "core/train/parameter_groups.h"

#include <ATen/core/grad_mode.h>

namespace ablate::train {
namespace {

class Sgd final : public Optimizer {
  public:
    Sgd(const TrainConfig& config, const std::vector<model::Parameter>& parameters)
        : config_(config), groups_(decay_groups(config, pointers_to(parameters), false)) {}

    void step(const UpdateScale& scale) override {
        at::NoGradGuard no_grad;
        const bool plain = config_.momentum == 0;  // then ATen wants no buffers at all
        for (auto& group : groups_)
            at::_fused_sgd_(group.values, group.gradients(), plain ? std::vector<at::Tensor>() : group.first,
                            group.decay, config_.momentum, config_.lr * scale.schedule,
                            /*dampening=*/0, /*nesterov=*/false, /*maximize=*/false, /*is_first_step=*/false,
                            scale.grad_divisor, scale.found_inf);
    }

    std::vector<NamedTensor> state() const override {
        std::vector<NamedTensor> result;
        append_state(result, groups_, "momentum");
        return result;
    }

  private:
    TrainConfig config_;
    std::vector<ParameterGroup> groups_;  // first: momentum
};

}  // namespace

// torch.optim.SGD; its weight decay is coupled: decay times the weight is added to the gradient, before momentum.
void register_optimizer_sgd(OptimizerRegistry& registry) {
    OptimizerRow row;
    row.name = "sgd";
    row.label = "SGD";
    row.formula = "m ← momentum · m + g + decay · w; w ← w − lr · m";
    row.source = "torch.optim.SGD";
    row.uses = {"momentum"};
    row.coupled_decay = true;
    row.state_bytes = [](const TrainConfig& config, const TensorSpec& spec) {
        return config.momentum > 0 ? 4.0 * spec.count() : 0.0;
    };
    row.in_words = [](const TrainConfig& config) {
        return config.momentum > 0 ? fmt::format("SGD, momentum {}", config.momentum) : "SGD without momentum";
    };
    registry.add(row, [](const TrainConfig& config, const std::vector<model::Parameter>& parameters) {
        return std::make_unique<Sgd>(config, parameters);
    });
}

}  // namespace ablate::train
