#include "ui/charts/plot_painter.h"

#include "core/base/text.h"
#include "ui/bridge/text.h"
#include "ui/charts/smoothing.h"

#include <QFontMetricsF>
#include <algorithm>
#include <array>
#include <cmath>

namespace ablate::ui {

using plot::has_place;
using plot::padded;
using plot::Tick;

namespace {

constexpr double kTickGap = 6;          // px between a tick's text and the plot
constexpr double kLabelShare = 0.28;    // of the width that end labels may take
constexpr double kReach = 24;           // px within which a curve is meant by the pointer
constexpr double kBadge = 15;           // px, the height of a flag's number
constexpr std::size_t kSampled = 1000;  // values of a curve that the robust range is derived from
constexpr double kWorthCutting = 1.5;   // times as high the axis would be with all values

void extend(std::optional<Range>& range, const std::optional<Range>& by) {
    if (!by) return;
    range = range ? Range{std::min(range->low, by->low), std::max(range->high, by->high)} : *by;
}

int wanted_ticks(double length, double apart) { return std::max(3, static_cast<int>(length / apart)); }

}  // namespace

void PlotPainter::set_curves(std::vector<Curve> curves) {
    std::vector<CurvePoints> before = std::move(curves_);
    curves_.clear();
    for (Curve& curve : curves) {
        const auto same =
            std::find_if(before.begin(), before.end(), [&](CurvePoints& old) { return old.adopt(curve); });
        if (same != before.end()) {
            curves_.push_back(std::move(*same));
            before.erase(same);
        } else {
            curves_.emplace_back(std::move(curve));
        }
    }
    share_unit();
}

void PlotPainter::set_smoothing(double weight) {
    smoothing_ = std::clamp(weight, 0.0, 0.999);
    share_unit();
}

// One for all, so that a curve logged ten times less often is smoothed over the same stretch.
void PlotPainter::share_unit() {
    double unit = 0;
    for (const CurvePoints& curve : curves_) {
        if (smoothing_ <= 0 || curve.curve().faint) continue;
        const double usual = usual_distance(curve.x());
        if (usual > 0 && (unit == 0 || usual < unit)) unit = usual;
    }
    for (CurvePoints& curve : curves_) curve.smooth(smoothing_, unit);
}

bool PlotPainter::empty() const {
    return std::none_of(curves_.begin(), curves_.end(), [&](const CurvePoints& c) { return c.x_range(axes_.x); });
}

Range PlotPainter::x_range() const {
    if (x_zoom && (axes_.x == Scale::linear || x_zoom->low > 0)) return *x_zoom;
    std::optional<Range> range;
    for (const CurvePoints& curve : curves_) extend(range, curve.x_range(axes_.x));
    const Range all = range.value_or(axes_.x == Scale::linear ? Range{0, 1} : Range{1, 10});
    // One step alone: training began at 0.
    if (all.low == all.high && axes_.x == Scale::linear && all.low >= 0) return {0, all.high > 0 ? all.high : 1};
    return padded(axes_.x, all, all.low == all.high ? 0.02 : 0);
}

bool PlotPainter::whole_steps() const {
    return std::all_of(curves_.begin(), curves_.end(), [](const CurvePoints& curve) { return curve.whole_steps(); });
}

// What the y axis shows, and how many values it leaves out.
struct PlotPainter::YRange {
    Range range;
    bool limited = false;  // values are above what the limit lets through, shown or not
    double limit = 0;      // the highest value below it
};

Range PlotPainter::y_range() const {
    if (y_zoom && (axes_.y == Scale::linear || y_zoom->low > 0)) return *y_zoom;
    const Range x = x_range();
    return y_shown(x, cut_of_log(x)).range;
}

double PlotPainter::limit(const Range& x) const {
    if (!axes_.robust_y) return axes_.y_limit;
    std::vector<double> values, starts;
    for (const CurvePoints& curve : curves_) {
        const std::size_t before = values.size();
        curve.sample(values, kSampled, axes_.y, axes_.x, x);
        if (values.size() > before) starts.push_back(values[before]);
    }
    const bool logarithmic = axes_.y == Scale::logarithmic;
    if (logarithmic)
        for (auto* list : {&values, &starts})
            for (double& value : *list) value = std::log10(value);
    const double robust = plot::robust_limit(std::move(values), std::move(starts));
    return std::min(axes_.y_limit, logarithmic ? std::pow(10, robust) : robust);
}

PlotPainter::YRange PlotPainter::y_shown(const Range& x, double cut) const {
    std::optional<Range> points = y_of_points(x, cut);
    const double limit = points ? this->limit(x) : axes_.y_limit;
    YRange shown;
    if (points && points->low < limit && points->high > limit) {
        std::optional<double> highest;
        for (const CurvePoints& curve : curves_)
            if (const auto its = curve.highest_up_to(limit, axes_.x, x); its && (!highest || *its > *highest))
                highest = its;
        const Axis all(axes_.y, *points, 0, 1);
        const double end = highest && has_place(axes_.y, *highest) ? *highest : points->low;
        const bool worth = limit == axes_.y_limit || all.pixel(end) * kWorthCutting < 1;
        if (worth && end > points->low) {
            shown.limited = true;
            shown.limit = end;
            if (!axes_.include_outliers) points->high = end;
        }
    }
    shown.range = padded(axes_.y, points.value_or(axes_.y == Scale::linear ? Range{0, 1} : Range{1, 10}), 0.05);
    return shown;
}

std::optional<Range> PlotPainter::y_of_points(const Range& x, double cut) const {
    std::optional<Range> range;
    for (const CurvePoints& curve : curves_) extend(range, curve.y_range(axes_.y, axes_.x, x));
    if (range && cut > 0) range->low = std::max(range->low, cut);
    return range;
}

// Where the logarithmic axis ends although positive values are below, see cut_beside_zero; 0: it shows all of them.
double PlotPainter::cut_of_log(const Range& x) const {
    if (axes_.y == Scale::linear) return 0;
    const auto shown = [&](const CurvePoints& curve) {
        const auto [first, last] = curve.inside(axes_.x, x);
        return curve.raw().subspan(first, last - first);
    };
    if (std::none_of(curves_.begin(), curves_.end(), [&](const CurvePoints& curve) {
            const auto values = shown(curve);
            return std::any_of(values.begin(), values.end(), [](double value) { return value <= 0; });
        }))
        return 0;
    std::vector<double> positive;
    for (const CurvePoints& curve : curves_)
        for (const double value : shown(curve))
            if (has_place(Scale::logarithmic, value)) positive.push_back(value);
    return plot::cut_beside_zero(std::move(positive));
}

// A mean is not counted beside the seeds it is of.
bool PlotPainter::is_mean_of_others(const CurvePoints& curve) const {
    return !curve.curve().faint && std::any_of(curves_.begin(), curves_.end(), [&](const CurvePoints& other) {
        return other.curve().faint && other.curve().id == curve.curve().id;
    });
}

void PlotPainter::add_notes(Frame& frame) const {
    std::array<std::int64_t, 4> missing{};
    std::int64_t before = 0, backward = 0, unplaced = 0;
    for (const CurvePoints& curve : curves_) {
        if (is_mean_of_others(curve)) continue;
        const auto [first, last] = curve.inside(axes_.x, frame.x.range());
        for (std::size_t i = first; i < last && curve.any_missing(axes_.y, frame.cut); ++i)
            if (const auto what = curve.missing(i, axes_.y, frame.cut)) ++missing[static_cast<std::size_t>(*what)];
        backward += static_cast<std::int64_t>(curve.backward());
        unplaced += static_cast<std::int64_t>(curve.unplaced());
        if (axes_.x == Scale::logarithmic)
            before += std::upper_bound(curve.x().begin(), curve.x().end(), 0.0) - curve.x().begin();
    }
    frame.missing_above = missing[0] + missing[1] > 0;
    frame.missing_below = missing[2] + missing[3] > 0;
    QStringList& notes = frame.notes;
    const auto note = [&](std::int64_t count, const QString& one, const QString& several) {
        if (count > 0) notes += QString::fromStdString(with_thousands(count)) + " " + (count == 1 ? one : several);
    };
    note(missing[0], "value is not finite (×)", "values are not finite (×)");
    note(missing[1], "value is beyond 1e300 (×)", "values are beyond 1e300 (×)");
    note(missing[2], "value is 0 or less (▾)", "values are 0 or less (▾)");
    const QString cut = QString::fromStdString(significant(frame.cut, 2));
    note(missing[3], "value is below " + cut + " (▾)", "values are below " + cut + " (▾)");
    const auto leaves = [&](const CurvePoints& curve) { return curve.band_leaves(frame.x, frame.y); };
    if (!y_zoom)
        note(std::count_if(curves_.begin(), curves_.end(), leaves), "band reaches beyond the axis",
             "bands reach beyond the axis");
    note(before, "point at 0 or less along x is left out", "points at 0 or less along x are left out");
    note(backward, "point has a smaller x than an earlier point; it is drawn in order of x",
         "points have a smaller x than an earlier point; they are drawn in order of x");
    note(unplaced, "point without a finite x is left out", "points without a finite x are left out");
}

PlotPainter::Frame PlotPainter::frame(const QRectF& area, const ChartStyle& style, bool with_action) const {
    const QFontMetricsF metrics(style.font);
    Frame frame;
    frame.area = area;
    const double title = style.print || axes_.y_title_on_screen ? metrics.height() : 0;
    const double top = area.top() + title + 3 * kSpace;
    const double below = (area.height() < kCompactHeight ? 1 : 2) * metrics.height() + 3 * kSpace;
    const double bottom = std::max(area.bottom() - below, top + 1);
    const Range x = x_range();
    YRange y;
    if (y_zoom) {
        y.range = y_range();
    } else {
        frame.cut = cut_of_log(x);
        y = y_shown(x, frame.cut);
    }
    frame.y = Axis(axes_.y, y.range, bottom, top);
    double left = 0;
    for (const Tick& tick : frame.y.ticks(wanted_ticks(bottom - top, 2.5 * metrics.height()))) {
        frame.y_ticks.push_back({frame.y.pixel(tick.value), text(tick.text)});
        left = std::max(left, metrics.horizontalAdvance(frame.y_ticks.back().text));
    }
    for (const CurvePoints& curve : curves_)
        if (has_end_label(curve.curve()))
            frame.label_width = std::max(frame.label_width, metrics.horizontalAdvance(curve.curve().label));
    frame.label_width = std::min(std::ceil(frame.label_width), area.width() * kLabelShare);
    const double right = frame.label_width > 0 ? frame.label_width + 4 * kSpace : 3 * kSpace;
    frame.plot = QRectF(QPointF(std::floor(area.left() + left + kTickGap + 2 * kSpace), top),
                        QPointF(std::floor(area.right() - right), bottom));
    if (frame.plot.width() < 1) frame.plot.setWidth(1);
    frame.x = Axis(axes_.x, x, frame.plot.left(), frame.plot.right());
    int wanted = wanted_ticks(frame.plot.width(), 6 * metrics.height());
    // Half a step is none.
    if (axes_.x == Scale::linear && whole_steps() && x.high - x.low >= 1)
        wanted = static_cast<int>(std::min<double>(wanted, x.high - x.low));
    for (const Tick& tick : frame.x.ticks(wanted))
        frame.x_ticks.push_back({frame.x.pixel(tick.value), text(tick.text)});
    add_notes(frame);
    frame.flags = flags_of(frame, style);
    frame.outliers = outliers_of(frame, style, y, with_action);
    return frame;
}

PlotPainter::Outliers PlotPainter::outliers_of(const Frame& frame, const ChartStyle& style, const YRange& y,
                                               bool with_action) const {
    Outliers outliers;
    if (!y.limited) return outliers;
    outliers.cut_off = !axes_.include_outliers;
    const double end = outliers.cut_off ? frame.y.range().high : y.limit;
    for (const CurvePoints& curve : curves_)
        if (!is_mean_of_others(curve)) outliers.count += curve.count_above(end, axes_.x, frame.x.range());
    const QString above = text(significant(end, 3));
    const QString values = outliers.count == 1 ? QString("1 value") : text(with_thousands(outliers.count)) + " values";
    if (outliers.cut_off) outliers.words = QString("▴ %1 above %2").arg(values, above);
    if (with_action && !style.print)
        outliers.action = outliers.cut_off ? QString("Include") : QString("Leave out %1 above %2").arg(values, above);
    if (outliers.words.isEmpty() && outliers.action.isEmpty()) return outliers;
    const QFontMetricsF metrics(style.font);
    const double width = metrics.horizontalAdvance(outliers.words) + metrics.horizontalAdvance(outliers.action) +
                         (outliers.words.isEmpty() || outliers.action.isEmpty() ? 2 : 4) * kSpace;
    outliers.mark = QRectF(frame.plot.right() - width, frame.plot.top() + 2, width, metrics.height() + 2);
    return outliers;
}

std::vector<PlotPainter::FlagMark> PlotPainter::flags_of(const Frame& frame, const ChartStyle& style) const {
    struct Flag {
        double x;
        QString text;
    };
    std::vector<Flag> flags;  // also those out of view: a number stays while the chart is zoomed
    for (const CurvePoints& points : curves_)
        for (const auto& [at, words] : points.curve().flags)
            if (std::isfinite(at)) flags.push_back({at, with_label(points.curve(), words)});
    std::stable_sort(flags.begin(), flags.end(), [](const Flag& a, const Flag& b) { return a.x < b.x; });
    const QFontMetricsF metrics(style.font);
    std::vector<FlagMark> marks;
    for (std::size_t i = 0; i < flags.size(); ++i) {
        const int number = static_cast<int>(i) + 1;
        const double pixel = has_place(axes_.x, flags[i].x) ? frame.x.pixel(flags[i].x) : frame.plot.left() - 1;
        if (pixel < frame.plot.left() - 0.5 || pixel > frame.plot.right() + 0.5) continue;
        const QString line = QString("%1  %2").arg(number).arg(flags[i].text);
        if (!marks.empty() && pixel - kBadge < marks.back().badge.right()) {
            marks.back().last = number;
            marks.back().texts << line;
        } else {
            marks.push_back({{}, pixel, number, number, {line}});
        }
        FlagMark& mark = marks.back();
        const double width = std::max(kBadge, metrics.horizontalAdvance(number_of(mark)) + 2 * kSpace);
        mark.badge = QRectF(mark.pixel - width / 2, frame.plot.bottom() - kBadge, width, kBadge);
    }
    return marks;
}

QString PlotPainter::number_of(const FlagMark& mark) {
    return mark.first == mark.last ? QString::number(mark.first) : QString("%1–%2").arg(mark.first).arg(mark.last);
}

QString PlotPainter::with_label(const Curve& curve, const QString& words) {
    return curve.label.isEmpty() || words.startsWith(curve.label + ":") ? words : curve.label + ": " + words;
}

const PlotPainter::FlagMark* PlotPainter::flag_at(const Frame& frame, const QPointF& point) const {
    for (const FlagMark& mark : frame.flags)
        if (mark.badge.adjusted(-2, -2, 2, 4).contains(point)) return &mark;
    return nullptr;
}

QString PlotPainter::curve_near(const Frame& frame, const QPointF& point) const {
    QString id;
    double nearest = kReach;
    for (const CurvePoints& points : curves_) {
        const auto index = points.nearest(frame.x.value(point.x()));
        if (!index || !std::isfinite(points.shown()[*index])) continue;
        const double distance = std::abs(frame.y.pixel(points.shown()[*index]) - point.y());
        if (distance < nearest) nearest = distance, id = points.curve().id;
    }
    return id;
}

bool PlotPainter::has_end_label(const Curve& curve) {
    return curve.line_end_label && !curve.faint && !curve.label.isEmpty();
}

}  // namespace ablate::ui
