#include "core/train/optimizer.h"

#include <ATen/core/grad_mode.h>

#include <limits>

namespace ablate::train {
namespace {

// Parameters that share their learning rate and decay, with a fused AdamW's or SGD's state beside them.
struct Group {
    double decay = 0;
    std::vector<std::string> names;
    std::vector<at::Tensor> values;
    std::vector<at::Tensor> first, second;  // exp_avg or momentum; exp_avg_sq

    std::vector<at::Tensor> gradients() const {
        std::vector<at::Tensor> result;
        for (const auto& value : values) result.push_back(value.grad());
        return result;
    }
};

bool decays(const TrainConfig& config, const TensorSpec& spec) {
    return config.decay_all || spec.role == TensorRole::matrix || spec.role == TensorRole::embedding;
}

// The two groups of `parameters`: those that decay and those that do not.
std::vector<Group> decay_groups(const TrainConfig& config, const std::vector<const model::Parameter*>& parameters,
                                bool second_moment) {
    Group with, without;
    with.decay = config.weight_decay;
    for (const auto* parameter : parameters) {
        Group& group = decays(config, parameter->spec) ? with : without;
        group.names.push_back(parameter->spec.name);
        group.values.push_back(parameter->value);
        group.first.push_back(at::zeros_like(parameter->value.detach()));
        if (second_moment) group.second.push_back(at::zeros_like(parameter->value.detach()));
    }
    std::vector<Group> groups;
    for (auto& group : {with, without})
        if (!group.values.empty()) groups.push_back(group);
    return groups;
}

// An epsilon that fp32 cannot hold would be 0, and the update of an embedding that no batch has read 0 / 0.
constexpr double kSmallestEpsilon = std::numeric_limits<float>::min();

class AdamW final : public Optimizer {
  public:
    AdamW(const TrainConfig& config, double lr, const std::vector<const model::Parameter*>& parameters)
        : config_(config), lr_(lr), groups_(decay_groups(config, parameters, true)) {
        if (!groups_.empty())
            count_ = at::zeros({}, groups_[0].values[0].options().dtype(at::kFloat).requires_grad(false));
    }

    void step(const UpdateScale& scale) override {
        at::NoGradGuard no_grad;
        if (groups_.empty()) return;
        count_.add_(1).sub_(scale.found_inf);
        for (auto& group : groups_) {
            const std::vector<at::Tensor> counts(group.values.size(), count_);
            at::_fused_adamw_(group.values, group.gradients(), group.first, group.second, {}, counts,
                              lr_ * scale.schedule, config_.beta1, config_.beta2, group.decay,
                              std::max(config_.eps, kSmallestEpsilon),
                              /*amsgrad=*/false, /*maximize=*/false, scale.grad_divisor, scale.found_inf);
        }
    }

    std::vector<NamedTensor> state() const override {
        std::vector<NamedTensor> result;
        if (!groups_.empty()) result.push_back({"adam_step", count_});
        for (const auto& group : groups_)
            for (std::size_t i = 0; i < group.names.size(); ++i) {
                result.push_back({"exp_avg." + group.names[i], group.first[i]});
                result.push_back({"exp_avg_sq." + group.names[i], group.second[i]});
            }
        return result;
    }

  private:
    TrainConfig config_;
    double lr_;
    std::vector<Group> groups_;
    at::Tensor count_;  // updates taken, fp32, one for all
};

class Sgd final : public Optimizer {
  public:
    Sgd(const TrainConfig& config, const std::vector<const model::Parameter*>& parameters)
        : config_(config), groups_(decay_groups(config, parameters, false)) {}

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
        for (const auto& group : groups_)
            for (std::size_t i = 0; i < group.names.size(); ++i)
                result.push_back({"momentum." + group.names[i], group.first[i]});
        return result;
    }

  private:
    TrainConfig config_;
    std::vector<Group> groups_;
};

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
        for (const auto& group : hidden_)
            for (std::size_t i = 0; i < group.names.size(); ++i)
                result.push_back({"momentum." + group.names[i], group.first[i]});
        return result;
    }

  private:
    // A non-finite gradient multiplied by zero is still not finite: what must not change is chosen, never weighted.
    void update(at::Tensor& value, at::Tensor& buffer, double lr, double decay, const at::Tensor& divisor,
                const at::Tensor& skip) const {
        const at::Tensor gradient = value.grad() / divisor;
        const at::Tensor moved = buffer * config_.momentum + gradient;
        const at::Tensor direction = orthogonalized(gradient + moved * config_.momentum, compute_);
        const double ratio = static_cast<double>(value.size(0)) / static_cast<double>(value.size(1));
        const at::Tensor next =
            value * (1 - decay) - direction.to(value.scalar_type()) * (lr * std::sqrt(std::max(1.0, ratio)));
        buffer.copy_(at::where(skip, buffer, moved));
        value.copy_(at::where(skip, value, next));
    }

    TrainConfig config_;
    at::ScalarType compute_;
    std::vector<Group> hidden_;
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

std::unique_ptr<Optimizer> make_optimizer(const TrainConfig& config, const std::vector<model::Parameter>& parameters) {
    std::vector<const model::Parameter*> all, hidden, rest;
    for (const auto& parameter : parameters) {
        all.push_back(&parameter);
        (is_hidden_matrix(parameter.spec) ? hidden : rest).push_back(&parameter);
    }
    if (config.optimizer == "adamw") return std::make_unique<AdamW>(config, config.lr, all);
    if (config.optimizer == "sgd") return std::make_unique<Sgd>(config, all);
    if (config.optimizer == "muon") return std::make_unique<Muon>(config, hidden, rest);
    throw std::logic_error("an optimizer without an implementation: " + config.optimizer);
}

}  // namespace ablate::train
