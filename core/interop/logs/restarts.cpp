#include "core/interop/logs/restarts.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

namespace ablate::interop::logs {

namespace {

constexpr std::int64_t kNoStep = -1;
constexpr std::size_t kFewLines = 3;    // parts shorter than this on average are lines out of order
constexpr std::size_t kManyValues = 3;  // of one column at the only step of a log: steps were never logged
constexpr double kWholeEpoch = 1 - 1e-9;
constexpr const char* kImportAlone = "Import this log alone: then you can say what it is";
constexpr const char* kSayWhich =
    "Say it: --restarts separate (two trainings, a run for each), --restarts resume (the later lines replace the "
    "earlier ones) or --restarts continue (the step restarts in each epoch: keep counting)";

struct Part {
    std::size_t begin = 0, end = 0;  // lines
};

// The smallest and largest step of the lines, in words.
std::string steps_in_words(std::int64_t first, std::int64_t last) {
    return first == last ? fmt::format("step {}", first) : fmt::format("steps {} to {}", first, last);
}

std::string lines_in_words(std::size_t count, const char* which) {
    return fmt::format("{} {}{}", count, which, count == 1 ? "" : "s");
}

std::string line_in_words(const LoggedLine& line) {
    return line.number > 0 ? fmt::format(" (line {})", line.number) : "";
}

// The columns that decide where a part begins.
std::vector<bool> deciding_columns(const LoggedLines& log) {
    std::vector<std::size_t> count(log.columns, 0);
    for (const LoggedLine& line : log.lines)
        for (std::size_t v = line.begin; v < line.end; ++v) ++count[log.values[v].column];
    std::vector<bool> decides(log.columns, false);
    bool any = false;
    for (std::size_t i = 0; i < log.columns; ++i)
        if (count[i] > 0 && log.tells[i] == Tells::training) any = decides[i] = true;
    if (any) return decides;
    std::size_t most = log.columns;
    for (const Tells tells : {Tells::other, Tells::nothing})
        for (std::size_t i = 0; i < log.columns && (tells == Tells::other || most == log.columns); ++i)
            if (log.tells[i] == tells && count[i] > 0 && (most == log.columns || count[i] > count[most])) most = i;
    if (most < log.columns) decides[most] = true;
    return decides;
}

// Where the step of a deciding column goes back, or comes again a whole epoch later. Columns are looked at one by one:
// they may be logged one after another.
std::vector<Part> parts_of(const LoggedLines& log, const std::vector<bool>& decides) {
    struct Seen {
        std::int64_t step = kNoStep;
        double epoch = kUnknown;
    };
    std::vector<Part> parts{{0, log.lines.size()}};
    std::vector<Seen> seen(log.columns);
    std::size_t drop = 0;  // the last line whose step is lower than that of the line before it
    for (std::size_t i = 0; i < log.lines.size(); ++i) {
        const LoggedLine& line = log.lines[i];
        if (i > 0 && (line.step < log.lines[i - 1].step || line.new_session)) drop = i;
        bool goes_back = false, comes_again = false;
        for (std::size_t v = line.begin; v < line.end; ++v) {
            if (!decides[log.values[v].column]) continue;
            const Seen& before = seen[log.values[v].column];
            goes_back |= line.step < before.step;
            comes_again |= line.step == before.step && line.epoch - before.epoch >= kWholeEpoch;
        }
        if (goes_back || comes_again) {
            const std::size_t begin = goes_back ? std::max(drop, parts.back().begin + 1) : i;
            parts.back().end = begin;
            parts.push_back({begin, log.lines.size()});
            std::fill(seen.begin(), seen.end(), Seen());
            for (std::size_t j = begin; j < i; ++j)
                for (std::size_t v = log.lines[j].begin; v < log.lines[j].end; ++v)
                    seen[log.values[v].column] = {log.lines[j].step, log.lines[j].epoch};
        }
        for (std::size_t v = line.begin; v < line.end; ++v) seen[log.values[v].column] = {line.step, line.epoch};
    }
    return parts;
}

// True where lines are in another order than their steps and nothing was trained twice: no column has a step twice, and
// times and epochs rise with the steps. Where the log has no times, two parts are never enough: a resume that logged
// little looks the same. More parts are, if the steps are evenly spaced, or if the parts are hardly longer than a line
// and one of them begins at or before the first step, which no resume does.
bool is_only_out_of_order(const LoggedLines& log, const std::vector<Part>& parts) {
    std::vector<std::size_t> order(log.lines.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return log.lines[a].step < log.lines[b].step; });
    std::vector<std::int64_t> last(log.columns, kNoStep), spacing(log.columns, 0);
    bool even = true, timed = true;
    double time = -INFINITY, epoch = -INFINITY;
    for (const std::size_t i : order) {
        const LoggedLine& line = log.lines[i];
        if (line.new_session && i > 0) return false;
        if (line.time < time || line.epoch < epoch) return false;
        timed &= !std::isnan(line.time);
        time = std::fmax(time, line.time);
        epoch = std::fmax(epoch, line.epoch);
        for (std::size_t v = line.begin; v < line.end; ++v) {
            const std::size_t column = log.values[v].column;
            if (log.tells[column] == Tells::nothing) continue;
            if (last[column] == line.step) return false;
            if (last[column] != kNoStep) {
                if (spacing[column] == 0) spacing[column] = line.step - last[column];
                even &= spacing[column] == line.step - last[column];
            }
            last[column] = line.step;
        }
    }
    if (timed) return true;
    if (parts.size() <= 2) return false;
    const bool begins_before = std::any_of(parts.begin() + 1, parts.end(), [&](const Part& part) {
        return log.lines[part.begin].step <= log.lines.front().step;
    });
    return even || (begins_before && log.lines.size() < kFewLines * parts.size());
}

// A training while its parts are joined.
struct Joining {
    std::map<std::size_t, std::int64_t> first;  // step of each column
    std::map<std::size_t, std::size_t> count;   // values of each column
    std::int64_t last = kNoStep;
    double last_epoch = kUnknown;
    std::int64_t last_epoch_step = kNoStep;  // of the line that told it, as it was logged
    Training training;
    std::int64_t shift = 0;  // of its newest part
    // The first epoch of each part that counts on, with its shift: a resume gets that of the part which it repeats.
    std::vector<std::pair<double, std::int64_t>> shifts{{-INFINITY, 0}};
    std::size_t counted_on = 0;  // parts
    std::string counted_from;    // of the first of them, in words
};

std::map<std::size_t, std::int64_t> first_steps(const LoggedLines& log, const Part& part) {
    std::map<std::size_t, std::int64_t> first;
    for (std::size_t i = part.begin; i < part.end; ++i)
        for (std::size_t v = log.lines[i].begin; v < log.lines[i].end; ++v)
            first.try_emplace(log.values[v].column, log.lines[i].step);
    return first;
}

// The step at which the part begins against that of the training, both of the column with most values: validations are
// rarer, and not every part has one at its beginning.
bool begins_after(const Joining& before, const LoggedLines& log, const Part& part) {
    std::size_t most = 0;
    bool after = log.lines[part.begin].step > 0;
    for (const auto& [column, step] : first_steps(log, part)) {
        const auto begun = before.first.find(column);
        if (begun == before.first.end() || before.count.at(column) < most) continue;
        const bool is_after = step > begun->second;
        after = before.count.at(column) > most ? is_after : after || is_after;
        most = before.count.at(column);
    }
    return after;
}

double first_epoch(const LoggedLines& log, const Part& part) {
    for (std::size_t i = part.begin; i < part.end; ++i)
        if (!std::isnan(log.lines[i].epoch)) return log.lines[i].epoch;
    return kUnknown;
}

void take(Joining& joining, LoggedLines& log, const Part& part) {
    joining.training.sessions.push_back(joining.training.lines.size());
    for (std::size_t i = part.begin; i < part.end; ++i) {
        LoggedLine& line = log.lines[i];
        line.step += joining.shift;
        if (line.new_session && i > part.begin) joining.training.sessions.push_back(joining.training.lines.size());
        joining.training.lines.push_back(i);
        joining.last = i == part.begin ? line.step : std::max(joining.last, line.step);
        if (!std::isnan(line.epoch)) {
            joining.last_epoch = line.epoch;
            joining.last_epoch_step = line.step - joining.shift;
        }
        for (std::size_t v = line.begin; v < line.end; ++v) {
            joining.first.try_emplace(log.values[v].column, line.step);
            ++joining.count[log.values[v].column];
        }
    }
}

// The columns of the part's first step.
std::set<std::size_t> columns_at_begin(const LoggedLines& log, const Part& part) {
    std::set<std::size_t> columns;
    for (std::size_t i = part.begin; i < part.end && log.lines[i].step == log.lines[part.begin].step; ++i)
        for (std::size_t v = log.lines[i].begin; v < log.lines[i].end; ++v) columns.insert(log.values[v].column);
    return columns;
}

// The part's lines replace what they overlap. What was logged at the very step where it begins stays until the part
// logs it again.
void resume(Joining& joining, LoggedLines& log, const Part& part) {
    const double epoch = first_epoch(log, part);
    while (joining.shifts.size() > 1 && epoch < joining.shifts.back().first) joining.shifts.pop_back();
    joining.shift = joining.shifts.back().second;
    const std::int64_t begin = log.lines[part.begin].step + joining.shift;
    const std::set<std::size_t> again = columns_at_begin(log, part);
    std::int64_t first = INT64_MAX, last = 0;
    std::size_t replaced = 0;
    for (const std::size_t i : joining.training.lines) {
        const LoggedLine& line = log.lines[i];
        if (line.step == begin)
            for (std::size_t v = line.begin; v < line.end; ++v)
                log.values[v].is_kept &= !again.contains(log.values[v].column);
        if (line.step <= begin) continue;
        std::size_t values = 0;
        for (std::size_t v = line.begin; v < line.end; ++v) {
            values += log.values[v].is_kept;
            log.values[v].is_kept = false;
        }
        if (values == 0) continue;
        ++replaced;
        first = std::min(first, line.step);
        last = std::max(last, line.step);
    }
    const std::int64_t before = joining.last;
    take(joining, log, part);
    const std::string left = replaced == 0
                                 ? "what it logs again replaces the earlier values"
                                 : fmt::format("it replaces {} of {}, which belong to weights that were thrown away",
                                               lines_in_words(replaced, "earlier line"), steps_in_words(first, last));
    joining.training.remarks.push_back(
        fmt::format("its steps go back from {} to {}{}: a resumed run begins there, and {}", before, begin,
                    line_in_words(log.lines[part.begin]), left));
}

// The distance of lines: the most frequent one in the part before, else the step itself.
std::int64_t spacing_of(const Joining& joining, const LoggedLines& log) {
    std::map<std::int64_t, std::size_t> distances;
    const std::vector<std::size_t>& lines = joining.training.lines;
    for (std::size_t i = joining.training.sessions.back() + 1; i < lines.size(); ++i)
        if (const auto distance = log.lines[lines[i]].step - log.lines[lines[i - 1]].step; distance > 0)
            ++distances[distance];
    if (distances.empty()) return std::max<std::int64_t>(log.lines[lines.back()].step - joining.shift, 1);
    return std::max_element(distances.begin(), distances.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
}

void count_on(Joining& joining, LoggedLines& log, const Part& part) {
    const std::int64_t begin = log.lines[part.begin].step;
    if (joining.counted_on++ == 0)
        joining.counted_from =
            fmt::format("at {} after {}{}", begin, joining.last, line_in_words(log.lines[part.begin]));
    joining.shift = joining.last + spacing_of(joining, log) - begin;
    joining.shifts.emplace_back(first_epoch(log, part), joining.shift);
    take(joining, log, part);
}

// True where the log was written without steps: all of it is at one step.
bool has_no_steps(const LoggedLines& log) {
    std::vector<std::size_t> count(log.columns, 0);
    for (const LoggedLine& line : log.lines) {
        if (line.step != log.lines.front().step) return false;
        for (std::size_t v = line.begin; v < line.end; ++v) ++count[log.values[v].column];
    }
    return std::any_of(count.begin(), count.end(), [](std::size_t n) { return n >= kManyValues; });
}

std::vector<Part> each_line(const LoggedLines& log) {
    std::vector<Part> parts;
    for (std::size_t i = 0; i < log.lines.size(); ++i) parts.push_back({i, i + 1});
    return parts;
}

// The only refusal of a log in which nothing decides what a step that comes again means.
[[noreturn]] void refuse(const ReadOptions& options, const std::string& problem, const char* advice,
                         std::vector<Restarts> readings) {
    throw AmbiguousRestart(problem, options.offers_options ? advice : kImportAlone, std::move(readings));
}

enum class Kind { resume, second, counted };

Kind kind_of(const Joining& before, const LoggedLines& log, const Part& part, const ReadOptions& options,
             const std::string& where) {
    if (options.restarts == Restarts::resume) return Kind::resume;
    if (options.restarts == Restarts::separate) return Kind::second;
    if (options.restarts == Restarts::continued) return Kind::counted;
    const LoggedLine& line = log.lines[part.begin];
    // An epoch that rose at a later step proves nothing: the resumed log may be the first to tell it.
    if (line.epoch > before.last_epoch && line.step <= before.last_epoch_step) return Kind::counted;
    if (begins_after(before, log, part)) return Kind::resume;
    // The epoch may be logged rarely: not at the restart, but with the first evaluation after it.
    const double epoch = first_epoch(log, part);
    if (epoch > before.last_epoch) return Kind::counted;
    // An epoch that was counted on begins again.
    if (before.shifts.size() > 1 && epoch >= before.shifts[1].first) return Kind::resume;
    const bool knows_epochs = !std::isnan(epoch) && !std::isnan(before.last_epoch);
    if (knows_epochs || line.new_session) return Kind::second;
    refuse(options,
           fmt::format("{}: its steps begin again at {} after {}{}, and nothing in the log says why.", where, line.step,
                       before.last, line_in_words(line)),
           kSayWhich, {Restarts::separate, Restarts::resume, Restarts::continued});
}

std::vector<Training> finished(std::vector<Joining>& all, const LoggedLines& log, const ReadOptions& options) {
    std::vector<Training> trainings;
    for (std::size_t i = 0; i < all.size(); ++i) {
        Training& training = all[i].training;
        if (all[i].counted_on > 0)
            training.remarks.push_back(fmt::format(
                "its step begins again {} {}: steps are counted on", all[i].counted_from,
                all[i].counted_on == 1
                    ? "and the epoch goes on"
                    : fmt::format("and {} more time{}", all[i].counted_on - 1, all[i].counted_on == 2 ? "" : "s")));
        if (all.size() > 1)
            training.remarks.push_back(fmt::format(
                "the log holds {} trainings, one after another: this is number {}, from step {} on{}{}", all.size(),
                i + 1, log.lines[training.lines.front()].step, line_in_words(log.lines[training.lines.front()]),
                options.offers_options ? "; --restarts resume or --restarts continue reads them as one run" : ""));
        trainings.push_back(std::move(training));
    }
    return trainings;
}

}  // namespace

std::span<const char* const> restart_names() {
    static constexpr std::array kNames{"auto", "resume", "separate", "continue"};
    return kNames;
}

Restarts restarts_from_name(const std::string& name) {
    const auto names = restart_names();
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
        throw InputError("--restarts {}: not one of {}", quote(name),
                         join(std::vector<std::string>(names.begin(), names.end()), ", "));
    return static_cast<Restarts>(found - names.begin());
}

std::vector<Training> join_parts(LoggedLines& log, const ReadOptions& options, const std::string& where) {
    const Restarts restarts = options.restarts;
    if (log.lines.empty()) return {};
    std::vector<Part> parts = parts_of(log, deciding_columns(log));
    if (parts.size() == 1 && has_no_steps(log)) {
        if (restarts == Restarts::automatic)
            refuse(options,
                   fmt::format("{}: all {} have the same step {}: they were logged without a step.", where,
                               lines_in_words(log.lines.size(), "line"), log.lines.front().step),
                   "--restarts continue numbers them in their order", {Restarts::continued});
        if (restarts == Restarts::continued) parts = each_line(log);
    }
    std::vector<Joining> all(1);
    if (parts.size() > 1 && restarts == Restarts::automatic && is_only_out_of_order(log, parts)) {
        take(all.back(), log, {0, log.lines.size()});
        all.back().training.remarks.push_back(
            "its lines are not in the order of their steps, and no step comes twice: they are sorted by step");
        return finished(all, log, options);
    }
    take(all.back(), log, parts.front());
    for (auto part = parts.begin() + 1; part != parts.end(); ++part) {
        switch (kind_of(all.back(), log, *part, options, where)) {
            case Kind::resume:
                resume(all.back(), log, *part);
                break;
            case Kind::counted:
                count_on(all.back(), log, *part);
                break;
            case Kind::second:
                all.emplace_back();
                take(all.back(), log, *part);
                break;
        }
    }
    return finished(all, log, options);
}

}  // namespace ablate::interop::logs
