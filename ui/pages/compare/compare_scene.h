#pragma once
#include "core/compare/curves.h"
#include "core/run/metric_table.h"
#include "ui/bridge/comparer.h"
#include "ui/pages/compare/compare_table.h"
#include "ui/pages/compare/scene_tables.h"

// All that the page shows of a comparison, derived from it in a worker and immutable from then on.
namespace ablate::ui {

// What the others are compared with: a variant at the same grid point (or at its best one), or one group for all.
struct Reference {
    std::string variant;  // "": the baseline
    std::string group;    // not empty: this one, by configuration hash
    bool operator==(const Reference&) const = default;
};

struct CompareChoices {
    Reference reference;
    bool best_points = false;                        // each variant at its own best grid point; else all points
    run::MetricId metric = run::MetricId::val_loss;  // one of run::kCompareMetrics
    plot::XAxis x_axis = plot::XAxis::steps;
    double smoothing = 0;             // of a dense metric, before the mean is taken
    std::optional<double> read_step;  // of the reference; nothing: the last at which all were evaluated
    bool operator==(const CompareChoices&) const = default;
};

using SharedValues = std::shared_ptr<const std::vector<double>>;

struct SeedCurve {
    std::size_t run = 0;  // in the comparison
    SharedValues x, y;
    std::optional<double> collapsed_at;  // x
};
struct GroupCurves {
    std::size_t group = 0;
    SharedValues x, mean, low, high;  // null without a healthy seed; no band below two, but that of an imported mean
    std::int64_t seeds = 0;           // that the mean is of: each has a value at every x
    std::vector<SeedCurve> runs;
};

// The loss differences at one step of the reference and where it is along the other axes.
struct Readings {
    struct Row {
        std::size_t group = 0;
        std::array<study::Delta, plot::kXAxes.size()> deltas;  // by XAxis
        // By XAxis: between which evaluations a side was read, as a sentence; "" where every loss was measured there.
        std::array<QString, plot::kXAxes.size()> interpolated;
    };
    double step = 0, last_common = 0;                           // NaN where there is nothing to read
    std::vector<double> evaluations;                            // steps at which a reference was evaluated, ascending
    bool all_evaluated = false;                                 // at `step`, every group shown
    std::array<std::optional<double>, plot::kXAxes.size()> at;  // by XAxis; none where references differ
    std::vector<Row> rows;
};

// Options in which the shown groups differ, and their values.
struct ConfigTable {
    struct Row {
        std::string key;
        QString label;
        std::vector<QString> values;  // by shown group; "–" where the option does not apply
        std::vector<bool> differs;    // from the first
    };
    std::vector<Row> rows;
};

struct CompareScene {
    ComparisonPtr comparison;
    CompareChoices choices;
    std::vector<ShownGroup> shown;  // in the study's order
    std::vector<CompareRow> table;  // by shown group
    std::vector<GroupCurves> curves;
    Readings readings;
    ConfigTable configuration;
    AnswerScene answer;
    std::vector<GridScene> grids;  // one for each key of the grid
    PairsScene pairs;              // of the groups shown
};
using CompareScenePtr = std::shared_ptr<const CompareScene>;
// What `before`, if any, shows of the same comparison and choices is taken over.
CompareScenePtr make_scene(const ComparisonPtr& comparison, const CompareChoices& choices,
                           const CompareScenePtr& before = nullptr);

// The references there are to choose from, with what they are called.
std::vector<std::pair<QString, Reference>> references_of(const study::Comparison& comparison);

}  // namespace ablate::ui
