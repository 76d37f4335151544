#include "ui/pages/compare/scene_tables.h"

#include "core/compare/family.h"

namespace ablate::ui {
namespace {

using Deltas = std::vector<std::optional<study::Delta>>;

}  // namespace

std::vector<GridScene> grid_scenes(const study::Comparison& comparison, const ReferenceOf& reference_of) {
    std::vector<GridScene> scenes;
    for (const std::string& key : study::grid_keys(comparison)) {
        GridScene scene{study::grid_table(comparison, key), {}, {}};
        for (const study::GridTable::Row& row : scene.table.rows) {
            Deltas deltas;
            std::vector<std::optional<std::size_t>> references;
            for (const std::optional<std::size_t>& group : row.groups) {
                const auto reference = group ? reference_of(*group) : std::nullopt;
                references.push_back(reference);
                deltas.emplace_back();
                if (reference && *reference != *group)
                    deltas.back() = study::compare_groups(comparison, *group, *reference);
            }
            scene.deltas.push_back(std::move(deltas));
            scene.references.push_back(std::move(references));
        }
        scenes.push_back(std::move(scene));
    }
    return scenes;
}

PairsScene pairs_scene(const study::Comparison& comparison, const std::vector<std::size_t>& groups) {
    PairsScene scene;
    if (groups.size() > kMostPairs) return scene;
    scene.groups = groups;
    for (const std::size_t row : groups) {
        Deltas deltas;
        for (const std::size_t column : groups) {
            deltas.emplace_back();
            if (row != column)
                deltas.back() = study::compare_groups(comparison, row, column, study::error_of_pairs(comparison));
        }
        scene.deltas.push_back(std::move(deltas));
    }
    return scene;
}

AnswerScene answer_scene(const study::Comparison& comparison) {
    AnswerScene answer{study::verdict(comparison), {}};
    answer.why_no_seeds = study::why_no_seeds(comparison, answer.verdict);
    return answer;
}

}  // namespace ablate::ui
