#pragma once
#include "core/interop/logs/reading.h"
#include "core/interop/logs/restarts.h"

namespace ablate::interop::logs {

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

}  // namespace ablate::interop::logs
