#include "core/interop/logs/table_checks.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>

namespace ablate::interop::logs {

namespace {

constexpr std::size_t kCheckedRows = 100'000;  // of more, the first tell enough
constexpr std::size_t kFewestRows = 3;         // that differ in a column whose name says nothing
constexpr std::size_t kFewestRepeats = 3;      // steps, where no column is known to tell rows apart
constexpr std::size_t kShare = 5;              // one step of as many may repeat

template <std::size_t N>
bool is_one_of(const std::string& name, const std::array<const char*, N>& names) {
    return std::any_of(names.begin(), names.end(), [&](const char* one) { return comparable_name(name) == one; });
}

bool names_runs(const std::string& column) {
    return is_one_of(column, std::array{"name", "run", "run_name", "display_name", "run_id", "id", "trial"});
}
bool tells_rows_apart(const std::string& column) {
    return names_runs(column) || is_one_of(column, std::array{"seed", "key", "metric", "tag", "experiment", "variant",
                                                              "model", "rank", "worker", "fold", "replica"});
}
bool is_state(const std::string& cell) {
    return is_one_of(cell, std::array{"finished", "running", "crashed", "failed", "killed", "preempted", "preempting"});
}

// No number, no date and no time.
bool is_word(const std::string& cell) {
    if (is_missing(cell) || cell.find(':') != std::string::npos || number_of(cell, Comma::none)) return false;
    return std::isalpha(static_cast<unsigned char>(cell.front())) != 0 || cell.front() == '_';
}

// What the words of a column are.
struct Words {
    std::set<std::string> different;
    std::size_t count = 0;
    bool states = true;
};

std::vector<Words> words_of(const CheckedTable& table, std::size_t& rows, std::size_t& falls) {
    std::vector<Words> words(table.header.size());
    std::vector<std::int64_t> last(table.header.size(), -1);
    for (TableRow row; rows < kCheckedRows && table.rows.next(row); ++rows)
        for (std::size_t i = 0; i < words.size(); ++i) {
            const std::string& cell = row.cells[i];
            if (table.roles[i] == Role::train_loss && number_of(cell, table.comma)) {
                const auto step = table.step_of(row, i);
                falls += step && *step <= last[i];
                if (step) last[i] = *step;
            }
            if (table.roles[i] != Role::own || !is_word(cell)) continue;
            words[i].different.insert(cell);
            words[i].states &= is_state(cell);
            ++words[i].count;
        }
    table.rows.rewind();
    return words;
}

[[noreturn]] void refuse_runs(const CheckedTable& table, const std::string& column) {
    throw InputError(
        "{}: has a row for each run, as {} shows, and not for each step: export the chart of the loss or the run's "
        "history",
        table.where, quote(column));
}

void require_no_row_a_run(const CheckedTable& table) {
    std::size_t rows = 0;
    std::size_t falls = 0;
    const std::vector<Words> words = words_of(table, rows, falls);
    const bool falls_often = falls * kShare > rows;  // a log falls where it was resumed
    const bool has_values = std::any_of(table.header.begin(), table.header.end(),
                                        [](const std::string& name) { return comparable_name(name) == "value"; });
    for (std::size_t i = 0; i < words.size(); ++i) {
        const Words& own = words[i];
        const std::string& name = table.header[i];
        if (own.count == 0) continue;
        const bool nearly_all = own.count == rows && 10 * own.different.size() >= 9 * rows;
        if (comparable_name(name) == "state" && own.states && own.count == rows && falls_often)
            refuse_runs(table, name);
        if (names_runs(name) && nearly_all && rows > 1) refuse_runs(table, name);
        if (own.different.size() == rows && rows >= kFewestRows && falls_often) refuse_runs(table, name);
        if (has_values && own.different.size() > 1 && is_one_of(name, std::array{"key", "metric", "tag"}))
            throw InputError("{}: has a row for each value of {}: give each metric its own column", table.where,
                             quote(name));
    }
}

// The values of one loss, row by row.
struct Seen {
    std::int64_t step = -1;
    double value = 0;
    TableRow row;
    std::size_t steps = 0, repeated = 0;
    bool is_repeated = false;        // the step at hand
    std::vector<std::size_t> tells;  // columns that differ wherever a step repeats
    bool has_tells = false;
};

// An epoch that differs says what the second value of a step is.
bool same_epoch(const CheckedTable& table, const TableRow& a, const TableRow& b) {
    for (std::size_t i = 0; i < table.header.size(); ++i)
        if (is_epoch(table.header[i]) && a.cells[i] != b.cells[i]) return false;
    return true;
}

void note_repeat(const CheckedTable& table, const TableRow& row, Seen& seen) {
    seen.repeated += !seen.is_repeated;
    seen.is_repeated = true;
    std::vector<std::size_t> tells;
    for (std::size_t i = 0; i < table.header.size(); ++i)
        if (table.roles[i] == Role::own && (tells_rows_apart(table.header[i]) || is_word(row.cells[i])) &&
            row.cells[i] != seen.row.cells[i])
            tells.push_back(i);
    if (!seen.has_tells) seen.tells = tells;
    seen.has_tells = true;
    std::erase_if(seen.tells, [&](std::size_t i) { return std::find(tells.begin(), tells.end(), i) == tells.end(); });
}

void see(const CheckedTable& table, const TableRow& row, std::size_t column, Seen& seen) {
    const auto value = number_of(row.cells[column], table.comma);
    if (!value || std::isnan(*value)) return;
    const auto step = table.step_of(row, column);
    if (!step) return;
    if (*step != seen.step) {
        ++seen.steps;
        seen.is_repeated = false;
    } else if (*value != seen.value && same_epoch(table, row, seen.row)) {
        note_repeat(table, row, seen);
    }
    seen.step = *step;
    seen.value = *value;
    seen.row = row;
}

void require_one_value_a_step(const CheckedTable& table) {
    std::map<std::size_t, Seen> losses;
    for (std::size_t i = 0; i < table.header.size(); ++i)
        if (is_loss(table.roles[i]) || table.roles[i] == Role::average) losses[i];
    std::size_t rows = 0;
    for (TableRow row; rows < kCheckedRows && table.rows.next(row); ++rows)
        for (auto& [column, seen] : losses) see(table, row, column, seen);
    table.rows.rewind();
    for (const auto& [column, seen] : losses) {
        const auto known = std::find_if(seen.tells.begin(), seen.tells.end(),
                                        [&](std::size_t i) { return tells_rows_apart(table.header[i]); });
        const bool is_known = known != seen.tells.end();
        const std::size_t fewest = is_known ? 1 : kFewestRepeats;
        const bool many = seen.repeated * kShare > seen.steps && seen.repeated >= fewest;
        // A log of one step alone was written without steps.
        if (!many || (seen.steps == 1 && !is_known)) continue;
        const std::string problem = fmt::format("{}: {} of {} steps have several values of {}", table.where,
                                                seen.repeated, seen.steps, quote(table.header[column]));
        if (seen.tells.empty())
            throw InputError("{}, and no column says which is which: write one row a step, and a file for each run",
                             problem);
        throw InputError("{}, told apart by {}: write a file for each value of that column, with one row a step",
                         problem, quote(table.header[is_known ? *known : seen.tells.front()]));
    }
}

}  // namespace

void require_row_a_step(const CheckedTable& table) {
    require_no_row_a_run(table);
    require_one_value_a_step(table);
}

}  // namespace ablate::interop::logs
