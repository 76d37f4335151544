#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/curves.h"
#include "core/compare/wording.h"
#include "core/report/sections.h"
#include "core/report/svg_forest.h"
#include "core/report/svg_plot.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace ablate::report {

using study::ComparedRun;
using study::Comparison;
using study::Group;

namespace {

// The values of a metric. ComparedRun::val holds the evaluations that are compared.
const run::Series& series_of(const ComparedRun& compared, const run::Metric& metric) {
    return metric.is_evaluation() ? compared.val : (*compared.metrics)[metric.tag];
}

PlotLine line_of(const ComparedRun& compared, const run::Series& series) {
    PlotLine line;
    line.x.assign(series.step.begin(), series.step.end());
    line.y = series.value;
    const auto& verdict = compared.listed.state.verdict;
    if (compared.collapsed() && verdict && verdict->step >= 0) line.collapsed_at = static_cast<double>(verdict->step);
    return line;
}

// The place of each seed among those of the comparison, which its dash tells.
std::map<std::int64_t, int> seed_places(const Comparison& comparison) {
    std::map<std::int64_t, int> places;
    for (const ComparedRun& compared : comparison.runs) places[compared.listed.info.seed];
    int next = 0;
    for (auto& [seed, place] : places) place = next++;
    return places;
}

// One line per seed. The first one has the label.
std::vector<PlotLine> lines_of(const Comparison& comparison, const std::vector<std::size_t>& groups,
                               const run::Metric& metric, bool same_point) {
    std::vector<PlotLine> lines;
    const std::map<std::int64_t, int> places = seed_places(comparison);
    for (std::size_t index : groups) {
        const Group& group = comparison.groups[index];
        bool first = true;
        for (std::size_t run : group.runs) {
            PlotLine line = line_of(comparison.runs[run], series_of(comparison.runs[run], metric));
            if (line.x.empty()) continue;
            line.color = group.color;
            line.seed = places.at(comparison.runs[run].listed.info.seed);
            if (first) line.label = same_point ? study::plain_label(group) : study::display_name(group);
            first = false;
            lines.push_back(std::move(line));
        }
    }
    return lines;
}

struct Extent {
    double x_max = 0, y_max = -std::numeric_limits<double>::infinity();
};
Extent extent_of(const std::vector<PlotLine>& lines) {
    Extent extent;
    for (const PlotLine& line : lines)
        for (std::size_t i = 0; i < line.x.size(); ++i) {
            extent.x_max = std::max(extent.x_max, line.x[i]);
            if (std::isfinite(line.y[i])) extent.y_max = std::max(extent.y_max, line.y[i]);
        }
    return extent;
}

// A log that holds values at the end alone has no curve.
bool has_curve(const LinePlot& plot) {
    return std::any_of(plot.lines.begin(), plot.lines.end(), [](const PlotLine& line) { return line.x.size() > 1; });
}

void add_figure(Document& document, const LinePlot& plot, std::string caption) {
    document.add(Figure{plot.id, line_plot_svg(plot), std::move(caption)});
}

// Ends the axis where a loss is far above a uniform guess, and says so.
void limit_to_uniform(LinePlot& plot, const Group& group, std::string& caption) {
    const std::optional<double> end = study::end_of_loss_axis(group);
    const double highest = extent_of(plot.lines).y_max;
    if (!end || highest <= *end) return;
    plot.y_max = end;
    caption += fmt::format(" Cut off above {}: the highest value is {}.", fixed(*plot.y_max, 2), significant(highest));
}

constexpr const char* kMarks = " A cross marks where a run collapsed or a value is not finite.";

// What a caption says first: how often a dense metric was measured, and how it is drawn.
std::string caption_of(const run::Metric& metric, const Group& group, bool is_compared) {
    if (is_compared) return metric.title;
    if (metric.is_loss) return metric.title + std::string(group.imported() ? " as logged" : " of every step");
    return run::axis_title(metric) + (metric.log_scale ? ", logarithmic" : "");
}

// Where the curves end, at the scale of their differences.
void add_last_half(Document& document, LinePlot plot, const std::string& what, const std::string& where) {
    plot.x_min = extent_of(plot.lines).x_max / 2;
    plot.id += "-end";
    add_figure(document, plot, what + " over the second half of the steps" + where + "." + kMarks);
}

}  // namespace

void add_curves(Document& document, const Comparison& comparison, const std::vector<std::size_t>& groups,
                const std::string& id, const std::string& where, bool only_compared) {
    if (groups.empty()) return;
    const bool same_point = std::all_of(groups.begin(), groups.end(), [&](std::size_t index) {
        return comparison.groups[index].grid_point == comparison.groups[groups.front()].grid_point;
    });
    const Group& group = comparison.groups[groups.front()];
    for (const run::MetricId listed : run::kReportMetrics) {
        // The figure of the validation loss shows what is compared: without any validation, the training loss.
        const bool is_compared = run::metric(listed).is_evaluation();
        if (only_compared && !is_compared) continue;
        const run::Metric& metric = is_compared ? study::measured_metric(comparison) : run::metric(listed);
        if (!is_compared && listed == study::measured_metric(comparison).id) continue;  // shown already
        LinePlot plot{id + run::metric(listed).figure,
                      metric.title + (" over steps" + where),
                      "optimizer steps",
                      run::axis_title(metric),
                      metric.log_scale,
                      {},
                      {},
                      lines_of(comparison, groups, metric, same_point)};
        if (group.imported() && !has_curve(plot)) continue;
        std::string caption = caption_of(metric, group, is_compared) + where;
        caption += (is_compared ? ", one line per seed; dashes tell seeds apart." : ".") + std::string(kMarks);
        if (metric.is_loss) limit_to_uniform(plot, group, caption);
        add_figure(document, plot, caption);
        if (is_compared && !only_compared) add_last_half(document, plot, metric.title, where);
    }
}

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

ForestPlotRow without_value(const Group& group, std::string reason) {
    return {study::display_name(group), kNaN, kNaN, kNaN, std::move(reason), group.color, group.is_baseline,
            group.collapsed > 0};
}

ForestPlotRow difference_row(const Comparison& comparison, const Contrast& contrast) {
    const Group& group = comparison.groups[contrast.group];
    const study::PairedInterval& interval = contrast.delta.interval;
    if (interval.n == 0) return without_value(group, contrast.delta.in_short);
    const double half = interval.half_width.value_or(kNaN);
    std::string text = study::with_half_width(interval);
    if (group.collapsed > 0) text += fmt::format(" ({} collapsed)", group.collapsed);
    return {study::display_name(group), interval.mean, interval.mean - half, interval.mean + half, text, group.color};
}

ForestPlotRow loss_row(const Group& group) {
    if (group.healthy() == 0) {
        const bool collapsed = group.collapsed > 0;
        return without_value(group, collapsed ? group.collapse_causes.front() : "no final value");
    }
    const double mean = group.final_val.mean, half = group.final_val.half_width.value_or(kNaN);
    return {study::display_name(group),
            mean,
            mean - half,
            mean + half,
            study::with_half_width(group.final_val),
            group.color,
            group.is_baseline};
}

// Each variant at its own best, by its difference to the baseline; without a baseline that has a loss, by its loss.
ForestPlot forest_of(const Comparison& comparison) {
    const run::Metric& metric = study::measured_metric(comparison);
    const std::string what = "final " + run::in_sentence(metric);
    const std::string unit = *metric.unit ? fmt::format(" ({})", metric.unit) : "";
    const auto baseline = best_baseline(comparison);
    ForestPlot plot{capital(what), capital(what) + unit, kNaN, {}};
    if (baseline && comparison.groups[*baseline].healthy() > 0) {
        const Group& reference = comparison.groups[*baseline];
        plot = {"Difference in " + what + " to the baseline", "Difference in " + what + unit, 0, {}};
        plot.rows.push_back({study::display_name(reference), 0, kNaN, kNaN,
                             "baseline, " + fixed(reference.final_val.mean, 4), reference.color, true});
        for (const Contrast& contrast : contrasts(comparison))
            plot.rows.push_back(difference_row(comparison, contrast));
    } else {
        for (const std::size_t index : comparison.best_of_variant)
            plot.rows.push_back(loss_row(comparison.groups[index]));
    }
    std::stable_sort(plot.rows.begin(), plot.rows.end(), [](const ForestPlotRow& a, const ForestPlotRow& b) {
        return a.value < b.value || (std::isfinite(a.value) && !std::isfinite(b.value));
    });
    return plot;
}

}  // namespace

void add_forest(Document& document, const Comparison& comparison) {
    const ForestPlot plot = forest_of(comparison);
    const bool any = std::any_of(plot.rows.begin(), plot.rows.end(),
                                 [](const ForestPlotRow& row) { return std::isfinite(row.value); });
    if (!any) return;
    std::string caption = plot.description;
    caption += std::isfinite(plot.reference) ? ": right of the line is worse." : ": right is worse.";
    if (std::any_of(plot.rows.begin(), plot.rows.end(),
                    [](const ForestPlotRow& row) { return std::isfinite(row.low); }))
        caption += " Lines: 95 % intervals.";
    if (cuts_intervals(plot)) caption += " An arrow marks an interval that extends further.";
    document.add(Figure{"final-loss", forest_plot_svg(plot), std::move(caption)});
}

void add_grid_curves(Document& document, const Comparison& comparison) {
    std::map<std::string, PlotLine> lines;  // by variant
    std::vector<std::string> order;
    std::set<double> values;
    const auto key_of = [](const Group& group) { return group.grid_point.substr(0, group.grid_point.find('=')); };
    const std::string key = key_of(comparison.groups.front());
    for (const Group& group : comparison.groups) {
        const std::optional<double> value = grid_value(group.grid_point);
        if (!value || key_of(group) != key) return;  // runs of several studies can have several grids
        values.insert(*value);
        PlotLine& line = lines[group.variant];
        if (line.x.empty()) order.push_back(group.variant), line.label = study::plain_label(group);
        line.color = group.color;
        line.x.push_back(*value);
        line.y.push_back(group.healthy() > 0 ? group.final_val.mean : kNaN);
    }
    if (values.size() < 2) return;
    const run::Metric& metric = study::measured_metric(comparison);
    const std::string what = "final " + run::in_sentence(metric);
    LinePlot plot{"loss-over-grid", capital(what) + " over " + key, key, run::axis_title(metric), false, {}, {}, {}};
    plot.log_x = *values.begin() > 0 && *values.rbegin() / *values.begin() >= 4;
    plot.dots = true;
    for (const std::string& variant : order) plot.lines.push_back(std::move(lines[variant]));
    std::string caption = capital(what) + " over " + key + ", mean over healthy seeds.";
    const bool missing = std::any_of(plot.lines.begin(), plot.lines.end(), [](const PlotLine& line) {
        return std::any_of(line.y.begin(), line.y.end(), [](double y) { return !std::isfinite(y); });
    });
    if (missing) caption += " A cross at the top marks a grid point without a healthy seed.";
    if (metric.is_loss) limit_to_uniform(plot, comparison.groups.front(), caption);
    add_figure(document, plot, std::move(caption));
}

}  // namespace ablate::report
