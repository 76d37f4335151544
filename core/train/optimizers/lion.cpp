#include "core/train/optimizer.h"
#include "core/train/parameter_groups.h"

#include <ATen/core/grad_mode.h>

namespace ablate::train {
namespace {

class Lion final : public Optimizer {
  public:
    Lion(const TrainConfig& config, const std::vector<model::Parameter>& parameters)
        : config_(config), groups_(decay_groups(config, pointers_to(parameters), false)) {}

    void step(const UpdateScale& scale) override {
        at::NoGradGuard no_grad;
        const double lr = config_.lr * scale.schedule;
        const at::Tensor skip = scale.found_inf.to(at::kBool);
        for (auto& group : groups_)
            for (std::size_t i = 0; i < group.values.size(); ++i)
                update(group.values[i], group.first[i], lr, lr * group.decay, scale.grad_divisor, skip);
    }

    std::vector<NamedTensor> state() const override {
        std::vector<NamedTensor> result;
        append_state(result, groups_, "exp_avg");
        return result;
    }

  private:
    void update(at::Tensor& value, at::Tensor& mean, double lr, double decay, const at::Tensor& divisor,
                const at::Tensor& skip) const {
        const double beta1 = config_.beta1, beta2 = config_.beta2;
        const at::Tensor gradient = value.grad() / divisor;
        const at::Tensor direction = (mean * beta1 + gradient * (1 - beta1)).sign();
        replace_unless(skip, value, value * (1 - decay) - direction * lr);
        replace_unless(skip, mean, mean * beta2 + gradient * (1 - beta2));
    }

    TrainConfig config_;
    std::vector<ParameterGroup> groups_;  // first: exp_avg, the mean of gradients
};

}  // namespace

// With m the mean of gradients: w = (1 - lr decay) w - lr sign(beta1 m + (1 - beta1) g), then
// m = beta2 m + (1 - beta2) g. The sign of 0 is 0.
void register_optimizer_lion(OptimizerRegistry& registry) {
    OptimizerRow row;
    row.name = "lion";
    row.label = "Lion";
    row.help = "the sign of a mean of gradients, at a learning rate 3 to 10 times lower than AdamW's";
    row.formula = "w ← (1 − lr · decay) w − lr · sign(beta1 · m + (1 − beta1) g); m ← beta2 · m + (1 − beta2) g";
    row.source = "Chen et al. 2023, arXiv 2302.06675";
    row.uses = {"beta1", "beta2"};
    row.published = {{"beta2", 0.99}};
    row.state_bytes = [](const TrainConfig&, const TensorSpec& spec) { return 4.0 * spec.count(); };
    row.in_words = [](const TrainConfig& config) {
        return fmt::format("Lion, betas {} and {}", config.beta1, config.beta2);
    };
    registry.add(row, [](const TrainConfig& config, const std::vector<model::Parameter>& parameters) {
        return std::make_unique<Lion>(config, parameters);
    });
}

}  // namespace ablate::train
