#pragma once
#include "core/compare/comparison.h"
#include "core/compare/verdict.h"

#include <functional>

// What several sections of the report read off a comparison.
namespace ablate::report {

// A variant beside the baseline: at equal grid points where there is one, else each at its own best.
struct Contrast {
    std::size_t group = 0;
    study::Delta delta;
};
std::vector<Contrast> contrasts(const study::Comparison& comparison);           // study order, without the baseline
std::optional<std::size_t> best_baseline(const study::Comparison& comparison);  // none when the baseline has no run

// Of the group's runs: the mean of what is finite, NaN where nothing is. Healthy runs only, unless `all`.
double mean_over_runs(const study::Comparison& comparison, const study::Group& group,
                      const std::function<double(const study::ComparedRun&)>& value, bool all = false);
// A run of each that share a seed and are healthy, by seed.
using RunPair = std::pair<const study::ComparedRun*, const study::ComparedRun*>;
std::vector<RunPair> shared_seeds(const study::Comparison& comparison, const study::Group& a, const study::Group& b);

// "2 of 3": the healthy seeds of all; "mean" where the values are means over runs whose number is not known.
std::string seeds_of(const study::Group& group);
double mean_initial_loss(const study::Comparison& comparison, const study::Group& group);
double mean_final_train(const study::Comparison& comparison, const study::Group& group);
// Final validation minus final training loss, where both were read at the same steps; else NaN.
double generalization_gap(const study::Comparison& comparison, const study::Group& group);
double seconds_per_step(const study::Comparison& comparison, const study::Group& group);
bool has_rough_times(const study::Comparison& comparison,
                     const study::Group& group);  // they or the baseline's shared the machine
// The share of the baseline's time that a step takes; NaN where it is not known or where a run took under a second.
double step_time_ratio(const study::Comparison& comparison, const study::Group& group);
// Of one kind, such as train::SpikeEvent, in all runs of the group.
template <class Kind>
std::int64_t count_events(const study::Comparison& comparison, const study::Group& group) {
    std::int64_t count = 0;
    for (const std::size_t index : group.runs)
        for (const train::Event& event : comparison.runs[index].metrics->events())
            count += std::holds_alternative<Kind>(event.what);
    return count;
}
std::string changes_in_words(const study::Comparison& comparison, std::size_t group);  // "Position: RoPE → NoPE; ..."
double tokens_trained(const study::Group& group);  // by a whole run; NaN where an imported log does not tell
// The value of a grid point with one numeric key: "train.lr=0.01" is 0.01. None for any other.
std::optional<double> grid_value(const std::string& grid_point);
bool is_single_seed(const study::Comparison& comparison);
std::string loss_or_dash(double loss);   // four decimals; "–" where there is none
std::string capital(std::string words);  // with a capital first letter
// What is known of its configuration, one line a leaf: all of it for what was trained here.
std::vector<std::pair<std::string, std::string>> configuration_lines(const study::Group& group);

}  // namespace ablate::report
