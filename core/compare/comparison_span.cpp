#include "core/compare/comparison_span.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/wording.h"
#include "core/io/numbers.h"
#include "core/run/seed_text.h"
#include "core/train/progress.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ablate::study {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kNearEnd = 0.9;   // of the shortest run: a shared step beyond that is its end
constexpr double kFarthest = 0.5;  // and one before that says nothing about the end
constexpr const char* kNothingShared = "no step near the end was logged in all of them";
constexpr double kGap = 0.02;  // of the shortest run: values closer together are joined by a line

bool is_train(const Comparison& comparison, bool train) { return train || comparison.measure == Measure::train_loss; }

const run::Series& series_of(const Comparison& comparison, const ComparedRun& compared, bool train) {
    return is_train(comparison, train) ? (*compared.metrics)[run::kTrainLoss] : compared.val;
}

// Over how many steps a line of these trainers' logs is the mean; 1 of all others.
double steps_of_a_line(const ComparedRun& compared, const run::Series& series) {
    const std::string format = run::source_format(compared.listed.info);
    if (format != "hf-trainer" && format != "llama-factory") return 1;
    const Json& source = compared.listed.info.source;
    if (const auto stated = source.find("config"); stated != source.end() && stated->is_object())
        if (const auto told = stated->find("logging_steps");
            told != stated->end() && io::is_number(*told) && io::number_from_json(*told) >= 1)
            return io::number_from_json(*told);
    double smallest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 1; i < series.step.size(); ++i)
        if (const auto gap = static_cast<double>(series.step[i] - series.step[i - 1]); gap > 0)
            smallest = std::min(smallest, gap);
    return std::isfinite(smallest) ? smallest : 1;
}

// The points of a run. With `centered` a line that is a mean is placed in the middle of its steps.
Points read_points(const Comparison& comparison, const ComparedRun& compared, bool train, bool centered) {
    const run::Series& series = series_of(comparison, compared, train);
    Points points = points_of(compared, series);
    const double shift = centered ? (steps_of_a_line(compared, series) - 1) / 2 : 0;
    if (shift > 0)
        for (auto& point : points)
            if (point.first != kUnknownStep) point.first -= shift;
    return points;
}

auto first_from(const Points& points, double x) {
    return std::lower_bound(points.begin(), points.end(), x,
                            [](const auto& point, double wanted) { return point.first < wanted; });
}

double value_at(const Points& points, double x) {
    const auto after = first_from(points, x);
    if (after == points.end()) return kNaN;
    if (after->first == x) return after->second;
    if (after == points.begin()) return kNaN;
    const auto before = std::prev(after);
    const double share = (x - before->first) / (after->first - before->first);
    return before->second + share * (after->second - before->second);
}

// A run's points in the middle of their steps, and over how many steps each is the mean.
struct Centered {
    Points points;
    double steps = 1;
};

// The mean over the `steps` steps around `middle`, of points that are each the mean over `own` steps; NaN unless whole
// points cover exactly these steps.
double mean_over_line(const Points& points, double own, double middle, double steps) {
    const double reach = (steps - own) / 2;
    double sum = 0;
    std::size_t count = 0;
    for (auto point = first_from(points, middle - reach); point != points.end() && point->first <= middle + reach;
         ++point, ++count)
        sum += point->second;
    return count > 0 && static_cast<double>(count) * own == steps ? sum / static_cast<double>(count) : kNaN;
}

// The means of a finer log over the steps of coarse lines, in the middle of each; only of lines that it covers whole.
// Lines of 50 and of 100 steps share no middle, so without this they could not be read at one place.
Points averaged_over(const Centered& finer, const std::vector<double>& middles, double steps) {
    Points averaged;
    for (const double middle : middles)
        if (const double mean = mean_over_line(finer.points, finer.steps, middle, steps); std::isfinite(mean))
            averaged.emplace_back(middle, mean);
    return averaged;
}

// The points of all runs in the middle of their steps, up to the last line whose steps all runs have reached: finer
// logs are averaged over the steps of the coarsest lines where they cover them.
std::vector<Points> centered_points(const Comparison& comparison, const std::vector<const ComparedRun*>& runs,
                                    bool train) {
    double end = std::numeric_limits<double>::infinity();
    for (const ComparedRun* compared : runs)
        if (const Points points = read_points(comparison, *compared, train, false); !points.empty())
            end = std::min(end, points.back().first);
    std::vector<Centered> all;
    double coarsest = 0;
    for (const ComparedRun* compared : runs) {
        const double steps = steps_of_a_line(*compared, series_of(comparison, *compared, train));
        Points points = read_points(comparison, *compared, train, true);
        if (points.empty()) continue;  // a run without a value does not take part
        std::erase_if(points, [&](const auto& point) { return point.first + (steps - 1) / 2 > end; });
        if (points.empty()) return {};  // its first line ends after another run has
        all.push_back({std::move(points), steps});
        coarsest = std::max(coarsest, steps);
    }
    std::vector<double> middles;
    for (const Centered& one : all)
        if (one.steps == coarsest)
            for (const auto& point : one.points) middles.push_back(point.first);
    std::sort(middles.begin(), middles.end());
    middles.erase(std::unique(middles.begin(), middles.end()), middles.end());
    std::vector<Points> result;
    for (Centered& one : all) {
        Points averaged = one.steps < coarsest ? averaged_over(one, middles, coarsest) : Points();
        result.push_back(averaged.empty() ? std::move(one.points) : std::move(averaged));
    }
    return result;
}

// How far apart the two points around x are; infinite where x is beyond them.
double gap_around(const Points& points, double x) {
    const auto after = first_from(points, x);
    if (after == points.end()) return std::numeric_limits<double>::infinity();
    if (after->first == x) return 0;
    if (after == points.begin()) return std::numeric_limits<double>::infinity();
    return after->first - std::prev(after)->first;
}

std::vector<double> shared_positions(const std::vector<Points>& all) {
    std::vector<double> shared;
    for (const auto& point : all.front()) shared.push_back(point.first);
    for (std::size_t i = 1; i < all.size(); ++i) {
        std::vector<double> kept;
        auto place = all[i].begin();
        for (const double x : shared) {
            while (place != all[i].end() && place->first < x) ++place;
            if (place != all[i].end() && place->first == x) kept.push_back(x);
        }
        shared = std::move(kept);
    }
    return shared;
}

Span span_over(const std::vector<Points>& all, double window) {
    Span span;
    double end = std::numeric_limits<double>::infinity();
    for (const Points& points : all) end = std::min(end, points.back().first);
    const std::vector<double> shared = shared_positions(all);
    const auto exactly = [&] {
        for (const double x : shared)
            if (x == shared.back() || x > shared.back() - window) span.at.push_back(x);
        return span;
    };
    const double last = shared.empty() ? kNaN : shared.back();
    if (last == end || last >= kNearEnd * end) return exactly();
    const double close = std::max(window, kGap * end);
    if (std::all_of(all.begin(), all.end(), [&](const Points& points) { return gap_around(points, end) <= close; })) {
        span.at = {end};
        span.on_line = true;
        return span;
    }
    if (last >= kFarthest * end) return exactly();
    span.obstacle = kNothingShared;
    return span;
}

void read_finals_of(Comparison& comparison, Group& group, bool train) {
    std::vector<const ComparedRun*> runs = healthy_runs(comparison, group);
    (train ? group.train_span : group.span) = common_span(comparison, runs, train);
    const Span& span = train ? group.train_span : group.span;
    for (const std::size_t index : group.runs) {
        ComparedRun& compared = comparison.runs[index];
        if (!compared.healthy()) continue;
        // Our own trainer's mean over the same ten steps has more digits than its log.
        const bool told = train && !group.imported() && span.at.size() == train::kFinalTrainSteps;
        double& value = train ? compared.final_train : compared.final_val;
        if (!told || !std::isfinite(value)) value = value_over(comparison, compared, span, train);
        if (!train && span.exists() && span.last() != kUnknownStep)
            compared.final_first = span.first(), compared.final_last = span.last();
    }
}

std::string ends_in_words(const Comparison& comparison, const std::vector<const ComparedRun*>& runs) {
    std::vector<std::string> ends;
    for (const ComparedRun* compared : runs) {
        const Points points = points_of(*compared, series_of(comparison, *compared, false));
        if (points.empty()) continue;
        const double end = points.back().first;
        ends.push_back(fmt::format(
            "seed {} {}", run::seed_text(compared->listed.info),
            end == kUnknownStep ? "at a step that is not known" : "at step " + with_thousands(std::llround(end))));
        if (ends.size() == 4) break;
    }
    return join(ends, ", ");
}

}  // namespace

Points points_of(const ComparedRun& compared, const run::Series& series) {
    // A results file has values of the end and does not say at which step that was.
    const bool unknown = run::is_imported_log(compared.listed.info) && compared.listed.state.step == 0;
    Points points;
    for (std::size_t i = 0; i < series.step.size(); ++i)
        if (std::isfinite(series.value[i]))
            points.emplace_back(unknown ? kUnknownStep : static_cast<double>(series.step[i]), series.value[i]);
    const auto by_step = [](const auto& a, const auto& b) { return a.first < b.first; };
    if (!std::is_sorted(points.begin(), points.end(), by_step)) std::stable_sort(points.begin(), points.end(), by_step);
    // Of several values at a step the last logged counts.
    Points kept;
    for (const auto& point : points) {
        if (kept.empty() || kept.back().first != point.first)
            kept.push_back(point);
        else
            kept.back().second = point.second;
    }
    return kept;
}

Span common_span(const Comparison& comparison, const std::vector<const ComparedRun*>& runs, bool train) {
    const bool of_training = is_train(comparison, train);
    std::vector<Points> all;
    double fewest = std::numeric_limits<double>::infinity(), most = 0;
    for (const ComparedRun* compared : runs) {
        Points points = read_points(comparison, *compared, train, false);
        if (points.empty()) continue;
        all.push_back(std::move(points));
        if (!of_training) continue;
        const double steps = steps_of_a_line(*compared, series_of(comparison, *compared, train));
        fewest = std::min(fewest, steps);
        most = std::max(most, steps);
    }
    if (all.empty()) return {};
    const bool centered = of_training && most > fewest;
    Span none;
    none.obstacle = kNothingShared;
    if (centered) all = centered_points(comparison, runs, train);
    if (all.empty()) return none;
    Span span = span_over(all, of_training ? double{train::kFinalTrainSteps} : 0);
    span.centered = centered;
    if (of_training) span.line_steps = most;
    return span;
}

double value_over(const Comparison& comparison, const ComparedRun& compared, const Span& span, bool train) {
    const Points points = read_points(comparison, compared, train, span.centered);
    const double own = steps_of_a_line(compared, series_of(comparison, compared, train));
    std::vector<double> values;
    for (const double x : span.at) {
        const double mean = span.centered ? mean_over_line(points, own, x, span.line_steps) : kNaN;
        values.push_back(std::isfinite(mean) ? mean : value_at(points, x));
    }
    return mean_interval(values).mean;
}

std::vector<const ComparedRun*> healthy_runs(const Comparison& comparison, const Group& group) {
    std::vector<const ComparedRun*> runs;
    for (const std::size_t index : group.runs)
        if (comparison.runs[index].healthy()) runs.push_back(&comparison.runs[index]);
    return runs;
}

Span span_of_both(const Comparison& comparison, const Group& group, const Group& reference) {
    std::vector<const ComparedRun*> runs = healthy_runs(comparison, group);
    const std::vector<const ComparedRun*> others = healthy_runs(comparison, reference);
    runs.insert(runs.end(), others.begin(), others.end());
    return common_span(comparison, runs);
}

void read_finals(Comparison& comparison) {
    for (Group& group : comparison.groups) {
        read_finals_of(comparison, group, true);
        read_finals_of(comparison, group, false);
        if (!group.span.obstacle.empty())
            group.span.obstacle = fmt::format(
                "its seeds were logged last {}, and no step near the end was logged in all of them, so "
                "there is no mean over them",
                ends_in_words(comparison, healthy_runs(comparison, group)));
    }
}

bool have_own_ends(const Group& a, const Group& b) {
    return !a.imported() && !b.imported() && a.config.train.steps != b.config.train.steps;
}

}  // namespace ablate::study
