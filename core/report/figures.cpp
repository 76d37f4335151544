#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/curves.h"
#include "core/compare/wording.h"
#include "core/report/sections.h"
#include "core/report/svg_plot.h"

#include <algorithm>
#include <limits>

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

// One line per seed. The first one has the label.
std::vector<PlotLine> lines_of(const Comparison& comparison, const std::vector<std::size_t>& groups,
                               const run::Metric& metric, bool same_point) {
    std::vector<PlotLine> lines;
    for (std::size_t index : groups) {
        const Group& group = comparison.groups[index];
        bool first = true;
        for (std::size_t run : group.runs) {
            PlotLine line = line_of(comparison.runs[run], series_of(comparison.runs[run], metric));
            if (line.x.empty()) continue;
            line.color = group.color;
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
                const std::string& id, const std::string& where) {
    if (groups.empty()) return;
    const bool same_point = std::all_of(groups.begin(), groups.end(), [&](std::size_t index) {
        return comparison.groups[index].grid_point == comparison.groups[groups.front()].grid_point;
    });
    const Group& group = comparison.groups[groups.front()];
    for (const run::MetricId listed : run::kReportMetrics) {
        // The figure of the validation loss shows what is compared: without any validation, the training loss.
        const bool is_compared = run::metric(listed).is_evaluation();
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
        caption += (is_compared ? ", one line per seed." : ".") + std::string(kMarks);
        if (metric.is_loss) limit_to_uniform(plot, group, caption);
        add_figure(document, plot, caption);
        if (is_compared) add_last_half(document, plot, metric.title, where);
    }
}

namespace {

Bar bar_of(const Comparison& comparison, std::size_t index) {
    const Group& group = comparison.groups[index];
    Bar bar{study::plain_label(group), {}, {}, {}, "", group.color, group.collapsed > 0};
    if (group.healthy() == 0) {
        bar.text = group.collapsed > 0 ? group.collapse_causes.front() : "not finished";
        return bar;
    }
    bar.value = group.final_val.mean;
    bar.text = fixed(group.final_val.mean, 4);
    if (group.baseline && *group.baseline != index && group.span.at != comparison.groups[*group.baseline].span.at) {
        // Read at other steps than the baseline: the bar is as long as the difference where both can be read.
        bar.text += " " + study::in_words(group.span);
        bar.value.reset();
        if (group.delta.n > 0) bar.value = comparison.groups[*group.baseline].final_val.mean + group.delta.mean;
        if (!bar.value) return bar;
    }
    if (group.delta.half_width && group.baseline) {
        // The interval of the difference, where the bar ends: pairing takes out what the seeds share.
        bar.low = *bar.value - *group.delta.half_width;
        bar.high = *bar.value + *group.delta.half_width;
    }
    if (group.collapsed > 0) bar.text += fmt::format(" ({} collapsed)", group.collapsed);
    return bar;
}

}  // namespace

void add_bars(Document& document, const Comparison& comparison) {
    std::vector<std::string> points;
    for (const Group& group : comparison.groups)
        if (std::find(points.begin(), points.end(), group.grid_point) == points.end())
            points.push_back(group.grid_point);
    for (std::size_t number = 0; number < points.size(); ++number) {
        const std::string where = points[number].empty() ? "" : " at " + points[number];
        const run::Metric& metric = study::measured_metric(comparison);
        const std::string what = "final " + run::in_sentence(metric);
        const std::string unit = *metric.unit ? fmt::format(" ({})", metric.unit) : "";
        BarPlot plot{capital(what) + where, capital(what) + unit, std::numeric_limits<double>::quiet_NaN(), {}};
        double lowest = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
            const Group& group = comparison.groups[i];
            if (group.grid_point != points[number]) continue;
            plot.bars.push_back(bar_of(comparison, i));
            if (group.is_baseline && group.healthy() > 0) plot.origin = group.final_val.mean;
            if (group.healthy() > 0) lowest = std::min(lowest, group.final_val.mean);
        }
        const bool from_baseline = std::isfinite(plot.origin);
        if (!from_baseline) plot.origin = lowest;
        if (!std::isfinite(plot.origin)) continue;
        const std::string from = from_baseline ? "the baseline's: right is worse" : "the lowest";
        document.add(Figure{
            "final-loss" + (points[number].empty() ? "" : fmt::format("-{}", number + 1)), bar_plot_svg(plot),
            fmt::format("{}{}, bars from {}. Whiskers: 95 % interval of the difference.", capital(what), where, from)});
    }
}

}  // namespace ablate::report
