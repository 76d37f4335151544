#pragma once
#include "core/compare/comparison.h"

// A comparison over one key of its study's grid: variants by values.
namespace ablate::study {

struct GridTable {
    enum class Edge { none, lower, upper };
    struct Row {
        std::string variant, label;
        // By value: the variant's group there, of several (a grid over more keys) the one with the lowest mean.
        std::vector<std::optional<std::size_t>> groups;
        std::optional<std::size_t> best;  // index of the value with the lowest mean; none without a healthy seed
        Edge edge = Edge::none;           // `best` is the first or the last of at least two values trained
    };
    std::string key;           // "train.lr"
    std::vector<Json> values;  // numbers ascend; others in the order of the study
    std::vector<Row> rows;     // in the order of the study
    bool numeric() const;
};

// The keys of the grid, from the names of the grid points; empty without a grid.
std::vector<std::string> grid_keys(const Comparison& comparison);
GridTable grid_table(const Comparison& comparison, const std::string& key);
// The value of a grid key in a grid point such as "train.lr=0.01,train.warmup=20"; null where it has none.
Json grid_value(const std::string& grid_point, const std::string& key);
// A grid value as the names of grid points and the heads of tables show it.
std::string grid_value_text(const Json& value);

// The value that continues a grid beyond an edge by the step of its last two values: their difference where all
// differences are equal whole numbers, else their ratio, rounded to one digit, or two where one repeats a value.
// Nothing for values that are not numbers, for fewer than two, and where the next one would not be positive.
std::optional<Json> next_grid_value(const std::vector<Json>& values, GridTable::Edge edge);

}  // namespace ablate::study
