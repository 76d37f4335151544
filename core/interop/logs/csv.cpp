#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/interop/logs/log_builder.h"
#include "core/interop/logs/log_name.h"
#include "core/interop/logs/table.h"
#include "core/interop/logs/table_checks.h"
#include "core/interop/logs/text.h"
#include "core/run/metrics.h"

#include <algorithm>
#include <cmath>
#include <set>

// A table with a step column and a column a metric; also an export of Weights & Biases' charts, whose columns are
// called "RUN - METRIC" and hold several runs, and its history.
namespace ablate::interop::logs {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr const char *kLowest = "__MIN", *kHighest = "__MAX";

struct Column {
    std::string run, metric;  // run: "" where the table holds one
    std::string base;         // of the column of an extreme: the metric it belongs to
    std::size_t step = kNone, fallback_step = kNone, time = kNone;
    bool is_value = true;  // false: an axis
    Role role = Role::own;
};

struct RunLog {
    LogBuilder log;
    std::size_t row = kNone;
    std::int64_t step = 0;
    bool is_mean = false;  // the extremes differ from the values
};

// A cell that was cut within a number: "1e-".
bool is_begun_number(const std::string& cell) {
    return cell.find_first_not_of("0123456789.+-eE") == std::string::npos && cell.find_first_of("0123456789") <= 1 &&
           cell.find_last_of("eE+-") == cell.size() - 1;
}

std::string prefix_of(const std::string& metric) {
    const auto slash = metric.rfind('/');
    return slash == std::string::npos ? "" : metric.substr(0, slash + 1);
}

class Table {
  public:
    Table(const fs::path& file, const ReadOptions& options)
        : file_(file), options_(options), rows_(read_text(file), file.string()), header_(rows_.header()) {
        require_separators();
        require_each_once();
        find_columns();
        require_named();
        find_steps();
        find_commas();
        require_rows();
    }

    // Each run's log by its name.
    std::map<std::string, RunLog> read() {
        std::map<std::string, RunLog> logs;
        std::size_t number = 0;
        for (TableRow row; rows_.next(row); ++number) {
            if (row.after_header)
                for (auto& entry : logs) entry.second.log.begin_session();
            for (std::size_t i = 0; i < columns_.size(); ++i)
                if (columns_[i].is_value && !is_missing(row.cells[i])) add(logs, row, number, i);
        }
        say_empty(logs);
        return logs;
    }
    // To be asked after read().
    std::vector<std::string> remarks() const {
        std::vector<std::string> all = rows_.remarks();
        all.insert(all.end(), remarks_.begin(), remarks_.end());
        return all;
    }
    // "KEY: VALUE" is how Weights & Biases calls a group of runs. Extremes that equal the values show a single run.
    bool may_be_mean(const std::string& run) const {
        return has_runs_ && run.find(": ") != std::string::npos && !with_extremes_.contains(run);
    }

  private:
    // The band of a loss is found under one name, whatever its column is called.
    static std::string tag_of(const Meaning& meaning, const std::string& column) {
        if (meaning.role == Role::train_loss) return run::kTrainLoss;
        return meaning.role == Role::val_loss ? run::loss_tag(meaning.name) : column;
    }
    void require_separators() const {
        const std::string& only = header_.front();
        if (header_.size() == 1 && only.find_first_of(" \t|") != std::string::npos)
            throw InputError(
                "{}: its header {} has no comma, semicolon or tab, and one of these has to separate the columns",
                file_.string(), quote(only));
    }

    // Runs of an export without a single value.
    void say_empty(const std::map<std::string, RunLog>& logs) {
        std::set<std::string> empty;
        for (const Column& column : columns_)
            if (column.is_value && column.base.empty() && !logs.contains(column.run)) empty.insert(column.run);
        for (const std::string& run : empty)
            if (has_runs_) remarks_.push_back(fmt::format("run {} has no value and is left out", quote(run)));
    }

    void require_rows() {
        if (has_runs_) return;
        std::vector<Role> roles;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const bool is_step = columns_[i].role == Role::own && !columns_[i].is_value;
            roles.push_back(is_step ? Role::step : columns_[i].role);
        }
        require_row_a_step({rows_, header_, std::move(roles),
                            [this](const TableRow& row, std::size_t i) { return step_of(row, columns_[i]); }, comma_,
                            file_.string()});
    }

    // Two runs of one name in an export would be mixed into one.
    void require_each_once() const {
        std::set<std::string> seen;
        for (const std::string& name : header_)
            if (!name.empty() && !seen.insert(name).second)
                throw InputError("{}: column {} appears twice. Give each run and each metric its own name.",
                                 file_.string(), quote(name));
    }

    bool is_axis(std::size_t i) const {
        const Role role = meaning_of(header_[i], options_.columns).role;
        return i == 0 || role == Role::step || role == Role::time || is_epoch(header_[i]);
    }

    // "RUN - METRIC" where every column but the axes is called so.
    void find_columns() {
        for (std::size_t i = 0; i < header_.size(); ++i) {
            const bool is_of_run = header_[i].find(" - ") != std::string::npos;
            has_runs_ = (has_runs_ || is_of_run);
            if (is_of_run || is_axis(i)) continue;
            has_runs_ = false;
            break;
        }
        if (has_runs_ && header_.front().find(" - ") != std::string::npos) has_runs_ = false;
        for (const std::string& name : header_) {
            const auto dash = has_runs_ ? name.rfind(" - ") : std::string::npos;
            Column column;
            column.metric = dash == std::string::npos ? name : name.substr(dash + 3);
            if (dash != std::string::npos) column.run = name.substr(0, dash);
            column.is_value = !has_runs_ || dash != std::string::npos;
            for (const auto& [ending, tail] : {std::pair(kLowest, run::kLowestOf), {kHighest, run::kHighestOf}})
                if (column.metric.ends_with(ending)) {
                    column.base = column.metric.substr(0, column.metric.size() - 5);
                    column.metric = tag_of(meaning_of(column.base, options_.columns), column.base) + tail;
                }
            column.role = meaning_of(column.metric, options_.columns).role;
            const Role of_base = meaning_of(column.base, options_.columns).role;
            const bool counts = column.role == Role::step || column.role == Role::time ||
                                (!column.base.empty() && (of_base == Role::step || of_base == Role::time));
            if (counts) column.is_value = false;
            columns_.push_back(std::move(column));
        }
    }

    void require_named() const {
        std::vector<std::string> names = header_;
        for (const Column& column : columns_) names.push_back(column.metric);
        for (const auto& [ours, theirs] : options_.columns)
            if (std::find(names.begin(), names.end(), theirs) == names.end())
                throw InputError("{}: has no column {}{}", file_.string(), quote(theirs), did_you_mean(theirs, names));
    }

    // The best counter of updates among the columns of a run, or among those of none.
    std::size_t best_step(const std::string& run, int& rank) const {
        std::size_t best = kNone;
        StepOrder least;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (columns_[i].run != run || !columns_[i].base.empty()) continue;
            StepOrder own = step_order(columns_[i].metric, options_.columns);
            // The Step of a chart is Weights & Biases' _step.
            if (has_runs_ && run.empty() && own.rank == kRankOfSteps && header_[i] == "Step") own.rank = kRankOfCalls;
            if (own < least) least = own, best = i;
        }
        rank = least.rank;
        return best;
    }

    // A val/step or val/global_step whose cells are whole numbers that never fall. A time/step is a duration.
    std::vector<bool> own_steps() {
        std::vector<bool> own(header_.size());
        for (std::size_t i = 0; i < header_.size(); ++i) own[i] = is_step_of_evaluation(header_[i]);
        if (std::find(own.begin(), own.end(), true) == own.end()) return own;
        std::vector<double> last(header_.size(), 0);
        for (TableRow row; rows_.next(row);)
            for (std::size_t i = 0; i < own.size(); ++i) {
                if (!own[i] || is_missing(row.cells[i])) continue;
                const auto step = whole_number_of(row.cells[i], Comma::none);
                if (step && std::isnan(*step)) continue;
                own[i] = step && *step >= last[i] && std::floor(*step) == *step;
                if (own[i]) last[i] = *step;
            }
        rows_.rewind();
        return own;
    }

    void find_steps() {
        const std::vector<bool> own_step = own_steps();
        int rank = kNoStepRank;
        const std::size_t axis = best_step("", rank);
        bool counts_calls = false;
        for (Column& column : columns_) {
            column.step = axis;
            int own_rank = rank;
            if (has_runs_ && !column.run.empty()) {
                int of_run = kNoStepRank;
                const std::size_t own = best_step(column.run, of_run);
                if (of_run < rank) column.step = own, own_rank = of_run;
            } else if (const std::string prefix = prefix_of(column.metric); !prefix.empty()) {
                // The metric's own step: val/step counts for val/loss.
                for (const char* name : {"step", "global_step"}) {
                    const auto own = std::find(header_.begin(), header_.end(), prefix + name);
                    if (own == header_.end() || options_.columns.contains("step")) continue;
                    const auto at = static_cast<std::size_t>(own - header_.begin());
                    if (!own_step[at]) continue;
                    // A row's own train/global_step counts updates; the step beside it may count evaluations.
                    column.step = rank == kRankOfUpdates ? axis : at;
                    column.fallback_step = rank == kRankOfUpdates ? at : axis;
                    columns_[at].is_value = false;
                    own_rank = kRankOfUpdates;
                    own_steps_.insert(header_[at]);
                }
            }
            for (std::size_t i = 0; i < columns_.size(); ++i)
                if (columns_[i].role == Role::time && (columns_[i].run == column.run || columns_[i].run.empty()) &&
                    column.time == kNone)
                    column.time = i;
            if (column.is_value && column.step == kNone) throw_no_step();
            counts_calls |= column.is_value && own_rank == kRankOfCalls;
        }
        for (const std::string& own : own_steps_)
            remarks_.push_back(
                fmt::format("the steps of what is called {}... are the values of {}{}", prefix_of(own), quote(own),
                            rank == kRankOfUpdates ? " where a row has no " + quote(header_[axis]) : std::string()));
        if (counts_calls) remarks_.push_back(kCountsCalls);
        if (axis != kNone && is_epoch(header_[axis]))
            remarks_.push_back(fmt::format("its steps are the values of {}, as --column says", quote(header_[axis])));
        for (std::size_t i = 0; has_runs_ && i < columns_.size(); ++i)
            if (columns_[i].run.empty() && i != axis && columns_[i].role == Role::own && !is_epoch(header_[i]))
                remarks_.push_back(fmt::format("{} is the x axis of the chart and no step: it is left out{}",
                                               quote(header_[i]),
                                               axis == kNone ? ", and steps are read from each run's own column" : ""));
    }

    [[noreturn]] void throw_no_step() const {
        if (has_runs_)
            throw InputError(
                "{}: its x axis is {}, which counts no steps; in Weights & Biases choose Step or train/global_step as "
                "the x axis and export the chart again",
                file_.string(), quote(header_.front()));
        std::string axis;
        for (const std::string& name : header_)
            if (is_epoch(name)) axis = fmt::format(" ({} counts epochs)", quote(name));
        throw InputError("{}: has no step column among {}{}{}", file_.string(), quote(join(header_, ", ")), axis,
                         options_.offers_options ? "; name it: --column step=NAME" : "");
    }

    // What a comma means, and which runs have extremes that differ from their values.
    void find_commas() {
        CommaStyle style;
        for (TableRow row; rows_.next(row);)
            for (std::size_t i = 0; i < columns_.size(); ++i)
                if (columns_[i].is_value) style.see(row.cells[i]);
        comma_ = style.comma();
        if (comma_ == Comma::decimal) remarks_.push_back("its numbers are read with a decimal comma");
        rows_.rewind();
        std::map<std::string, std::size_t> place;
        for (std::size_t i = 0; i < columns_.size(); ++i) place[columns_[i].run + " - " + columns_[i].metric] = i;
        for (TableRow row; rows_.next(row);)
            for (std::size_t i = 0; i < columns_.size(); ++i) {
                const Column& column = columns_[i];
                if (column.base.empty() || !column.is_value || means_.contains(column.run)) continue;
                const auto base = place.find(column.run + " - " + column.base);
                if (base == place.end()) continue;
                const auto value = number_of(row.cells[base->second], comma_), other = number_of(row.cells[i], comma_);
                if (value && other) with_extremes_.insert(column.run);
                if (value && other && std::isfinite(*value) && *value != *other) means_.insert(column.run);
            }
        rows_.rewind();
    }

    std::optional<std::int64_t> step_of(const TableRow& row, const Column& column) const {
        for (const std::size_t i : {column.step, column.fallback_step}) {
            if (i == kNone || is_missing(row.cells[i])) continue;
            const auto step = whole_number_of(row.cells[i], comma_);
            if (step && std::isnan(*step)) continue;  // written where there is none
            if (!step)
                throw InputError("{}: step {} is not a number{}", rows_.at(row), quote(row.cells[i]),
                                 hint(row.cells[i]));
            return checked_step(*step, rows_.at(row));
        }
        return {};
    }

    std::string hint(const std::string& cell) const {
        if (!has_comma_number(cell)) return "";
        return comma_ == Comma::decimal
                   ? ": other cells have a decimal comma, so this may be either"
                   : ": its comma may be a decimal comma or separate thousands; write a point, or no "
                     "separator";
    }

    void add(std::map<std::string, RunLog>& logs, const TableRow& row, std::size_t number, std::size_t i) {
        const Column& column = columns_[i];
        // Extremes that equal the values tell nothing.
        if (!column.base.empty() && has_runs_ && !means_.contains(column.run)) return;
        auto found = logs.find(column.run);
        if (found == logs.end()) {
            if (logs.size() == kMostRuns) throw InputError("{}: more than {} runs", file_.string(), kMostRuns);
            found = logs.try_emplace(column.run, RunLog{LogBuilder(file_.string(), options_)}).first;
            found->second.is_mean = means_.contains(column.run);
        }
        RunLog& run = found->second;
        if (column.metric.empty() || column.metric.starts_with("Unnamed:")) {
            run.log.leave_out("a column without a name");
            return;
        }
        const std::string& cell = row.cells[i];
        const auto value = number_of(cell, comma_);
        const bool is_at_end = row.is_last && i + 1 == columns_.size() && number > 0;
        if (!value && column.role != Role::own && is_at_end && is_begun_number(cell)) {
            run.log.leave_out(fmt::format("its last line ({}) is torn", row.line));
            return;
        }
        if (!value && column.role != Role::own)
            throw InputError("{}: {} is {}, not a number{}", rows_.at(row), column.metric, quote(cell), hint(cell));
        if (!value) {
            run.log.leave_out(
                has_comma_number(cell)
                    ? fmt::format("{} has numbers whose comma may be decimal or separate thousands (such as {})",
                                  quote(column.metric), quote(cell))
                    : fmt::format("{} holds words", quote(column.metric)));
            return;
        }
        const auto step = step_of(row, column);
        if (!step) {
            run.log.leave_out(
                fmt::format("a row without a value of {} belongs to no step", quote(header_[column.step])));
            return;
        }
        if (run.row != number || run.step != *step) {
            run.log.begin_line(*step, time_of(row, column, run), row.line);
            run.row = number;
            run.step = *step;
            add_epoch(row, run);
        }
        run.log.add(column.metric, *value);
    }

    // A date is no time read here.
    double time_of(const TableRow& row, const Column& column, RunLog& run) {
        if (column.time == kNone || is_missing(row.cells[column.time])) return kUnknown;
        const auto time = number_of(row.cells[column.time], comma_);
        if (!time) run.log.leave_out(fmt::format("{} holds words", quote(header_[column.time])));
        if (!time || !std::isfinite(*time)) return kUnknown;
        const double seconds = unix_seconds(*time);
        if (seconds != *time && !has_scaled_times_) remarks_.push_back(kScaledTimes);
        has_scaled_times_ |= seconds != *time;
        return seconds;
    }

    // The axis of a chart that counts epochs.
    void add_epoch(const TableRow& row, RunLog& run) const {
        if (!has_runs_ || !is_epoch(header_.front()) || columns_.front().role == Role::step) return;
        if (const auto epoch = number_of(row.cells.front(), comma_)) run.log.add("epoch", *epoch);
    }

    fs::path file_;
    const ReadOptions& options_;
    TableReader rows_;
    std::vector<std::string> header_;
    std::vector<Column> columns_;
    std::set<std::string> means_, with_extremes_;  // runs
    std::set<std::string> own_steps_;              // columns
    std::vector<std::string> remarks_;
    Comma comma_ = Comma::none;
    bool has_runs_ = false, has_scaled_times_ = false;
};

void call_mean(ImportedRun& run, const std::string& name) {
    const bool is_group = name.find(": ") != std::string::npos;
    run.is_mean = true;
    run.label = one_line(name) + (is_group ? " (mean of a group of runs)" : " (mean of several runs or points)");
    run.remarks.push_back(
        fmt::format("its values are {}, as Weights & Biases drew them, and not those of one seed; the lowest and the "
                    "highest are kept "
                    "as .../min and .../max, and no interval follows from them",
                    is_group ? "means over a group of runs"
                             : "means over several runs of a group, or over several points of a run"));
}

void say_may_be_mean(ImportedRun& run, const std::string& name) {
    run.label = one_line(name) + " (may be the mean of a group of runs)";
    run.remarks.push_back(
        "its name is of the form KEY: VALUE, which Weights & Biases gives to a group of runs: its values may be means "
        "over the group and not those of one seed; the export has no lowest and highest values that would tell");
}

}  // namespace

Runs read_csv(const fs::path& file, const ReadOptions& options) {
    std::error_code error;
    if (fs::file_size(file, error) > kLargestLog && !error)
        throw InputError("{}: larger than {}", file.string(), short_bytes(kLargestLog));
    Table table(file, options);
    std::map<std::string, RunLog> logs = table.read();
    if (logs.empty()) throw InputError("{}: holds no values", file.string());
    ImportedRun empty;
    empty.format = "csv";
    empty.path = file;
    empty.sha256 = sha256_file(file);
    empty.remarks = table.remarks();
    Runs runs;
    for (auto& [name, log] : logs) {
        ImportedRun run = empty;
        const std::string shown = name.empty() ? name_of_file(file) : name;
        name_after(run, shown);
        if (log.is_mean)
            call_mean(run, shown);
        else if (table.may_be_mean(name))
            say_may_be_mean(run, shown);
        for (ImportedRun& training : log.log.finish(run)) runs.push_back(std::move(training));
    }
    return runs;
}

}  // namespace ablate::interop::logs
