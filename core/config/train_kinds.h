#pragma once
#include "core/config/run_config.h"

#include <string_view>

// Optimizers and schedules as values: what train.optimizer and train.schedule may be, which options each of them reads,
// and what the report says of it. Each is one file of core/train/optimizers or core/train/schedules, which registers
// the row below together with the code that takes the steps.
namespace ablate {

// What an optimizer and a schedule have in common.
struct TrainKindRow {
    std::string name;     // the value of train.optimizer or train.schedule: "adamw"
    std::string label;    // "AdamW"
    std::string help;     // half a sentence for the list of choices; may be empty
    std::string formula;  // w ← w − lr · sign(β₁ m + (1 − β₁) g)
    std::string source;   // the paper or code that defines it
    // The keys of those shared options (declared in run_config_schema.cpp) that it reads and some others do not.
    std::vector<std::string> uses;
    // Options that only this kind has. They are stored beside the others of the group, as train.KEY.
    std::vector<FieldBuilder> options;
    bool reads(std::string_view key) const;  // a shared option that it uses, or one that it declares
};

struct OptimizerRow : TrainKindRow {
    // Shared options whose default here is not the value that this optimizer was published with.
    std::map<std::string, double> published;
    bool coupled_decay = false;      // decay times the weight is added to the gradient
    bool adam_moments = false;       // divides a mean of gradients (beta1) by the root of one of squares (beta2)
    bool constant_schedule = false;  // the learning rate stays constant after the warm-up, whatever train.schedule says
    // Bytes of optimizer state for one tensor.
    std::function<double(const TrainConfig&, const TensorSpec&)> state_bytes;
    // The optimizer with the options that it reads, for the report: "AdamW, betas 0.9 and 0.999".
    std::function<std::string(const TrainConfig&)> in_words;
};

struct ScheduleRow : TrainKindRow {
    // Steps over which the learning rate decays, a fraction where a share of the steps is set. Absent: it never decays.
    std::function<double(const TrainConfig&)> decaying_steps;
    // From 1 to 0 as the share of the decay that is done goes from 0 to 1. Absent with decaying_steps.
    std::function<double(double done)> decay;
};

// The registered rows by name. Filled once, by train::register_kinds().
template <class Row>
class TrainKindTable {
  public:
    static TrainKindTable& instance();
    void add(Row row);  // std::logic_error where the name, or that of an option which the row declares, is taken
    const Row* find(const std::string& name) const;
    const std::map<std::string, Row>& rows() const { return rows_; }
    std::vector<std::string> names() const;

  private:
    std::map<std::string, Row> rows_;
};
extern template class TrainKindTable<OptimizerRow>;
extern template class TrainKindTable<ScheduleRow>;

const OptimizerRow& optimizer_of(const TrainConfig& config);
// The schedule that is followed: train.schedule, or constant where the optimizer asks for it.
const ScheduleRow& schedule_of(const TrainConfig& config);

// The value of an option that an optimizer or a schedule declares for itself.
Json own_option(const TrainConfig& config, const std::string& key);
// Those that the optimizer of the configuration declares for itself, by key.
Json own_options_of_optimizer(const TrainConfig& config);

}  // namespace ablate
