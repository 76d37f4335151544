#pragma once
#include "core/interop/logs/logs.h"
#include "core/interop/logs/restarts.h"

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

// Collects the lines of a log in the order in which they were written, and makes runs of them.
class LogBuilder {
  public:
    // InputError where --column gives one column two meanings.
    LogBuilder(std::string where, const ReadOptions& options);
    // The lines from here on were written by another process than those before.
    void begin_session() { new_session_ = true; }
    // `time` in unix seconds or kUnknown; `number` of the line in the file, 0 where it has none. InputError for a step
    // that no run has.
    void begin_line(std::int64_t step, double time = kUnknown, std::size_t number = 0);
    // Stays in the line where it is of that step and has no such column yet: for logs of one value a record.
    void begin_line_unless_same(std::int64_t step, double time, const std::string& column);
    void set_elapsed(double seconds) { log_.lines.back().elapsed = seconds; }  // of the line, since its session began
    void set_epoch(double epoch) { log_.lines.back().epoch = epoch; }          // of the line, where it is no column
    void add(const std::string& column, double value);                         // to the line
    // What lines so far logged at `step` and later is void, as TensorBoard's SessionLog START says.
    void purge(std::int64_t step, const std::string& file);
    // A value that is not read; `why` is a whole sentence, told with the number of such values.
    void leave_out(const std::string& why, std::int64_t values = 1) { left_out_[why] += values; }
    // What the log says of a whole training, at this place: the run of the line before gets it.
    using Statement = std::function<void(ImportedRun& run)>;
    void add_statement(Statement statement);
    void tell_statements(ImportedRun& run) const;  // all of them, for a log without lines

    // InputError: a column that was named and that no line has. A step and its time are not added as columns.
    // `step_and_time`: the format lets those be named, and its reader has looked for them.
    void require_named_columns(bool step_and_time = false) const;
    // Metrics, evaluations, steps, times, remarks: a run for each training of the log, all else as in `run`. InputError
    // when nothing of it is a loss, and where nothing tells what steps that begin again mean.
    Runs finish(const ImportedRun& run);
    void finish_one(ImportedRun& run);  // InputError where the log holds several trainings
    bool is_empty() const { return log_.values.empty(); }

  private:
    struct Column {
        std::string name;
        Meaning meaning;
        bool epoch = false;
    };
    std::size_t column(const std::string& name);
    void require_loss() const;
    std::vector<std::string> remove_holes();
    void find_averages();
    void find_order();
    std::vector<std::string> settle_meanings();
    std::vector<std::string> remarks_on_the_file();
    void fill(const Training& training, ImportedRun& run) const;
    void add_times(const Training& training, ImportedRun& run) const;

    std::string where_;
    const ReadOptions& options_;
    std::map<std::string, std::size_t> column_of_name_;
    std::vector<Column> columns_;
    LoggedLines log_;
    std::map<std::string, std::int64_t> left_out_;
    std::vector<std::string> purged_;
    std::vector<std::pair<std::size_t, Statement>> statements_;  // with the line before
    bool new_session_ = false;
};

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
// JSON of a log. InputError "WHERE: ...", also for the dict that Python's print() writes.
Json parse_log(std::string_view text, const std::string& where);
// A JSON value on each line. The last line may be torn, as after a crash: it is left out with a remark. InputError for
// any other that is no JSON.
using EachLine = std::function<void(const Json& line, std::size_t number, const std::string& at)>;
void for_each_line(std::string_view text, const std::filesystem::path& file, ImportedRun& run, const EachLine& each);
// A text file as UTF-8: decompressed where it is gzip, decoded from UTF-16, without a byte order mark.
std::string read_text(const std::filesystem::path& file);
// A sequence of log lines as Hugging Face's Trainer keeps them: training lines, evaluations and closing lines of
// averages, which have no `loss`.
struct HistoryLine {
    Json values;  // an object
    std::size_t number = 0;
    std::string at;  // for messages
};
// True for each line that holds a run's averages and so ends a training; `loss` is the name of the training loss. Such
// a line has the run's time or its samples per second and no loss of a step. Other programs call the loss of every step
// train_loss: without those totals it is an average only in a last line that repeats a step, where no other line has
// it.
std::vector<bool> closing_lines(const std::vector<HistoryLine>& lines, const std::string& loss = "loss");
// Its numbers, which hold for the whole run. The times of several closing lines are added.
void read_closing(const HistoryLine& line, const std::string& where, ImportedRun& run);
void read_history(std::vector<HistoryLine> lines, const std::string& where, const ReadOptions& options, LogBuilder& log,
                  ImportedRun& run);
// The forms of a JSON log besides a list of log lines and lists by column.
bool is_list_of_log_lines(const Json& list);  // objects with a step, a loss or an epoch
bool is_indexed_table(const Json& json);      // {"loss": {"0": 3.1, "1": 2.9}}, as pandas' to_json() writes it
bool is_scalar_download(const Json& json);    // TensorBoard's [[wall time, step, value], ...]
// The log lines of such a value, which is an object or a list; remarks say where they are from. InputError.
Json history_in(const Json& json, const ReadOptions& options, ImportedRun& run);
std::int64_t checked_step(double step, const std::string& where);

}  // namespace ablate::interop::logs
