#include "core/train/optimizers/adamw.h"

#include <ATen/core/grad_mode.h>

namespace ablate::train {
namespace {

struct ScheduleFreeEntry {
    std::string name;
    double decay = 0;
    at::Tensor value;    // the parameter: y while training, x while it is evaluated or saved
    at::Tensor average;  // x
    at::Tensor base;     // z, the weights that AdamW's updates move
    at::Tensor squares;  // the mean of squared gradients
};

class ScheduleFreeAdamW final : public Optimizer {
  public:
    ScheduleFreeAdamW(const TrainConfig& config, const std::vector<model::Parameter>& parameters)
        : config_(config), power_(own_option(config, "average_power").get<double>()) {
        for (const ParameterGroup& group : decay_groups(config, pointers_to(parameters), true))
            for (std::size_t i = 0; i < group.values.size(); ++i)
                entries_.push_back({group.names[i], group.decay, group.values[i],
                                    at::zeros_like(group.values[i].detach()), group.first[i], group.second[i]});
        const auto options = entries_.at(0).value.options().dtype(at::kDouble).requires_grad(false);
        count_ = at::zeros({}, options);
        weight_sum_ = at::zeros({}, options);
        started();
    }

    void step(const UpdateScale& scale) override {
        at::NoGradGuard no_grad;
        const at::Tensor skip = scale.found_inf.to(at::kBool);
        count_.add_(1).sub_(scale.found_inf);
        // The weight of a step is proportional to the square of its learning rate. The peak cancels out.
        const at::Tensor weight = count_.pow(power_) * (scale.schedule * scale.schedule);
        replace_unless(skip, weight_sum_, weight_sum_ + weight);
        const at::Tensor share = (weight / weight_sum_).to(at::kFloat);
        const at::Tensor correction = (1 - at::pow(config_.beta2, count_)).to(at::kFloat);
        for (ScheduleFreeEntry& entry : entries_) {
            update(entry, entry.value.grad() / scale.grad_divisor, config_.lr * scale.schedule, share, correction,
                   skip);
            to_training(entry);
        }
    }

    std::vector<NamedTensor> state() const override {
        std::vector<NamedTensor> result{{"adam_step", count_}, {"average_weight_sum", weight_sum_}};
        for (const ScheduleFreeEntry& entry : entries_) {
            result.push_back({"z." + entry.name, entry.base});
            result.push_back({"exp_avg_sq." + entry.name, entry.squares});
        }
        return result;
    }

    void started() override {
        at::NoGradGuard no_grad;
        for (ScheduleFreeEntry& entry : entries_) entry.base.copy_(entry.value);
        resumed();
    }
    void resumed() override {
        at::NoGradGuard no_grad;
        for (ScheduleFreeEntry& entry : entries_) entry.average.copy_(entry.value);
        end_evaluation();
    }
    void begin_evaluation() override {
        at::NoGradGuard no_grad;
        for (ScheduleFreeEntry& entry : entries_) entry.value.copy_(entry.average);
    }
    void end_evaluation() override {
        at::NoGradGuard no_grad;
        for (ScheduleFreeEntry& entry : entries_) to_training(entry);
    }

  private:
    // y is always computed from x and z in this way, so that it comes back to the bit; and it is x where z is.
    void to_training(ScheduleFreeEntry& entry) const {
        entry.value.copy_(entry.average + (entry.base - entry.average) * (1 - config_.beta1));
    }

    void update(ScheduleFreeEntry& entry, const at::Tensor& gradient, double lr, const at::Tensor& share,
                const at::Tensor& correction, const at::Tensor& skip) const {
        const double beta2 = config_.beta2;
        const at::Tensor squares = entry.squares * beta2 + gradient.square() * (1 - beta2);
        const at::Tensor direction = gradient / ((squares / correction).sqrt() + fp32_epsilon(config_));
        const at::Tensor base = entry.base - entry.value * (lr * entry.decay) - direction * lr;
        const at::Tensor average = entry.average * (1 - share) + base * share;
        replace_unless(skip, entry.squares, squares);
        replace_unless(skip, entry.base, base);
        replace_unless(skip, entry.average, average);
    }

    TrainConfig config_;
    double power_;
    std::vector<ScheduleFreeEntry> entries_;
    at::Tensor count_;       // updates taken, fp64, one for all
    at::Tensor weight_sum_;  // of the average, fp64
};

}  // namespace

// AdamW without its mean of gradients, with an average of the weights in place of a schedule. The gradient g is taken
// at y = (1 - beta1) z + beta1 x; v is the mean of its squares. Then z -= lr (g / (sqrt(v / (1 - beta2^t)) + eps) +
// decay y) and x = (1 - c) x + c z, where c is t^average_power lr² over the sum of that so far. x is evaluated and
// saved. The learning rate is warmed up linearly and then constant.
void register_optimizer_schedule_free(OptimizerRegistry& registry) {
    OptimizerRow row;
    row.name = "schedule_free";
    row.label = "Schedule-free AdamW";
    row.help =
        "AdamW that averages the weights instead of lowering the learning rate, which stays constant after the "
        "warm-up";
    row.formula = "g at y = (1 − beta1) z + beta1 · x; z ← z − lr (g / (√v̂ + eps) + decay · y); x ← (1 − c) x + c · z";
    row.source = "Defazio et al. 2024, arXiv 2405.15682";
    row.uses = {"beta1", "beta2", "eps"};
    row.constant_schedule = true;
    row.options = {
        option("average_power", 0.0, "Power of the average")
            .range(0, 10)
            .doc("schedule_free: update t counts in the average of the weights by t to this power, times the "
                 "square of its learning rate")};
    row.state_bytes = [](const TrainConfig&, const TensorSpec& spec) { return 12.0 * spec.count(); };
    row.in_words = [](const TrainConfig& config) {
        const double power = own_option(config, "average_power").get<double>();
        return fmt::format("Schedule-free AdamW, betas {} and {}{}", config.beta1, config.beta2,
                           power == 0 ? "" : fmt::format(", updates weighted by t^{} in the average", power));
    };
    registry.add(row, [](const TrainConfig& config, const std::vector<model::Parameter>& parameters) {
        return std::make_unique<ScheduleFreeAdamW>(config, parameters);
    });
}

}  // namespace ablate::train
