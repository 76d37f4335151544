#include "ui/charts/chart_view.h"

#include "core/base/error.h"
#include "tests/support/temp_folder.h"
#include "ui/charts/plot_painter.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QImage>
#include <QSignalSpy>
#include <QSvgRenderer>
#include <QTest>
#include <QWheelEvent>
#include <cmath>
#include <limits>

using namespace ablate::ui;

class ChartViewTest : public QObject {
    Q_OBJECT
    static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

    static Curve line(const QString& id, double from, double to, int points = 101) {
        std::vector<double> x, y;
        for (int i = 0; i < points; ++i) {
            x.push_back(i);
            y.push_back(from + (to - from) * i / (points - 1));
        }
        Curve curve;
        curve.id = curve.label = id;
        curve.x = std::make_shared<const std::vector<double>>(x);
        curve.y = std::make_shared<const std::vector<double>>(y);
        curve.color = Theme::instance().run_color(0);
        return curve;
    }
    static std::unique_ptr<ChartView> view(std::vector<Curve> curves) {
        auto plot = std::make_unique<ChartView>();
        plot->resize(640, 360);
        plot->set_axes({"Step", "Training loss (nats per token)"});
        plot->set_empty_text("Nothing yet");
        plot->set_curves(std::move(curves));
        plot->show();
        plot->grab();  // places the axes
        return plot;
    }
    static void drag(ChartView& plot, QPoint from, QPoint to, Qt::KeyboardModifiers keys = {}) {
        QTest::mousePress(plot.viewport(), Qt::LeftButton, keys, from);
        for (int i = 1; i <= 4; ++i) {
            const QPoint at = from + (to - from) * i / 4;
            QMouseEvent move(QEvent::MouseMove, at, plot.mapToGlobal(at), Qt::NoButton, Qt::LeftButton, keys);
            QApplication::sendEvent(plot.viewport(), &move);
        }
        QTest::mouseRelease(plot.viewport(), Qt::LeftButton, keys, to);
        plot.grab();
    }
    static int count(const QImage& image, const QColor& color) {
        int pixels = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x) pixels += image.pixelColor(x, y).rgb() == color.rgb();
        return pixels;
    }
    static QByteArray bytes(const QString& file) {
        QFile stream(file);
        return stream.open(QIODevice::ReadOnly) ? stream.readAll() : QByteArray();
    }

  private Q_SLOTS:
    void initTestCase() { Theme::instance().choose(ThemeChoice::light); }

    void what_is_above_the_limit_is_cut_off_and_counted() {
        PlotAxes axes{"Step", "Validation loss"};
        axes.y_limit = 8;
        const auto plot = view({line("a", 7, 3)});
        const auto corner = [&] { return count(plot->grab().toImage().copy(400, 20, 220, 40), muted()); };
        plot->set_axes(axes);
        QVERIFY(plot->notes().isEmpty());
        QCOMPARE(corner(), 0);
        plot->set_curves({line("a", 100, 3)});  // by 0.97 a step: 7.85 is the highest below 8
        QCOMPARE(plot->notes(), QStringList{"▴ 95 values above 8.09"});
        QVERIFY(corner() > 5);
        axes.include_outliers = true;
        plot->set_axes(axes);
        QVERIFY(plot->notes().isEmpty());
    }

    // A loss of 10 that falls to 3, and one run of three that explodes at the end.
    void one_collapse_does_not_flatten_the_others() {
        Curve collapsed = falling("collapsed");
        std::vector<double> y = *collapsed.y;
        for (std::size_t i = 380; i < y.size(); ++i) y[i] = 1e6 * static_cast<double>(i);
        collapsed.y = std::make_shared<const std::vector<double>>(y);
        PlotPainter plot;
        PlotAxes axes{"Step", "Loss"};
        axes.robust_y = true;
        plot.set_axes(axes);
        plot.set_curves({falling("a"), falling("b")});
        QVERIFY(plot.y_range().high > 10);  // a steep start is no outlier
        QVERIFY(frame_of(plot).outliers.mark.isEmpty());
        plot.set_curves({falling("a"), falling("b"), collapsed});
        QVERIFY(plot.y_range().high > 10 && plot.y_range().high < 12);
        QCOMPARE(frame_of(plot).outliers.count, std::int64_t{20});
        QVERIFY(frame_of(plot).outliers.cut_off);
        axes.include_outliers = true;
        plot.set_axes(axes);
        QVERIFY(plot.y_range().high > 3e8);
        QVERIFY(!frame_of(plot).outliers.cut_off);
    }

    void outliers_are_a_click_away_where_somebody_answers() {
        PlotAxes axes{"Step", "Loss"};
        axes.y_limit = 8;
        const auto plot = view({line("a", 100, 3)});
        plot->set_axes(axes);
        const auto accent = [&] {
            return count(plot->grab().toImage().copy(300, 20, 330, 40), Theme::instance().palette().accent);
        };
        QCOMPARE(accent(), 0);
        QSignalSpy asked(plot.get(), &ChartView::outliers_clicked);
        plot->set_curves({line("a", 100, 3)});
        QVERIFY(accent() > 5);
        const QRect plot_area = plot->rect();
        for (int x = plot_area.right(); x > 400 && asked.isEmpty(); x -= 10)
            QTest::mouseClick(plot->viewport(), Qt::LeftButton, {}, {x, 38});
        QCOMPARE(asked.count(), 1);
    }

  private:
    static QColor muted() { return Theme::instance().palette().muted; }
    static Curve falling(const QString& id) {
        std::vector<double> x, y;
        for (int i = 0; i < 400; ++i) x.push_back(i), y.push_back(3 + 7 * std::exp(-i / 20.0));
        return with(id, x, y);
    }
    static PlotPainter painter(std::vector<Curve> curves, Scale y = Scale::linear, Scale x = Scale::linear) {
        PlotPainter plot;
        plot.set_axes({"Step", "Loss", x, y});
        plot.set_curves(std::move(curves));
        return plot;
    }
    static PlotPainter::Frame frame_of(const PlotPainter& plot) {
        return plot.frame(QRectF(0, 0, 640, 360), ChartStyle::for_screen());
    }
    static Curve with(const QString& id, std::vector<double> x, std::vector<double> y) {
        Curve curve = line(id, 0, 1);
        curve.x = std::make_shared<const std::vector<double>>(std::move(x));
        curve.y = std::make_shared<const std::vector<double>>(std::move(y));
        return curve;
    }

  private Q_SLOTS:
    void a_value_is_told_at_the_step_it_was_measured_at() {
        const PlotPainter plot = painter({line("dense", 5, 3, 401), with("sparse", {1, 400}, {7.5, 3.25})});
        const auto frame = frame_of(plot);
        QCOMPARE(plot.told_at(frame, 285.2), (QStringList{"Step 285", "dense: 3.575", "sparse: 3.250 at 400"}));
        QCOMPARE(plot.told_at(frame, 100), (QStringList{"Step 100", "sparse: 7.500 at 1", "dense: 4.500"}));
        QCOMPARE(plot.told_at(frame, 1), (QStringList{"Step 1", "sparse: 7.500", "dense: 4.995"}));
    }

    void smoothing_reaches_as_far_along_x_in_a_curve_logged_less_often() {
        std::vector<double> x, y;
        for (int i = 0; i <= 400; i += 10) x.push_back(i), y.push_back(5 - 0.005 * i);
        PlotPainter plot = painter({line("dense", 5, 3, 401), with("thin", x, y), with("two", {0, 400}, {5, 3})});
        plot.set_smoothing(0.98);
        QVERIFY(std::abs(plot.curves()[0].shown()[400] - plot.curves()[1].shown()[40]) < 0.03);
        QCOMPARE(plot.curves()[2].shown()[1], 3.0);
    }

    void what_a_logarithmic_axis_cannot_show_is_counted_and_does_not_stretch_it() {
        const PlotPainter crossing =
            painter({with("a", {0, 1, 2, 3, 4, 5}, {3, 2, 1, 1e-16, -1, -2})}, Scale::logarithmic);
        const auto frame = frame_of(crossing);
        QVERIFY(frame.y.range().low > 1e-5);
        QCOMPARE(frame.notes, (QStringList{"2 values are 0 or less (▾)", "1 value is below 0.00020 (▾)"}));
        const PlotPainter small = painter({with("a", {0, 1, 2}, {1, 1e-8, 1e-16})}, Scale::logarithmic);
        QVERIFY(frame_of(small).y.range().low < 1e-16);  // small values alone are shown
        QVERIFY(frame_of(small).notes.isEmpty());
        QVERIFY(frame_of(painter({with("a", {0, 1}, {-2, -1})})).notes.isEmpty());
        const PlotPainter negative = painter({with("a", {0, 1}, {-2, -1})}, Scale::logarithmic);
        QCOMPARE(frame_of(negative).notes, QStringList{"2 values are 0 or less (▾)"});
    }

    void values_beyond_any_axis_and_points_that_went_back_are_counted() {
        const auto notes = frame_of(painter({with("a", {0, 1, 2, 1, nan}, {1, nan, 1e308, 2, 3})})).notes;
        QCOMPARE(notes, (QStringList{"1 value is not finite (×)", "1 value is beyond 1e300 (×)",
                                     "1 point has a smaller x than an earlier point; it is drawn in order of x",
                                     "1 point without a finite x is left out"}));
        const PlotPainter from_zero = painter({with("a", {0, 1, 10}, {1, 2, 3})}, Scale::linear, Scale::logarithmic);
        QCOMPARE(frame_of(from_zero).notes, QStringList{"1 point at 0 or less along x is left out"});
    }

    // Negative, zero, tiny, huge, equal and backward values, along both axes.
    void values_of_any_kind_are_painted() {
        const std::vector<std::vector<double>> kinds{
            {-3, -2, -5},           {0, 0, 0}, {1e-12, 3e-12, 2e-12}, {5e-324, 0, 1e-310},
            {1e299, -1e299, 1e300}, {7, 7, 7}, {1e308, nan, -1e308},  {4e9, 4e9 + 1, 4e9 + 2},
            {1e-300, 1, 1e300}};
        const auto plot = view({});
        for (const auto& x : kinds)
            for (const auto& y : kinds)
                for (const Scale scale : {Scale::linear, Scale::logarithmic}) {
                    plot->set_axes({"Step", "Loss", scale, scale, true, 1e30, true});
                    plot->set_curves({with("a", x, y)});
                    plot->set_smoothing(0.5);
                    QCOMPARE(plot->grab().size(), QSize(640, 360));
                    plot->set_crosshair(x[1]);
                    QVERIFY(!plot->grab().isNull());
                    QVERIFY(frame_of(painter({with("a", x, y)}, scale, scale)).plot.width() > 50);
                }
    }

    void a_zoom_between_two_evaluations_keeps_the_line_in_view() {
        PlotPainter plot = painter({with("a", {0, 100, 200}, {9, 5, 4})});
        plot.x_zoom = Range{120, 180};
        QVERIFY(plot.y_range().low > 4 && plot.y_range().low < 4.2);    // 4.2 at 180
        QVERIFY(plot.y_range().high > 4.8 && plot.y_range().high < 5);  // 4.8 at 120
    }

    void one_step_is_shown_from_the_start() {
        QCOMPARE(painter({with("a", {0}, {9})}).x_range(), (Range{0, 1}));
        QCOMPARE(painter({with("a", {500}, {9})}).x_range(), (Range{0, 500}));
        const auto frame = frame_of(painter({with("a", {0}, {9})}));
        QCOMPARE(frame.x_ticks.size(), std::size_t{2});  // no tenths of a step
        QCOMPARE(frame.x_ticks[1].text, QString("1"));
    }

    void a_smoothed_value_says_what_it_was() {
        PlotPainter plot = painter({with("a", {0, 1, 2, 3}, {4, 2, 6, 2})});
        plot.set_smoothing(0.5);
        const QStringList told = plot.told_at(frame_of(plot), 1);
        QCOMPARE(told, (QStringList{"Step 1, smoothed", "a: 2.667 (raw 2.000)"}));
    }

    void flags_are_numbered_on_the_axis_and_told_under_the_pointer() {
        Curve first = line("a", 5, 3), second = line("b", 4, 3);
        second.flags = {{20, "b: loss is NaN"}};
        first.flags = {{80, "loss is NaN"}, {81, "loss is infinite"}};
        const PlotPainter plot = painter({first, second});
        const auto frame = frame_of(plot);
        QCOMPARE(frame.flags.size(), std::size_t{2});  // 80 and 81 touch
        QCOMPARE(frame.flags[0].texts, QStringList{"1  b: loss is NaN"});
        QCOMPARE(frame.flags[1].texts, (QStringList{"2  a: loss is NaN", "3  a: loss is infinite"}));
        QVERIFY(frame.flags[1].first == 2 && frame.flags[1].last == 3);
        QCOMPARE(plot.flag_at(frame, frame.flags[1].badge.center()), &frame.flags[1]);
        QVERIFY(!plot.flag_at(frame, frame.plot.center()));
    }

    // A list beside the chart names the same numbers.
    void a_zoom_does_not_renumber_the_flags() {
        Curve curve = line("a", 5, 3);
        curve.flags = {{80, "third"}, {20, "first"}, {nan, "nowhere"}, {50, "second"}};
        PlotPainter plot = painter({curve});
        plot.x_zoom = Range{40, 60};
        const auto frame = frame_of(plot);
        QCOMPARE(frame.flags.size(), std::size_t{1});
        QCOMPARE(frame.flags[0].texts, QStringList{"2  a: second"});
        QVERIFY(frame.flags[0].first == 2 && frame.flags[0].last == 2);
        // A logarithmic axis has no place for 0, which keeps its number.
        curve.flags = {{0, "at the start"}, {50, "later"}};
        const PlotPainter log = painter({curve}, Scale::linear, Scale::logarithmic);
        QCOMPARE(frame_of(log).flags.size(), std::size_t{1});
        QCOMPARE(frame_of(log).flags[0].texts, QStringList{"2  a: later"});
    }

    void a_table_of_a_chart_has_a_column_a_curve() {
        Curve seed = with("a", {1, 2}, {0.1, nan});
        seed.label = "no norm, \"x\"";
        Curve other = seed;
        other.x = std::make_shared<const std::vector<double>>(std::vector<double>{2, 3});
        other.y = std::make_shared<const std::vector<double>>(std::vector<double>{1.0 / 3, 5});
        const auto plot = view({seed, other});
        plot->set_smoothing(0.9);
        QCOMPARE(plot->csv(), QString("Step,\"no norm, \"\"x\"\"\",\"no norm, \"\"x\"\" (2)\"\n"
                                      "1,0.1,\n2,NaN,0.3333333333333333\n3,,5\n"));
        const ablate::test::TempFolder folder;
        const QString file = QString::fromStdString((folder.path() / "chart.csv").string());
        plot->save_csv(file);
        QCOMPARE(QString::fromUtf8(bytes(file)), plot->csv());
        QVERIFY_THROWS_EXCEPTION(ablate::InputError, plot->save_csv(file + "/no/such/folder.csv"));
    }

    void a_curve_that_ended_early_is_labeled_where_it_ended() {
        Curve ended = line("ended", 5, 4, 41);
        ended.color = Theme::instance().run_color(4);
        Curve whole = line("w", 3, 2);
        whole.label.clear();
        const auto plot = view({whole, ended});
        // Its end is at 40 of 100, and the plot spans about 40 to 580.
        const QColor ink = mixed(ended.color, Theme::instance().palette().text, 0.35);
        const QImage image = plot->grab().toImage();
        QVERIFY(count(image.copy(250, 0, 120, 360), ink) > 3);
        QCOMPARE(count(image.copy(480, 0, 160, 360), ink), 0);
    }

    void marks_at_the_foot_and_the_count_are_painted() {
        Curve curve = with("a", {0, 1, 2, 3}, {3, 2, -1, -2});
        curve.color = Theme::instance().run_color(4);
        const auto plot = view({curve});
        PlotAxes axes{"Step", "Training loss (nats per token)"};
        axes.y = Scale::logarithmic;
        plot->set_axes(axes);
        // The line ends at 1 of 3: to the right of it only the marks have its color.
        const QImage image = plot->grab().toImage();
        QVERIFY(count(image.copy(300, 250, 340, 70), curve.color) > 8);
        QVERIFY(count(image.copy(60, 250, 180, 60), muted()) > 5);
    }

    // With many points a column, and with columns that have none.
    void a_crowded_band_is_filled_evenly() {
        std::vector<double> x;
        for (int i = 0; i < 10000; ++i)
            if (i < 4000 || i > 6000) x.push_back(i);
        Curve curve = with("a", x, std::vector<double>(x.size(), 3));
        curve.color = Theme::instance().run_color(4);
        curve.low = std::make_shared<const std::vector<double>>(x.size(), 2);
        curve.high = std::make_shared<const std::vector<double>>(x.size(), 4);
        const QImage image = view({curve})->grab().toImage();
        const auto apart = [](const QColor& a, const QColor& b) {
            return std::abs(a.red() - b.red()) + std::abs(a.green() - b.green()) + std::abs(a.blue() - b.blue());
        };
        for (const int y : {100, 101}) {  // a line of the grid has one row at most
            const QColor filled = image.pixelColor(100, y);
            QVERIFY(apart(filled, Theme::instance().palette().surface) > 20);
            for (int at = 100; at < 550; ++at) QVERIFY(apart(filled, image.pixelColor(at, y)) <= 3);
        }
    }

    void a_click_tells_the_curve_or_that_there_is_none() {
        const auto plot = view({line("low", 1, 1.01), line("high", 9, 9.01)});
        QSignalSpy clicks(plot.get(), &ChartView::clicked);
        QTest::mouseClick(plot->viewport(), Qt::LeftButton, {}, {300, 40});
        QTest::mouseClick(plot->viewport(), Qt::LeftButton, {}, {300, 170});
        drag(*plot, {200, 150}, {400, 155});
        QCOMPARE(clicks.count(), 2);
        QCOMPARE(clicks[0][0].toString(), QString("high"));
        QCOMPARE(clicks[1][0].toString(), QString());
    }

    void a_drag_zooms_and_tells_the_other_charts() {
        const auto plot = view({line("a", 1, 5)});
        QSignalSpy ranges(plot.get(), &ChartView::x_range_changed);
        drag(*plot, {200, 150}, {400, 155});
        QCOMPARE(ranges.count(), 1);
        const double low = ranges[0][0].toDouble(), high = ranges[0][1].toDouble();
        QVERIFY(low > 10 && high < 90 && low < high);
        QVERIFY(plot->zoomed());
        QTest::mouseDClick(plot->viewport(), Qt::LeftButton, {}, {300, 150});
        QVERIFY(!plot->zoomed());
        QVERIFY(std::isnan(ranges.last()[0].toDouble()));
    }

    void shift_and_drag_pans_by_what_the_pointer_moved() {
        const auto plot = view({line("a", 1, 5)});
        plot->set_x_range(40, 60);
        plot->grab();
        QSignalSpy ranges(plot.get(), &ChartView::x_range_changed);
        drag(*plot, {300, 150}, {200, 150}, Qt::ShiftModifier);
        const double low = ranges.last()[0].toDouble(), high = ranges.last()[1].toDouble();
        QVERIFY(low > 40 && std::abs((high - low) - 20) < 1e-6);
    }

    void the_wheel_zooms_about_the_pointer() {
        const auto plot = view({line("a", 1, 5)});
        QSignalSpy ranges(plot.get(), &ChartView::x_range_changed), hovers(plot.get(), &ChartView::hovered);
        QTest::mouseMove(plot->viewport(), {300, 150});
        QWheelEvent wheel({300, 150}, plot->mapToGlobal(QPointF(300, 150)), {}, {0, 120}, {}, {}, Qt::NoScrollPhase,
                          false);
        QApplication::sendEvent(plot->viewport(), &wheel);
        QCOMPARE(ranges.count(), 1);
        QMouseEvent before(QEvent::MouseMove, QPointF(300, 150), plot->mapToGlobal(QPointF(300, 150)), Qt::NoButton, {},
                           {});
        QApplication::sendEvent(plot->viewport(), &before);
        const double at = hovers.last()[0].toDouble();
        const double low = ranges[0][0].toDouble(), high = ranges[0][1].toDouble();
        QVERIFY(low > 0 && high < 100 && low < at && at < high);
        QVERIFY(std::abs((high - low) - 80) < 1e-6);
    }

    void keys_do_what_the_mouse_does() {
        const auto plot = view({line("a", 1, 5)});
        QSignalSpy ranges(plot.get(), &ChartView::x_range_changed);
        QTest::keyClick(plot.get(), Qt::Key_Plus);
        QVERIFY(plot->zoomed());
        const double low = ranges.last()[0].toDouble();
        QTest::keyClick(plot.get(), Qt::Key_Right);
        QVERIFY(ranges.last()[0].toDouble() > low);
        QTest::keyClick(plot.get(), Qt::Key_Home);
        QVERIFY(!plot->zoomed());
    }

    void live_data_does_not_move_a_zoomed_view() {
        const auto plot = view({line("a", 1, 5)});
        plot->set_x_range(20, 40);
        const QImage before = plot->grab().toImage();
        Curve same = line("a", 1, 5);
        std::vector<double> x = *same.x, y = *same.y;
        for (int i = 0; i < 50; ++i) x.push_back(101 + i), y.push_back(500);
        same.x = std::make_shared<const std::vector<double>>(x);
        same.y = std::make_shared<const std::vector<double>>(y);
        plot->set_curves({same});
        QCOMPARE(plot->grab().toImage(), before);
    }

    void the_pointer_reads_the_curve_under_it() {
        const auto plot = view({line("low", 1, 1.01), line("high", 9, 9.01)});
        QSignalSpy hovers(plot.get(), &ChartView::hovered), left(plot.get(), &ChartView::hover_left);
        const auto move = [&](QPointF at) {
            QMouseEvent event(QEvent::MouseMove, at, plot->mapToGlobal(at), Qt::NoButton, {}, {});
            QApplication::sendEvent(plot->viewport(), &event);
        };
        move({300, 40});
        QCOMPARE(hovers.last()[1].toString(), QString("high"));
        move({300, 295});
        QCOMPARE(hovers.last()[1].toString(), QString("low"));
        move({300, 170});
        QCOMPARE(hovers.last()[1].toString(), QString());
        move({2, 2});
        QCOMPARE(left.count(), 1);
    }

    void a_linked_crosshair_is_drawn_and_hidden() {
        const auto plot = view({line("a", 1, 5)});
        const QImage without = plot->grab().toImage();
        plot->set_crosshair(50);
        QVERIFY(plot->grab().toImage() != without);
        plot->set_crosshair(nan);
        QCOMPARE(plot->grab().toImage(), without);
    }

    void a_highlight_dims_the_others() {
        Curve other = line("b", 5, 1);
        other.color = Theme::instance().run_color(4);
        const auto plot = view({line("a", 1, 5), other});
        const int before = count(plot->grab().toImage(), other.color);
        plot->set_highlight("a");
        QVERIFY(before > 20);
        QVERIFY(count(plot->grab().toImage(), other.color) < before / 4);
        plot->set_highlight("no such run");
        QCOMPARE(count(plot->grab().toImage(), other.color), before);
    }

    void non_finite_values_and_collapses_are_marked() {
        Curve curve = line("a", 1, 5);
        std::vector<double> y = *curve.y;
        for (std::size_t i = 60; i < y.size(); ++i) y[i] = nan;
        curve.y = std::make_shared<const std::vector<double>>(y);
        const auto plot = view({curve});
        const QColor danger = Theme::instance().palette().danger;
        QCOMPARE(count(plot->grab().toImage(), danger), 0);
        const QImage image = plot->grab().toImage();
        QVERIFY(count(image.copy(0, 0, 640, 40), curve.color) > 5);  // the crosses at the top edge
        curve.flags = {{60, "collapsed: loss is NaN"}};
        plot->set_curves({curve});
        QVERIFY(count(plot->grab().toImage(), danger) > 20);
    }

    void an_empty_chart_says_so_and_ignores_the_mouse() {
        const auto plot = view({});
        QSignalSpy ranges(plot.get(), &ChartView::x_range_changed);
        drag(*plot, {200, 150}, {400, 155});
        QTest::keyClick(plot.get(), Qt::Key_Plus);
        QCOMPARE(ranges.count(), 0);
        QVERIFY(count(plot->grab().toImage(), Theme::instance().palette().surface) < 640 * 360);
    }

    void files_are_whole_and_their_text_is_text() {
        const ablate::test::TempFolder folder;
        const auto plot = view({line("no-norm <b>x</b>", 1, 5)});
        const QString stem = QString::fromStdString((folder.path() / "chart").string());
        plot->save(stem + ".svg", ChartView::Format::svg);
        plot->save(stem + ".pdf", ChartView::Format::pdf);
        plot->save(stem + ".png", ChartView::Format::png);
        const QByteArray svg = bytes(stem + ".svg");
        QVERIFY(QSvgRenderer(svg).isValid());
        QVERIFY(svg.contains("Training loss (nats per token)") && svg.contains("&lt;b&gt;"));
        QVERIFY(!svg.contains("<image"));
        QVERIFY(bytes(stem + ".pdf").startsWith("%PDF-") && bytes(stem + ".pdf").contains("/Font"));
        const QImage png(stem + ".png");
        QCOMPARE(png.size(), QSize(1280, 720));
        QVERIFY(count(png, Qt::white) > 1280 * 720 / 2);
        QVERIFY_THROWS_EXCEPTION(ablate::InputError, plot->save(stem + "/no/such/folder.svg", ChartView::Format::svg));
        plot->copy_to_clipboard();
        QVERIFY(!QApplication::clipboard()->image().isNull());
    }

    // A run's dark-mode color would vanish on paper.
    void files_are_light_whatever_the_theme() {
        const ablate::test::TempFolder folder;
        Theme::instance().choose(ThemeChoice::dark);
        Curve baseline = line("baseline", 1, 5);
        baseline.color = Theme::instance().run_color(-1);
        const auto plot = view({baseline});
        const QString file = QString::fromStdString((folder.path() / "chart.png").string());
        plot->save(file, ChartView::Format::png);
        Theme::instance().choose(ThemeChoice::light);
        const QImage png(file);
        QVERIFY(count(png, Qt::white) > 1280 * 720 / 2);
        QVERIFY(count(png, Theme::run_color(-1, false)) > 100);
    }
};

QTEST_MAIN(ChartViewTest)
#include "chart_view_test.moc"
