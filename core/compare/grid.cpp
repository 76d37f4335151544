#include "core/compare/grid.h"

#include "core/base/text.h"
#include "core/compare/wording.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ablate::study {

namespace {

// "train.lr=0.01,train.warmup=20" as pairs; a value may hold commas itself.
std::vector<std::pair<std::string, std::string>> parts_of(const std::string& grid_point) {
    std::vector<std::pair<std::string, std::string>> parts;
    for (const std::string& part : split(grid_point, ',')) {
        const auto equals = part.find('=');
        if (equals != std::string::npos)
            parts.emplace_back(part.substr(0, equals), part.substr(equals + 1));
        else if (!parts.empty())
            parts.back().second += "," + part;
    }
    return parts;
}

double mean_or_worst(const Comparison& comparison, std::size_t group) {
    const double mean = comparison.groups[group].final_val.mean;
    return std::isfinite(mean) ? mean : std::numeric_limits<double>::infinity();
}

std::size_t place_of(std::vector<Json>& values, const Json& value) {
    const auto found = std::find(values.begin(), values.end(), value);
    if (found != values.end()) return static_cast<std::size_t>(found - values.begin());
    values.push_back(value);
    return values.size() - 1;
}

GridTable::Row& row_of(GridTable& table, const Group& group) {
    for (GridTable::Row& row : table.rows)
        if (row.variant == group.variant) return row;
    table.rows.push_back({group.variant, plain_label(group), {}, {}, GridTable::Edge::none});
    return table.rows.back();
}

void find_best(const Comparison& comparison, GridTable::Row& row) {
    std::optional<std::size_t> first, last;
    for (std::size_t i = 0; i < row.groups.size(); ++i) {
        if (!row.groups[i]) continue;
        if (!first) first = i;
        last = i;
        const std::vector<std::size_t>& best = comparison.best_of_variant;
        const bool healthy = comparison.groups[*row.groups[i]].healthy() > 0;
        if (healthy && std::find(best.begin(), best.end(), *row.groups[i]) != best.end()) row.best = i;
    }
    if (!row.best || first == last) return;
    row.edge = row.best == first  ? GridTable::Edge::lower
               : row.best == last ? GridTable::Edge::upper
                                  : GridTable::Edge::none;
}

std::vector<double> numbers_of(const std::vector<Json>& values) {
    std::vector<double> numbers;
    for (const Json& value : values)
        if (value.is_number()) numbers.push_back(value.get<double>());
    if (numbers.size() < values.size()) numbers.clear();
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

double rounded(double value, int digits) { return std::stod(fmt::format("{:.{}e}", value, digits - 1)); }

}  // namespace

bool GridTable::numeric() const { return !numbers_of(values).empty(); }

std::vector<std::string> grid_keys(const Comparison& comparison) {
    std::vector<std::string> keys;
    if (!comparison.has_grid()) return keys;
    for (const Group& group : comparison.groups)
        for (const auto& [key, value] : parts_of(group.grid_point))
            if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    return keys;
}

Json grid_value(const std::string& grid_point, const std::string& key) {
    for (const auto& [name, text] : parts_of(grid_point)) {
        if (name != key) continue;
        const Json value = Json::parse(text, nullptr, false);
        return value.is_discarded() ? Json(text) : value;
    }
    return {};
}

std::string grid_value_text(const Json& value) {
    if (value.is_number_float()) return full_precision(value.get<double>());
    return value.is_string() ? value.get<std::string>() : value.dump();
}

GridTable grid_table(const Comparison& comparison, const std::string& key) {
    GridTable table;
    table.key = key;
    for (const Group& group : comparison.groups)
        if (const Json value = grid_value(group.grid_point, key); !value.is_null()) place_of(table.values, value);
    if (table.numeric())
        std::stable_sort(table.values.begin(), table.values.end(),
                         [](const Json& a, const Json& b) { return a.get<double>() < b.get<double>(); });
    for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
        const Json value = grid_value(comparison.groups[i].grid_point, key);
        if (value.is_null()) continue;
        GridTable::Row& row = row_of(table, comparison.groups[i]);
        row.groups.resize(table.values.size());
        std::optional<std::size_t>& cell = row.groups[place_of(table.values, value)];
        if (!cell || mean_or_worst(comparison, i) < mean_or_worst(comparison, *cell)) cell = i;
    }
    for (GridTable::Row& row : table.rows) find_best(comparison, row);
    return table;
}

std::optional<Json> next_grid_value(const std::vector<Json>& values, GridTable::Edge edge) {
    std::vector<double> numbers = numbers_of(values);
    if (numbers.size() < 2 || edge == GridTable::Edge::none) return {};
    if (edge == GridTable::Edge::lower) std::reverse(numbers.begin(), numbers.end());
    const double last = numbers.back(), before = numbers[numbers.size() - 2], step = last - before;
    const bool whole =
        std::all_of(values.begin(), values.end(), [](const Json& value) { return value.is_number_integer(); });
    bool even = whole && numbers.size() > 2;
    for (std::size_t i = 1; i < numbers.size(); ++i) even &= numbers[i] - numbers[i - 1] == step;
    if (even) return last + step > 0 ? std::optional<Json>(static_cast<std::int64_t>(last + step)) : std::nullopt;
    if (last <= 0 || before <= 0) return {};
    const double next = last * (last / before);
    if (whole) {
        const auto integer = static_cast<std::int64_t>(std::llround(next));
        return integer > 0 && static_cast<double>(integer) != last ? std::optional<Json>(integer) : std::nullopt;
    }
    const double coarse = rounded(next, 1), fine = rounded(next, 2);
    const bool beyond = edge == GridTable::Edge::upper ? coarse > last : coarse < last;
    const bool fine_beyond = edge == GridTable::Edge::upper ? fine > last : fine < last;
    if (!beyond && !fine_beyond) return {};
    return Json(beyond ? coarse : fine);
}

}  // namespace ablate::study
