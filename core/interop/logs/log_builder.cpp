#include "core/interop/logs/log_builder.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/run/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace ablate::interop::logs {

namespace {

constexpr std::size_t kMostColumns = 10'000, kLongestName = 200, kNamesInMessages = 8;

bool is_runtime(const std::string& column) { return column == "train_runtime" || column == "train/train_runtime"; }

float as_float(double value) {
    constexpr double largest = std::numeric_limits<float>::max();
    return static_cast<float>(std::isfinite(value) ? std::clamp(value, -largest, largest) : value);
}

std::string some_of(const std::vector<std::string>& names) {
    std::vector<std::string> shown(
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kNamesInMessages)));
    return join(shown, ", ") + (names.size() > shown.size() ? ", ..." : "");
}

bool holds(const Training& training, std::size_t line) {
    return std::binary_search(training.lines.begin(), training.lines.end(), line);
}

}  // namespace

LogBuilder::LogBuilder(std::string where, const ReadOptions& options) : where_(std::move(where)), options_(options) {
    std::map<std::string, std::string> meanings;
    for (const auto& [ours, theirs] : options_.columns)
        if (const auto [other, is_new] = meanings.try_emplace(theirs, ours); !is_new)
            throw InputError("{}: --column {} and --column {}: a column has one meaning", where_,
                             quote(other->second + "=" + theirs), quote(ours + "=" + theirs));
}

std::size_t LogBuilder::column(const std::string& name) {
    const auto found = column_of_name_.find(name);
    if (found != column_of_name_.end()) return found->second;
    if (columns_.size() == kMostColumns)
        throw InputError("{}: has more than {} columns; that is no log of one run", where_, kMostColumns);
    if (name.size() > kLongestName) throw InputError("{}: column {} has a name too long", where_, quote(name));
    columns_.push_back({name, meaning_of(name, options_.columns), is_epoch(name)});
    log_.columns = columns_.size();
    return column_of_name_[name] = columns_.size() - 1;
}

void LogBuilder::begin_line(std::int64_t step, double time, std::size_t number) {
    checked_step(static_cast<double>(step), where_);
    LoggedLine line;
    line.step = step;
    line.time = time;
    line.begin = line.end = log_.values.size();
    line.number = number;
    line.new_session = new_session_ && !log_.lines.empty();
    new_session_ = false;
    // A line without values is none: its successor takes its place.
    if (!log_.lines.empty() && log_.lines.back().begin == log_.values.size()) {
        line.new_session |= log_.lines.back().new_session;
        log_.lines.pop_back();
        line.new_session &= !log_.lines.empty();
    }
    log_.lines.push_back(line);
}

void LogBuilder::begin_line_unless_same(std::int64_t step, double time, const std::string& name) {
    bool same = !new_session_ && !log_.lines.empty() && log_.lines.back().step == step;
    if (same) {
        const std::size_t own = column(name);
        const LoggedLine& line = log_.lines.back();
        for (std::size_t v = line.begin; v < line.end; ++v) same &= log_.values[v].column != own;
    }
    if (!same) begin_line(step, time);
}

void LogBuilder::add(const std::string& name, double value) {
    const std::size_t own = column(name);
    if (columns_[own].epoch) log_.lines.back().epoch = value;
    const Role role = columns_[own].meaning.role;
    if (role == Role::step || role == Role::time) return;
    log_.values.push_back({own, value});
    log_.lines.back().end = log_.values.size();
}

void LogBuilder::purge(std::int64_t step, const std::string& file) {
    std::int64_t first = INT64_MAX, last = 0;
    std::size_t values = 0;
    std::vector<LoggedLine> kept;
    for (const LoggedLine& line : log_.lines) {
        if (line.step < step) {
            kept.push_back(line);
            continue;
        }
        if (line.end == line.begin) continue;
        values += line.end - line.begin;
        first = std::min(first, line.step);
        last = std::max(last, line.step);
    }
    log_.lines = std::move(kept);
    new_session_ |= values > 0;  // their values are still there: what follows begins a new line
    if (values > 0)
        purged_.push_back(fmt::format(
            "{} begins with a restart at step {} (SessionLog START): {} earlier values at steps {} to {} are "
            "left out, as TensorBoard does",
            file, step, values, first, last));
}

void LogBuilder::require_named_columns(bool step_and_time) const {
    std::vector<std::string> names;
    for (const auto& [name, index] : column_of_name_) names.push_back(name);
    for (const auto& [ours, theirs] : options_.columns) {
        if (ours == "step" || ours == "time") {
            if (step_and_time) continue;
            throw InputError("{}: --column {}: the format itself says which that is", where_,
                             quote(ours + "=" + theirs));
        }
        if (!column_of_name_.contains(theirs))
            throw InputError("{}: has no column {}{}", where_, quote(theirs), did_you_mean(theirs, names));
    }
}

void LogBuilder::require_loss() const {
    std::vector<std::string> names;
    for (const auto& [name, index] : column_of_name_) {
        const Role role = columns_[index].meaning.role;
        if (is_loss(role) || role == Role::average) return;
        names.push_back(name);
    }
    if (names.empty()) throw InputError("{}: holds no value of any step", where_);
    throw InputError("{}: holds no loss under a name known here ({}){}", where_, some_of(names),
                     options_.offers_options ? "; name its column: --column loss=NAME" : "");
}

// The Trainer's train_loss is the average of the run: it is logged with the run's time, or as Weights & Biases'
// train/train_loss once in the last line. Elsewhere it is the loss of every step.
void LogBuilder::find_averages() {
    std::vector<bool> alone(columns_.size(), false), in_last(columns_.size(), false);
    std::vector<std::size_t> count(columns_.size(), 0);
    for (const LoggedLine& line : log_.lines) {
        bool closing = false;
        for (std::size_t v = line.begin; v < line.end; ++v) closing |= is_runtime(columns_[log_.values[v].column].name);
        for (std::size_t v = line.begin; v < line.end; ++v) {
            const std::size_t column = log_.values[v].column;
            ++count[column];
            if (!closing) alone[column] = true;
            in_last[column] = &line == &log_.lines.back();
        }
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const bool is_named = options_.columns.contains("loss");
        if (columns_[i].name == "train_loss" && !alone[i] && !is_named) columns_[i].meaning = {Role::average, ""};
        if (columns_[i].meaning.role != Role::average || columns_[i].name == "train_loss") continue;
        if (!alone[i] || (count[i] == 1 && in_last[i])) continue;
        columns_[i].meaning =
            is_named ? Meaning{Role::own, columns_[i].name} : Meaning{Role::train_loss, run::kTrainLoss};
    }
}

// What each column tells of the order of the steps.
void LogBuilder::find_order() {
    log_.tells.clear();
    for (const Column& column : columns_) {
        const Role role = column.meaning.role;
        const bool of_training = role == Role::train_loss || role == Role::grad_norm || role == Role::learning_rate;
        Tells tells = Tells::other;
        if (of_training)
            tells = Tells::training;
        else if (column.epoch || role == Role::tokens_per_second || (role == Role::own && is_bookkeeping(column.name)))
            tells = Tells::nothing;
        log_.tells.push_back(tells);
    }
}

// Of columns that mean the same, the one with most values does; the others keep their own names. The remarks.
std::vector<std::string> LogBuilder::settle_meanings() {
    find_averages();
    std::vector<std::size_t> count(columns_.size(), 0);
    for (const LoggedLine& line : log_.lines)
        for (std::size_t v = line.begin; v < line.end; ++v) ++count[log_.values[v].column];
    std::vector<std::string> remarks, unread;
    std::map<std::pair<Role, std::string>, std::size_t> first;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const Meaning meaning = columns_[i].meaning;
        if (count[i] == 0 || meaning.role == Role::average) continue;
        if (meaning.role == Role::own) {
            const bool epoch_or_average = columns_[i].epoch || is_runtime(columns_[i].name);
            if (!epoch_or_average && columns_[i].name.find("loss") != std::string::npos)
                unread.push_back(quote(columns_[i].name));
            continue;
        }
        const auto [other, is_first] = first.try_emplace({meaning.role, meaning.name}, i);
        if (is_first) continue;
        const std::size_t before = other->second, loser = count[i] > count[before] ? before : i;
        const std::size_t winner = loser == i ? before : i;
        other->second = winner;
        columns_[loser].meaning = {Role::own, columns_[loser].name};
        remarks.push_back(
            fmt::format("{} and {} mean the same here: {} is read, and the {} value{} of {} keep their own name",
                        quote(columns_[winner].name), quote(columns_[loser].name), quote(columns_[winner].name),
                        count[loser], count[loser] == 1 ? "" : "s", quote(columns_[loser].name)));
    }
    for (const auto& [meaning, i] : first)
        if (meaning.first == Role::train_loss && columns_[i].name.ends_with("_epoch"))
            remarks.push_back(
                fmt::format("{} is the mean over each epoch, at the epoch's last step", quote(columns_[i].name)));
    if (!unread.empty())
        remarks.push_back(fmt::format("not read as a training or validation loss, and kept under {}: {}",
                                      unread.size() == 1 ? "its own name" : "their own names", some_of(unread)));
    return remarks;
}

std::vector<std::string> LogBuilder::remarks_on_the_file() {
    std::vector<std::string> remarks = purged_;
    for (const auto& [why, values] : left_out_)
        remarks.push_back(fmt::format("{}: {} value{} left out", why, values, values == 1 ? " is" : "s are"));
    const std::vector<std::string> holes = remove_holes();
    remarks.insert(remarks.end(), holes.begin(), holes.end());
    const std::vector<std::string> more = settle_meanings();
    remarks.insert(remarks.end(), more.begin(), more.end());
    find_order();
    return remarks;
}

Runs LogBuilder::finish(const ImportedRun& run) {
    while (!log_.lines.empty() && log_.lines.back().begin == log_.lines.back().end) log_.lines.pop_back();
    const std::vector<std::string> remarks = remarks_on_the_file();
    require_loss();
    Runs runs;
    const std::vector<Training> trainings = join_parts(log_, options_, where_);
    for (const Training& training : trainings) {
        runs.push_back(run);
        for (const auto& [line, statement] : statements_)
            if (trainings.size() == 1 || holds(training, line)) statement(runs.back());
        std::vector<std::string>& all = runs.back().remarks;
        all.insert(all.end(), remarks.begin(), remarks.end());
        fill(training, runs.back());
        all.insert(all.end(), training.remarks.begin(), training.remarks.end());
    }
    if (runs.empty()) throw InputError("{}: holds no value of any step", where_);
    return runs;
}

void LogBuilder::add_statement(Statement statement) {
    const bool unfinished = !log_.lines.empty() && log_.lines.back().begin == log_.lines.back().end;
    const std::size_t lines = log_.lines.size() - (unfinished ? 1 : 0);
    statements_.emplace_back(lines == 0 ? 0 : lines - 1, std::move(statement));
}

void LogBuilder::tell_statements(ImportedRun& run) const {
    for (const auto& [line, statement] : statements_) statement(run);
}

void LogBuilder::finish_one(ImportedRun& run) {
    Runs runs = finish(run);
    if (runs.size() > 1)
        throw InputError("{}: holds {} trainings, one after another, where one is expected", where_, runs.size());
    run = std::move(runs.front());
}

void LogBuilder::fill(const Training& training, ImportedRun& run) const {
    struct Kept {
        double time = kUnknown, value = 0;
    };
    std::map<std::int64_t, std::map<std::size_t, Kept>> steps;
    std::int64_t doubled = 0, first_doubled = 0, clamped = 0;
    std::string doubled_column;
    for (const std::size_t n : training.lines) {
        const LoggedLine& line = log_.lines[n];
        for (std::size_t v = line.begin; v < line.end; ++v) {
            const LoggedValue& value = log_.values[v];
            if (!value.is_kept) continue;
            const auto [kept, is_new] = steps[line.step].try_emplace(value.column);
            // A line of another kind may write NaN where it has no value.
            if (!is_new && std::isnan(value.value) && !std::isnan(kept->second.value)) continue;
            if (!is_new && std::isnan(kept->second.value)) kept->second.value = value.value;
            const bool equal =
                kept->second.value == value.value || (std::isnan(kept->second.value) && std::isnan(value.value));
            if (!is_new && !equal && doubled++ == 0) {
                first_doubled = line.step;
                doubled_column = columns_[value.column].name;
            }
            kept->second = {line.time, value.value};
        }
    }
    std::map<std::pair<std::int64_t, std::string>, ImportedEvaluation> evaluations;
    std::optional<double> average;
    double rate = 0;
    std::int64_t rates = 0;
    for (const auto& [step, values] : steps) {
        io::ScalarEvent event{kUnknown, step, {}};
        for (const auto& [index, kept] : values) {
            const Meaning& meaning = columns_[index].meaning;
            if (meaning.role == Role::average) {
                average = kept.value;
            } else if (is_evaluation(meaning.role)) {
                ImportedEvaluation& evaluation = evaluations[{step, meaning.name}];
                evaluation.step = step;
                evaluation.set = meaning.name;
                evaluation.time = kept.time;
                (meaning.role == Role::val_loss ? evaluation.loss : evaluation.bpb) = kept.value;
            } else {
                const float value = as_float(kept.value);
                clamped += std::isfinite(kept.value) && std::abs(kept.value) > std::numeric_limits<float>::max();
                event.wall_time = kept.time;
                event.values.emplace_back(meaning.name, value);
                if (meaning.name == run::kTokensPerSecond && std::isfinite(value)) rate += value, ++rates;
            }
        }
        std::sort(event.values.begin(), event.values.end(),
                  [](const auto& a, const auto& b) { return a.first < b.first; });
        if (!event.values.empty()) run.metrics.push_back(std::move(event));
        run.steps = std::max(run.steps, step);
    }
    for (const auto& [key, evaluation] : evaluations) run.evaluations.push_back(evaluation);
    if (doubled > 0)
        run.remarks.push_back(
            fmt::format("{} (the first: {}, step {}); the later one is kept",
                        doubled == 1 ? "1 value repeats a step" : fmt::format("{} values repeat a step", doubled),
                        quote(doubled_column), first_doubled));
    if (clamped > 0)
        run.remarks.push_back(fmt::format("{} value{} beyond the range of float32 and cut to it", clamped,
                                          clamped == 1 ? " is" : "s are"));
    add_times(training, run);
    if (rates > 0 && std::isnan(run.tokens_per_second)) run.tokens_per_second = rate / static_cast<double>(rates);
    if (average) set_run_average(run, *average, where_);
}

// The sum over the sessions, without the time between them. Sessions that overlap count once.
void LogBuilder::add_times(const Training& training, ImportedRun& run) const {
    if (!std::isnan(run.seconds)) return;
    std::vector<std::pair<double, double>> spans;
    double elapsed = 0;
    std::size_t told = 0;  // sessions that tell it
    for (std::size_t s = 0; s < training.sessions.size(); ++s) {
        const std::size_t end = s + 1 < training.sessions.size() ? training.sessions[s + 1] : training.lines.size();
        std::pair<double, double> span{kUnknown, kUnknown};
        double longest = kUnknown;
        for (std::size_t n = training.sessions[s]; n < end; ++n) {
            const LoggedLine& line = log_.lines[training.lines[n]];
            longest = std::fmax(longest, line.elapsed);
            if (!std::isfinite(line.time)) continue;
            span = {std::fmin(span.first, line.time), std::fmax(span.second, line.time)};
        }
        if (!std::isnan(span.first)) spans.push_back(span);
        if (!std::isnan(longest)) elapsed += longest, ++told;
    }
    if (told > 0) {
        run.seconds = elapsed;
        if (told > 1)
            run.remarks.push_back(
                fmt::format("its time is the sum of its {} sessions, also of what was trained and "
                            "thrown away",
                            told));
        return;
    }
    std::sort(spans.begin(), spans.end());
    double sum = 0, last = -std::numeric_limits<double>::infinity();
    for (const auto& [from, to] : spans) {
        sum += std::max(0.0, to - std::max(from, last));
        last = std::max(last, to);
    }
    if (!(sum > 0)) return;
    run.seconds = sum;
    run.remarks.push_back(spans.size() > 1
                              ? fmt::format("its time is the sum of its {} sessions, each from its first line to its "
                                            "last, with validation",
                                            spans.size())
                              : "its time is that between the first and the last line of the log, with validation and "
                                "pauses");
}

}  // namespace ablate::interop::logs
