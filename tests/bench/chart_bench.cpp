#include "tests/bench/median.h"
#include "ui/charts/chart_view.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QImage>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <random>
#include <vector>

// Medians of painting one chart of 8 runs with 40,000 points each at 900 x 420, beside a plain QPainter that draws as
// many line segments as are left after thinning (4 a pixel column), and beside one that draws every point.
namespace {

using namespace ablate::ui;

constexpr int kRuns = 8, kPoints = 40000, kWidth = 900, kHeight = 420, kRepeats = 31;

std::vector<Curve> curves() {
    std::vector<Curve> made;
    std::mt19937 random(1);
    std::normal_distribution<double> noise(0, 0.05);
    for (int run = 0; run < kRuns; ++run) {
        std::vector<double> x(kPoints), y(kPoints);
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = static_cast<double>(i);
            y[i] = 3 + 0.02 * run + 6 * std::exp(-x[i] / (1500.0 + 400 * run)) + noise(random);
        }
        Curve curve;
        curve.id = curve.label = QString("variant %1").arg(run);
        curve.x = std::make_shared<const std::vector<double>>(std::move(x));
        curve.y = std::make_shared<const std::vector<double>>(std::move(y));
        curve.color = Theme::instance().run_color(run - 1);
        made.push_back(std::move(curve));
    }
    return made;
}

double median_ms(const std::function<void()>& work) {
    std::vector<double> times;
    for (int i = 0; i < kRepeats; ++i) {
        QElapsedTimer timer;
        timer.start();
        work();
        times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    }
    return ablate::bench::median(std::move(times));
}

// Polylines of every `stride`-th point, so that `per_run` points are left of a run.
double plain_painter_ms(const std::vector<Curve>& drawn, std::size_t per_run) {
    std::vector<QPolygonF> lines;
    for (const Curve& curve : drawn) {
        QPolygonF line;
        const std::size_t stride = std::max<std::size_t>(curve.x->size() / per_run, 1);
        for (std::size_t i = 0; i < curve.x->size(); i += stride)
            line << QPointF((*curve.x)[i] / kPoints * kWidth, kHeight - ((*curve.y)[i] - 2.5) / 7 * kHeight);
        lines.push_back(line);
    }
    QImage image(kWidth, kHeight, QImage::Format_ARGB32_Premultiplied);
    return median_ms([&] {
        QPainter painter(&image);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.fillRect(image.rect(), Qt::white);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            painter.setPen(QPen(drawn[i].color, 1));
            painter.drawPolyline(lines[i]);
        }
    });
}

}  // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    Theme::instance().choose(ThemeChoice::light);
    const std::vector<Curve> drawn = curves();
    ChartView plot;
    plot.resize(kWidth, kHeight);
    plot.set_axes({"Step", "Training loss (nats per token)"});
    plot.set_curves(drawn);
    plot.show();
    QImage image(plot.size(), QImage::Format_ARGB32_Premultiplied);
    const auto paint = [&] { plot.render(&image); };
    paint();

    const double crosshair = median_ms([&, x = 0.0]() mutable { plot.set_crosshair(x += 1000), paint(); });
    const double highlight = median_ms([&, run = 0]() mutable {
        plot.set_highlight(QString("variant %1").arg(++run % kRuns));
        paint();
    });
    plot.set_highlight({});
    const double zoom = median_ms([&, low = 0.0]() mutable { plot.set_x_range(low += 100, low + 20000), paint(); });
    plot.set_x_range(NAN, NAN);
    const double smoothed = [&] {
        plot.set_smoothing(0.9);
        paint();
        return median_ms([&, run = 0]() mutable {
            plot.set_highlight(QString("variant %1").arg(++run % kRuns));
            paint();
        });
    }();
    plot.set_smoothing(0);
    plot.set_highlight({});
    const double new_data = median_ms([&] { plot.set_curves(curves()), paint(); }) - median_ms([] { curves(); });
    const double thinned = plain_painter_ms(drawn, 4 * kWidth), all = plain_painter_ms(drawn, kPoints);

    std::printf("%d runs x %d points, %d x %d, medians of %d, ms\n", kRuns, kPoints, kWidth, kHeight, kRepeats);
    std::printf("  crosshair moves              %8.2f\n", crosshair);
    std::printf("  redraw (highlight changes)   %8.2f\n", highlight);
    std::printf("  redraw, raw and smoothed     %8.2f\n", smoothed);
    std::printf("  redraw of another range      %8.2f\n", zoom);
    std::printf("  redraw of new data           %8.2f\n", new_data);
    std::printf("  plain QPainter, thinned      %8.2f\n", thinned);
    std::printf("  plain QPainter, all points   %8.2f\n", all);
    return 0;
}
