#include "tests/bench/median.h"
#include "ui/charts/chart_view.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QGridLayout>
#include <QImage>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <random>
#include <vector>

// Medians of painting one chart of 8 runs with 40,000 points each, without and with bands, at the size of a chart and
// of a window, beside a plain QPainter that draws as many line segments as are left after thinning (4 a pixel column),
// and beside one that draws every point; then many charts at once.
namespace {

using namespace ablate::ui;

constexpr int kRuns = 8, kPoints = 40000, kRepeats = 31;

std::vector<Curve> curves(int runs = kRuns, bool bands = false) {
    std::vector<Curve> made;
    std::mt19937 random(1);
    std::normal_distribution<double> noise(0, 0.05);
    for (int run = 0; run < runs; ++run) {
        std::vector<double> x(kPoints), y(kPoints), low, high;
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = static_cast<double>(i);
            y[i] = 3 + 0.02 * run + 6 * std::exp(-x[i] / (1500.0 + 400 * run)) + noise(random);
        }
        Curve curve;
        curve.id = curve.label = QString("variant %1").arg(run);
        if (bands && run < 2) {
            for (const double value : y) low.push_back(value - 0.2), high.push_back(value + 0.2);
            curve.low = std::make_shared<const std::vector<double>>(std::move(low));
            curve.high = std::make_shared<const std::vector<double>>(std::move(high));
        }
        curve.x = std::make_shared<const std::vector<double>>(std::move(x));
        curve.y = std::make_shared<const std::vector<double>>(std::move(y));
        curve.color = Theme::instance().run_color(run - 1);
        made.push_back(std::move(curve));
    }
    return made;
}

// New arrays, as a reader of files makes them. The copying is not part of the time.
std::vector<Curve> copied(const std::vector<Curve>& from) {
    std::vector<Curve> made = from;
    for (Curve& curve : made) curve.y = std::make_shared<const std::vector<double>>(*curve.y);
    return made;
}

double median_ms(const std::function<void(int)>& prepare, const std::function<void(int)>& work) {
    std::vector<double> times;
    for (int i = 0; i < kRepeats; ++i) {
        prepare(i);
        QElapsedTimer timer;
        timer.start();
        work(i);
        times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    }
    return ablate::bench::median(std::move(times));
}

double median_ms(const std::function<void(int)>& work) {
    return median_ms([](int) {}, work);
}

// Polylines of every `stride`-th point, so that `per_run` points are left of a run.
double plain_painter_ms(const std::vector<Curve>& drawn, std::size_t per_run, const QSize& size) {
    std::vector<QPolygonF> lines;
    for (const Curve& curve : drawn) {
        QPolygonF line;
        const std::size_t stride = std::max<std::size_t>(curve.x->size() / per_run, 1);
        for (std::size_t i = 0; i < curve.x->size(); i += stride)
            line << QPointF((*curve.x)[i] / kPoints * size.width(),
                            size.height() - ((*curve.y)[i] - 2.5) / 7 * size.height());
        lines.push_back(line);
    }
    QImage image(size, QImage::Format_ARGB32_Premultiplied);
    return median_ms([&](int) {
        QPainter painter(&image);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.fillRect(image.rect(), Qt::white);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            painter.setPen(QPen(drawn[i].color, 1));
            painter.drawPolyline(lines[i]);
        }
    });
}

void measure(const QSize& size, bool bands) {
    const std::vector<Curve> drawn = curves(kRuns, bands);
    ChartView plot;
    plot.resize(size);
    plot.set_axes({"Step", "Training loss (nats per token)"});
    plot.set_curves(drawn);
    plot.show();
    QImage image(size, QImage::Format_ARGB32_Premultiplied);
    const auto paint = [&] { plot.QWidget::render(&image); };
    paint();
    const auto name = [](int i) { return QString("variant %1").arg(i % kRuns); };
    const double crosshair = median_ms([&](int i) { plot.set_crosshair(1000 * i), paint(); });
    plot.set_crosshair(NAN);
    const double redraw = median_ms([&](int i) { plot.set_highlight(name(i)), paint(); });
    plot.set_highlight({});
    const double zoom = median_ms([&](int i) { plot.set_x_range(100 * i, 100 * i + 20000), paint(); });
    plot.set_x_range(NAN, NAN);
    std::vector<Curve> next;
    const double new_data =
        median_ms([&](int) { next = copied(drawn); }, [&](int) { plot.set_curves(std::move(next)), paint(); });
    plot.set_smoothing(0.9);
    paint();
    const double smoothed = median_ms([&](int i) { plot.set_highlight(name(i)), paint(); });
    const double thinned = plain_painter_ms(drawn, static_cast<std::size_t>(4 * size.width()), size);
    std::printf("%4d x %-4d %-9s  crosshair %6.2f  redraw %6.2f  zoom %6.2f  new data %6.2f  smoothed redraw %6.2f",
                size.width(), size.height(), bands ? "2 bands" : "lines", crosshair, redraw, zoom, new_data, smoothed);
    std::printf("  plain QPainter %6.2f  ratio %.2f\n", thinned, redraw / thinned);
}

// Many charts in a window: opened, and resized by a step.
void measure_many(int charts, int runs) {
    const std::vector<Curve> drawn = curves(runs);
    QWidget window;
    auto* grid = new QGridLayout(&window);
    window.resize(1440, 900);
    QElapsedTimer timer;
    timer.start();
    std::vector<ChartView*> views;
    for (int i = 0; i < charts; ++i) {
        views.push_back(new ChartView(&window));
        grid->addWidget(views.back(), i / 4, i % 4);
        views.back()->set_axes({"Step", "Training loss (nats per token)"});
        views.back()->set_curves(drawn);
    }
    window.show();
    window.grab();
    const double open = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    const double step = median_ms([&](int i) {
        window.resize(1440 - 12 * (i % 20 + 1), 900);
        window.grab();
    });
    std::printf("%2d charts x %d runs: opened %.0f, a resize step %.1f\n", charts, runs, open, step);
}

}  // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    Theme::instance().choose(ThemeChoice::light);
    std::printf("%d runs x %d points, medians of %d, ms\n", kRuns, kPoints, kRepeats);
    for (const QSize& size : {QSize(900, 420), QSize(1440, 900)})
        for (const bool bands : {false, true}) measure(size, bands);
    measure_many(5, 20);
    measure_many(12, kRuns);
    const double all = plain_painter_ms(curves(), kPoints, {900, 420});
    std::printf("plain QPainter at 900 x 420, all points %.2f\n", all);
    return 0;
}
