#include "core/base/paths.h"
#include "core/compare/comparison_internal.h"
#include "core/io/tensorboard.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace ablate::study {

namespace fs = std::filesystem;

namespace {

using Times = std::pair<double, double>;  // begin and end, in unix seconds

constexpr double kStateDelay = 60;  // seconds by which state.json of a run that trains may lag behind its metrics

// Begin and end of each stretch that a run trained without a pause. `wall`: the times of its logged steps.
std::vector<Times> stretches(const std::vector<double>& wall) {
    std::vector<double> gaps;
    for (std::size_t i = 1; i < wall.size(); ++i) gaps.push_back(wall[i] - wall[i - 1]);
    const double pause = std::max(60.0, 20 * median(std::move(gaps)));
    std::vector<Times> all{{wall.front(), wall.front()}};
    for (const double time : wall) {
        if (std::abs(time - all.back().second) > pause) all.push_back({time, time});
        all.back().second = std::max(all.back().second, time);
    }
    return all;
}

// Where a run that was copied here, or one of a cluster, trained is not known.
bool trained_here(const run::ListedRun& listed) {
    return !run::is_imported_log(listed.info) && listed.info.origin == "trained" &&
           !is_there(listed.directory.folder() / "slurm.jsonl");
}

// From the time in the name of the first event file (events.out.tfevents.TIME.HOST) to the last change of state.json.
// Nothing: the run has not trained. Metrics of a large workspace would take long to read.
std::optional<Times> training_time(const run::ListedRun& listed) {
    const std::vector<fs::path> files = io::event_files(listed.directory.folder());
    if (files.empty()) return {};
    constexpr std::string_view before_time = "tfevents.";
    const std::string name = files.front().filename().string();
    const auto found = name.find(before_time);
    const char* time = found == std::string::npos ? "" : name.c_str() + found + before_time.size();
    return Times(static_cast<double>(std::strtoll(time, nullptr, 10)), listed.state.updated + kStateDelay);
}

}  // namespace

std::vector<run::ListedRun> possible_neighbors(const std::vector<run::ListedRun>& listed,
                                               std::span<const run::ListedRun> workspace_runs) {
    std::set<std::string> compared;
    std::vector<Times> times;
    for (const run::ListedRun& one : listed) {
        compared.insert(one.info.id);
        if (!trained_here(one)) continue;
        if (const auto own = training_time(one)) times.push_back(*own);
    }
    std::vector<run::ListedRun> neighbors;
    if (times.empty()) return neighbors;
    for (const run::ListedRun& other : workspace_runs) {
        if (compared.contains(other.info.id) || !trained_here(other)) continue;
        const auto own = training_time(other);
        const auto overlaps = [&](const Times& one) { return own->first < one.second && one.first < own->second; };
        if (own && std::any_of(times.begin(), times.end(), overlaps)) neighbors.push_back(other);
    }
    return neighbors;
}

void mark_shared_machine(Comparison& comparison, std::span<const MetricsPtr> others) {
    std::vector<std::pair<ComparedRun*, Times>> times;  // without a run: of one outside of the comparison
    const auto add = [&](ComparedRun* compared, const run::RunMetrics& metrics) {
        const run::Series& series = metrics[run::kTrainLoss];
        if (series.wall_time.size() < 2) return;
        for (const Times& stretch : stretches(series.wall_time)) times.emplace_back(compared, stretch);
    };
    for (ComparedRun& compared : comparison.runs)
        if (trained_here(compared.listed)) add(&compared, *compared.metrics);
    for (const MetricsPtr& metrics : others) add(nullptr, *metrics);
    std::sort(times.begin(), times.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    const std::pair<ComparedRun*, Times>* longest = nullptr;  // of those before, the last to end
    for (const auto& one : times) {
        if (longest && longest->first != one.first && one.second.first < longest->second.second)
            for (ComparedRun* compared : {one.first, longest->first})
                if (compared) compared->shared_machine = true;
        if (!longest || one.second.second > longest->second.second) longest = &one;
    }
}

}  // namespace ablate::study
