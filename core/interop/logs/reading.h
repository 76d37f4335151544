#pragma once
#include "core/interop/logs/logs.h"

#include <compare>

// What the readers of the formats share.
namespace ablate::interop::logs {

inline constexpr std::uint64_t kLargestJson = 256u << 20, kLargestLog = 512u << 20;
inline constexpr std::size_t kMostRuns = 1000;  // in one file

// The readers. Each fills in everything but the verdict.
using Runs = std::vector<ImportedRun>;
Runs read_hf_trainer(const std::filesystem::path& path, const ReadOptions& options);
Runs read_tensorboard(const std::filesystem::path& path, const ReadOptions& options);
bool holds_events(const std::filesystem::path& folder);  // TensorBoard's, also in folders below
Runs read_llama_factory(const std::filesystem::path& path, const ReadOptions& options);
Runs read_marin(const std::filesystem::path& path, const ReadOptions& options);
Runs read_json_lines(const std::filesystem::path& path, const ReadOptions& options);
Runs read_csv(const std::filesystem::path& path, const ReadOptions& options);

// In lower case, with '_' for spaces and dots: names are compared like this.
std::string comparable_name(const std::string& name);

// What a column or tag of another program means here.
enum class Role {
    step,
    time,
    train_loss,
    grad_norm,
    learning_rate,
    tokens_per_second,
    val_loss,
    val_bpb,
    average,
    own
};
struct Meaning {
    Role role = Role::own;
    std::string name;  // the tag it gets here; of an evaluation the set
};
Meaning meaning_of(const std::string& column, const std::map<std::string, std::string>& columns);
inline bool is_evaluation(Role role) { return role == Role::val_loss || role == Role::val_bpb; }
// True for the losses of a step: not for Role::average, which is of a whole run.
inline bool is_loss(Role role) { return role == Role::train_loss || is_evaluation(role); }
// How well a column counts the updates, less is better: train/global_step, step, then Weights & Biases' _step, which
// counts its own calls. kNoStepRank: it does not count them.
inline constexpr int kRankOfUpdates = 0, kRankOfSteps = 1, kRankOfCalls = 2, kNoStepRank = 9;
struct StepOrder {
    int rank = kNoStepRank;
    bool is_iteration = false;  // "iter" and "iteration" may count micro-batches: of equal ranks the other is taken
    auto operator<=>(const StepOrder&) const = default;
};
StepOrder step_order(const std::string& column, const std::map<std::string, std::string>& columns);
// The remark on a run whose steps are of the rank kRankOfCalls.
inline constexpr const char* kCountsCalls =
    "its steps are Weights & Biases' Step (_step), which counts calls of wandb.log unless the program passed its own: "
    "export train/global_step as well where the two differ";
// InputError where columns are named for a log whose format has none.
void refuse_columns(const ReadOptions& options, const std::filesystem::path& path);

// True for val/step and val/global_step, which count the steps of an evaluation. A time/step is a duration.
bool is_step_of_evaluation(const std::string& column);
// True for the columns that say how often the data was seen: "epoch", "train/epoch".
bool is_epoch(const std::string& column);
// True for counters and clocks that a program writes into lines of any kind: "train_runtime", "tokens_seen".
bool is_bookkeeping(const std::string& column);

// Where only averages are there no step is known, and an average of 0 is what the Trainer's NaN filter makes of NaN.
void judge_average(ImportedRun& run);
void set_run_average(ImportedRun& run, double loss, const std::string& where);

// A time in seconds since 1970. Where the number is too large for seconds it is read as milliseconds (which MLflow
// writes), microseconds or nanoseconds. Whoever calls adds the remark kScaledTimes where the result is another number.
double unix_seconds(double time);
inline constexpr const char* kScaledTimes =
    "its times are too large for seconds since 1970, and are read as milliseconds, microseconds or nanoseconds by "
    "their size";

std::string plain_name(std::string_view name);  // a name a run can bear; "run" where nothing is left
void name_after(ImportedRun& run, const std::string& name);

// Members of a stranger's JSON. Absent and null are nothing; another type is an InputError "WHERE: KEY ...".
std::optional<double> number_in(const Json& object, const char* key, const std::string& where);
std::optional<std::int64_t> whole_in(const Json& object, const char* key, const std::string& where);
std::string text_in(const Json& object, const char* key);  // "" for none
// Turns the numbers that a log line holds as text ("2.3", "nan", "-inf") into numbers, and ms-swift's
// "global_step/max_steps": "5/100" into the step 5.
void read_numbers_in_text(Json& line);
std::int64_t checked_step(double step, const std::string& where);

}  // namespace ablate::interop::logs
