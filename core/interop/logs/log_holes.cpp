#include "core/base/text.h"
#include "core/interop/logs/log_builder.h"

#include <algorithm>
#include <cmath>

// NaN that a table holds where nothing was measured: a cell has to hold something. A loss that really is NaN stays.
namespace ablate::interop::logs {

namespace {

constexpr std::size_t kFewestValues = 3;  // at regular distances, where nothing else shows that NaN is a hole

struct Entry {
    std::size_t row = 0, value = 0;  // row: lines of one line of the file
    bool is_nan = false;
};

// How many losses of a row are not NaN.
struct Measured {
    std::size_t training = 0, validation = 0;
};

// The values of each loss, and what each row has.
struct Losses {
    std::map<std::size_t, std::vector<Entry>> of_column;
    std::vector<Measured> measured;
};

// The rows in which training and validation take turns: where the column has values, the other kind has none, and a NaN
// beside a value of the other kind is a hole. So is one beside another loss of its kind where those take turns too.
std::vector<bool> turns_of(const std::vector<Entry>& entries, const Losses& losses, bool of_training) {
    bool alone = true, only_one = true;
    const auto others = [&](const Entry& one) {
        return of_training ? losses.measured[one.row].validation : losses.measured[one.row].training;
    };
    const auto alike = [&](const Entry& one) {
        return of_training ? losses.measured[one.row].training : losses.measured[one.row].validation;
    };
    for (const Entry& one : entries) {
        if (one.is_nan) continue;
        alone &= others(one) == 0;
        only_one &= alike(one) == 1;
    }
    std::vector<bool> turns;
    for (const Entry& one : entries)
        turns.push_back(one.is_nan && alone && (others(one) > 0 || (only_one && alike(one) > 0)));
    return turns;
}

struct Grid {
    std::size_t first = 0, distance = 1, values = 0;
};

// The distance of the column's values, all of which are on one grid; 1 where they are not.
Grid grid_of(std::vector<std::size_t> places) {
    Grid grid{places.front(), 0, places.size()};
    for (std::size_t i = 1; i < places.size(); ++i) {
        const std::size_t gap = places[i] - places[i - 1];
        grid.distance = grid.distance == 0 ? gap : std::min(grid.distance, gap);
    }
    for (const std::size_t place : places)
        if (grid.distance == 0 || (place - grid.first) % grid.distance != 0) grid.distance = 1;
    return grid;
}

// Like the above, without a measurement before the first step and one after the last, which are off the grid.
Grid best_grid(const std::vector<Entry>& entries) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < entries.size(); ++i)
        if (!entries[i].is_nan) places.push_back(i);
    if (places.size() < 2) return {};
    Grid grid = grid_of(places);
    const bool has_last = places.back() + 1 == entries.size(), has_first = places.front() == 0;
    if (grid.distance == 1 && has_last && places.size() > kFewestValues)
        grid = grid_of({places.begin(), places.end() - 1});
    if (grid.distance == 1 && has_first && places.size() > kFewestValues)
        grid = grid_of({places.begin() + 1, places.end()});
    return grid;
}

// The holes among the values of a loss, as their places in the log.
std::vector<Entry> holes_of(const std::vector<Entry>& entries, const Losses& losses, bool of_training) {
    std::vector<Entry> holes;
    const bool any_nan = std::any_of(entries.begin(), entries.end(), [](const Entry& one) { return one.is_nan; });
    const bool any_value = std::any_of(entries.begin(), entries.end(), [](const Entry& one) { return !one.is_nan; });
    if (!any_nan || !any_value) return holes;
    const std::vector<bool> turns = turns_of(entries, losses, of_training);
    const Grid grid = best_grid(entries);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (!entries[i].is_nan) continue;
        const std::size_t away = i < grid.first ? grid.first - i : i - grid.first;
        const Measured& measured = losses.measured[entries[i].row];
        const bool any_loss = measured.training + measured.validation > 0;
        const bool beside =
            grid.distance > 1 && away % grid.distance != 0 && (grid.values >= kFewestValues || any_loss);
        if (turns[i] || beside) holes.push_back(entries[i]);
    }
    return holes;
}

}  // namespace

// Drops the holes of the losses, and what else is NaN in a row where the training loss is a hole. The remarks.
std::vector<std::string> LogBuilder::remove_holes() {
    Losses losses;
    std::vector<std::size_t> row_of_value(log_.values.size(), 0);
    std::size_t row = 0;
    for (std::size_t i = 0; i < log_.lines.size(); ++i) {
        const LoggedLine& line = log_.lines[i];
        if (i > 0 && (line.number == 0 || line.number != log_.lines[i - 1].number)) ++row;
        losses.measured.resize(row + 1);
        for (std::size_t v = line.begin; v < line.end; ++v) {
            row_of_value[v] = row;
            const Role role = columns_[log_.values[v].column].meaning.role;
            if (!is_loss(role)) continue;
            const bool is_nan = std::isnan(log_.values[v].value);
            losses.of_column[log_.values[v].column].push_back({row, v, is_nan});
            if (is_nan) continue;
            ++(role == Role::train_loss ? losses.measured[row].training : losses.measured[row].validation);
        }
    }
    std::vector<bool> is_hole(log_.values.size(), false), without_loss(row + 1, false);
    std::vector<std::string> remarks;
    for (const auto& [column, entries] : losses.of_column) {
        const bool of_training = columns_[column].meaning.role == Role::train_loss;
        const std::vector<Entry> holes = holes_of(entries, losses, of_training);
        for (const Entry& hole : holes) {
            is_hole[hole.value] = true;
            if (of_training) without_loss[hole.row] = true;
        }
        if (!holes.empty())
            remarks.push_back(fmt::format("{} is NaN in {} line{} where it was not measured: read as empty there",
                                          quote(columns_[column].name), holes.size(), holes.size() == 1 ? "" : "s"));
    }
    if (remarks.empty()) return remarks;
    std::vector<LoggedValue> kept;
    for (LoggedLine& line : log_.lines) {
        const std::size_t begin = kept.size();
        for (std::size_t v = line.begin; v < line.end; ++v) {
            const LoggedValue& value = log_.values[v];
            const bool goes_with_loss = without_loss[row_of_value[v]] && std::isnan(value.value) &&
                                        !is_loss(columns_[value.column].meaning.role);
            if (!is_hole[v] && !goes_with_loss) kept.push_back(value);
        }
        line.begin = begin;
        line.end = kept.size();
    }
    log_.values = std::move(kept);
    return remarks;
}

}  // namespace ablate::interop::logs
