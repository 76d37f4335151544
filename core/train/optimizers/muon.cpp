#include "core/train/optimizers/muon.h"

#include "core/train/optimizers/adamw.h"

#include <ATen/core/grad_mode.h>

namespace ablate::train {
namespace {

bool is_hidden_matrix(const TensorSpec& spec) {
    return spec.role == TensorRole::matrix && spec.name.starts_with("blocks.");
}

class Muon final : public Optimizer {
  public:
    Muon(const TrainConfig& config, const std::vector<const model::Parameter*>& hidden,
         const std::vector<const model::Parameter*>& rest)
        : config_(config),
          compute_(config.precision == "bf16" ? at::kBFloat16 : at::kFloat),
          hidden_(decay_groups(config, hidden, false)),
          rest_(config, config.adam_lr, rest) {}

    void step(const UpdateScale& scale) override {
        at::NoGradGuard no_grad;
        const double lr = config_.lr * scale.schedule;
        const at::Tensor skip = scale.found_inf.to(at::kBool);
        for (auto& group : hidden_)
            for (std::size_t i = 0; i < group.values.size(); ++i)
                update(group.values[i], group.first[i], lr, lr * group.decay, scale.grad_divisor, skip);
        rest_.step(scale);
    }

    std::vector<NamedTensor> state() const override {
        std::vector<NamedTensor> result = rest_.state();
        append_state(result, hidden_, "momentum");
        return result;
    }

  private:
    void update(at::Tensor& value, at::Tensor& buffer, double lr, double decay, const at::Tensor& divisor,
                const at::Tensor& skip) const {
        const at::Tensor gradient = value.grad() / divisor;
        const at::Tensor moved = buffer * config_.momentum + gradient;
        const at::Tensor direction = orthogonalized(gradient + moved * config_.momentum, compute_);
        const double ratio = static_cast<double>(value.size(0)) / static_cast<double>(value.size(1));
        const at::Tensor next =
            value * (1 - decay) - direction.to(value.scalar_type()) * (lr * std::sqrt(std::max(1.0, ratio)));
        replace_unless(skip, buffer, moved);
        replace_unless(skip, value, next);
    }

    TrainConfig config_;
    at::ScalarType compute_;
    std::vector<ParameterGroup> hidden_;  // first: momentum
    AdamW rest_;
};

}  // namespace

at::Tensor orthogonalized(const at::Tensor& matrix, at::ScalarType compute) {
    constexpr double a = 3.4445, b = -4.7750,
                     c = 2.0315;  // steepest at zero (Jordan 2024): singular values end in about [0.7, 1.2]
    at::Tensor x = matrix / (matrix.norm() + 1e-7);
    const bool tall = x.size(0) > x.size(1);
    x = (tall ? x.t() : x).to(compute);
    for (int i = 0; i < 5; ++i) {
        const at::Tensor gram = x.matmul(x.t());
        x = a * x + (b * gram + c * gram.matmul(gram)).matmul(x);
    }
    return tall ? x.t() : x;
}

// Muon (Jordan 2024, as Levanter runs it: Nesterov momentum, five Newton-Schulz steps, rate times
// sqrt(max(1, rows / columns)), decoupled decay) for the matrices of the blocks, AdamW at adam_lr for the rest.
void register_optimizer_muon(OptimizerRegistry& registry) {
    OptimizerRow row;
    row.name = "muon";
    row.label = "Muon";
    row.help = "Newton-Schulz on hidden matrices, AdamW elsewhere";
    row.formula =
        "hidden matrices: W ← (1 − lr · decay) W − lr · √max(1, rows / columns) · NewtonSchulz(G + momentum · M)";
    row.source = "Jordan 2024, kellerjordan.github.io/posts/muon, as Levanter runs it";
    row.uses = {"adam_lr", "beta1", "beta2", "eps", "momentum"};
    row.adam_moments = true;
    row.state_bytes = [](const TrainConfig&, const TensorSpec& spec) {
        return (is_hidden_matrix(spec) ? 4.0 : 8.0) * spec.count();
    };
    row.in_words = [](const TrainConfig& config) {
        return fmt::format(
            "Muon on hidden matrices, momentum {}; AdamW elsewhere, learning rate {:.4g}, betas {} and {}",
            config.momentum, config.adam_lr, config.beta1, config.beta2);
    };
    registry.add(row, [](const TrainConfig& config, const std::vector<model::Parameter>& parameters) {
        std::vector<const model::Parameter*> hidden, rest;
        for (const auto& parameter : parameters)
            (is_hidden_matrix(parameter.spec) ? hidden : rest).push_back(&parameter);
        return std::make_unique<Muon>(config, hidden, rest);
    });
}

}  // namespace ablate::train
