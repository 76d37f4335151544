#pragma once
#include "core/compare/grid.h"
#include "core/compare/more_seeds.h"

#include <functional>
#include <optional>
#include <vector>

// What the page shows next to the table of variants: the answer, the grid and all pairs. Made in a worker.
namespace ablate::ui {

// The variants over the values of one key of the grid.
struct GridScene {
    study::GridTable table;
    // By row and value, to what the group is compared with; none for that one itself and where there is no group.
    std::vector<std::vector<std::optional<study::Delta>>> deltas;
    std::vector<std::vector<std::optional<std::size_t>>> references;  // what each group is compared with
};

// Every group minus every other one.
struct PairsScene {
    std::vector<std::size_t> groups;
    std::vector<std::vector<std::optional<study::Delta>>> deltas;  // by row and column; none on the diagonal
};
inline constexpr std::size_t kMostPairs = 60;  // groups: beyond it nobody reads the matrix, and it is not made

struct AnswerScene {
    study::Verdict verdict;
    std::string why_no_seeds;  // "" where seeds can be added, or nothing is undecided
};

using ReferenceOf = std::function<std::optional<std::size_t>(std::size_t group)>;
std::vector<GridScene> grid_scenes(const study::Comparison& comparison, const ReferenceOf& reference_of);
PairsScene pairs_scene(const study::Comparison& comparison, const std::vector<std::size_t>& groups);
AnswerScene answer_scene(const study::Comparison& comparison);

}  // namespace ablate::ui
