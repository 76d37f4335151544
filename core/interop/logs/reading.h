#pragma once
#include "core/interop/logs/logs.h"

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
Runs read_csv(const std::filesystem::path& path, const ReadOptions& options);
Runs read_cs336(const std::filesystem::path& path, const ReadOptions& options);

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
// InputError where columns are named for a log whose format has none.
void refuse_columns(const ReadOptions& options, const std::filesystem::path& path);

// Collects values in any order, at most one a step and name: of two the later, as a resumed run logs a step again.
class LogBuilder {
  public:
    LogBuilder(std::string where, const ReadOptions& options) : where_(std::move(where)), options_(options) {}
    // `time` in unix seconds or kUnknown. InputError for a step that no run has.
    void add(std::int64_t step, double time, const std::string& column, double value);
    // InputError: a column that was named and that no line has. A step and its time are not added as columns.
    void require_named_columns() const;
    // Metrics, evaluations, steps, times. InputError when nothing of it is a loss.
    void finish(ImportedRun& run) const;

  private:
    struct Record {
        double time = kUnknown;
        std::map<std::string, float> values;
    };
    const Meaning& known_meaning(const std::string& column);
    void require_loss() const;

    std::string where_;
    const ReadOptions& options_;
    std::map<std::string, Meaning> meanings_;           // by column
    std::map<std::string, std::string> column_of_tag_;  // the first column of a meaning has it
    std::map<std::int64_t, Record> records_;
    std::map<std::pair<std::int64_t, std::string>, ImportedEvaluation> evaluations_;
    std::optional<double> average_;
};

// Where only averages are there no step is known, and an average of 0 is what the Trainer's NaN filter makes of NaN.
void judge_average(ImportedRun& run);
void set_run_average(ImportedRun& run, double loss, const std::string& where);

std::string plain_name(std::string_view name);  // a name a run can bear; "run" where nothing is left
void name_after(ImportedRun& run, const std::string& name);

// Members of a stranger's JSON. Absent and null are nothing; another type is an InputError "WHERE: KEY ...".
std::optional<double> number_in(const Json& object, const char* key, const std::string& where);
std::optional<std::int64_t> whole_in(const Json& object, const char* key, const std::string& where);
std::string text_in(const Json& object, const char* key);  // "" for none
std::int64_t checked_step(double step, const std::string& where);

}  // namespace ablate::interop::logs
