#include "ui/charts/curve_points.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace ablate::ui;

class CurvePointsTest : public QObject {
    Q_OBJECT
    static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

    static Curve curve(std::vector<double> y) {
        std::vector<double> x(y.size());
        std::iota(x.begin(), x.end(), 0.0);
        Curve curve;
        curve.x = std::make_shared<const std::vector<double>>(std::move(x));
        curve.y = std::make_shared<const std::vector<double>>(std::move(y));
        return curve;
    }
    static std::vector<double> noise(std::size_t n) {
        std::vector<double> y(n);
        for (std::size_t i = 0; i < n; ++i) y[i] = 3 + 0.1 * std::sin(static_cast<double>(i) * 1.7);
        return y;
    }
    static bool reaches(const std::vector<ablate::plot::Line>& parts, double y) {
        for (const ablate::plot::Line& part : parts)
            for (const ablate::plot::Point& point : part)
                if (std::abs(point.y - y) < 1e-6) return true;
        return false;
    }

  private Q_SLOTS:
    void a_spike_of_one_step_in_forty_thousand_is_drawn() {
        std::vector<double> y = noise(40000);
        y[31234] = 9;
        const CurvePoints points(curve(y));
        const Axis x_axis(Scale::linear, {0, 40000}, 0, 800), y_axis(Scale::linear, {0, 10}, 500, 0);
        const auto parts = points.parts(CurvePoints::Line::shown, x_axis, y_axis);
        QCOMPARE(parts.size(), std::size_t{1});
        QVERIFY(parts[0].size() <= 4 * 801);
        QVERIFY(reaches(parts, y_axis.pixel(9)));
    }

    void on_a_logarithmic_x_axis_too() {
        std::vector<double> y = noise(40000);
        y[37] = 9;
        const CurvePoints points(curve(y));
        const Axis x_axis(Scale::logarithmic, {1, 40000}, 0, 800), y_axis(Scale::linear, {0, 10}, 500, 0);
        const auto parts = points.parts(CurvePoints::Line::shown, x_axis, y_axis);
        QVERIFY(reaches(parts, y_axis.pixel(9)));
        for (const ablate::plot::Line& part : parts)
            for (const ablate::plot::Point& point : part) QVERIFY(std::isfinite(point.x) && point.x > -1);
    }

    void a_value_without_a_place_breaks_the_line() {
        const CurvePoints points(curve({1, 2, nan, 4, 5, 0, 7}));
        const Axis x_axis(Scale::linear, {0, 6}, 0, 600);
        QCOMPARE(points.parts(CurvePoints::Line::shown, x_axis, Axis(Scale::linear, {0, 8}, 100, 0)).size(),
                 std::size_t{2});
        QCOMPARE(points.parts(CurvePoints::Line::shown, x_axis, Axis(Scale::logarithmic, {1, 8}, 100, 0)).size(),
                 std::size_t{3});
        QCOMPARE(points.missing_columns(true, x_axis, Scale::linear, 0, 1), std::vector<double>{200});
    }

    void non_finite_markers_do_not_crowd() {
        const CurvePoints points(curve(std::vector<double>(40000, nan)));
        const auto marks = points.missing_columns(true, Axis(Scale::linear, {0, 39999}, 0, 800), Scale::linear, 0, 9);
        QVERIFY(!marks.empty() && marks.size() <= 90);
    }

    void ranges_are_those_of_what_can_be_shown() {
        const CurvePoints points(curve({-1, 0, 5, nan, std::numeric_limits<double>::infinity(), 2}));
        QCOMPARE(*points.y_range(Scale::linear, Scale::linear, {0, 9}), (Range{-1, 5}));
        QCOMPARE(*points.y_range(Scale::logarithmic, Scale::linear, {0, 9}), (Range{2, 5}));
        QCOMPARE(*points.y_range(Scale::linear, Scale::linear, {4.5, 9}), (Range{2, 2}));
        QCOMPARE(*points.x_range(Scale::logarithmic), (Range{1, 5}));
        QVERIFY(!CurvePoints(curve({nan})).y_range(Scale::linear, Scale::linear, {0, 9}));
        QVERIFY(!CurvePoints(curve({})).x_range(Scale::linear));
    }

    void what_is_above_an_end_is_counted_and_sampled() {
        const CurvePoints points(curve({1, 50, 3, nan, 1e305, 60}));
        const Range all{0, 9};
        QCOMPARE(points.count_above(10, Scale::linear, all), std::int64_t{2});  // 1e305 has no place on any axis
        QCOMPARE(*points.highest_up_to(10, Scale::linear, all), 3.0);
        QVERIFY(!points.highest_up_to(0, Scale::linear, all));
        QCOMPARE(points.columns_above(10, Axis(Scale::linear, {0, 6}, 0, 600), 1), (std::vector<double>{100, 500}));
        std::vector<double> sampled;
        points.sample(sampled, 3, Scale::linear, Scale::linear, all);
        QCOMPARE(sampled, (std::vector<double>{1, 3}));  // every second one that has a place
    }

    void the_ends_of_a_range_between_two_points_count() {
        const CurvePoints points(curve({8, 4, nan, 2}));
        QCOMPARE(*points.y_range(Scale::linear, Scale::linear, {0.25, 0.75}), (Range{5, 7}));
        QCOMPARE(*points.y_range(Scale::linear, Scale::linear, {0.5, 1}), (Range{4, 6}));
        QVERIFY(!points.y_range(Scale::linear, Scale::linear, {1.25, 1.75}));  // no line to a value that is none
    }

    void what_a_logarithmic_axis_has_no_place_for_is_marked_at_its_foot() {
        const CurvePoints points(curve({5, 0, -3, 2e-9, 4, nan, 1e305}));
        const Axis x_axis(Scale::linear, {0, 6}, 0, 600);
        QCOMPARE(points.missing_columns(false, x_axis, Scale::logarithmic, 1e-4, 1),
                 (std::vector<double>{100, 200, 300}));
        QCOMPARE(points.missing_columns(true, x_axis, Scale::logarithmic, 1e-4, 1), (std::vector<double>{500, 600}));
        QVERIFY(points.missing_columns(false, x_axis, Scale::linear, 0, 1).empty());
        QCOMPARE(*points.missing(1, Scale::logarithmic, 0), CurvePoints::Missing::not_positive);
        QCOMPARE(*points.missing(3, Scale::logarithmic, 1e-4), CurvePoints::Missing::below_cut);
        QVERIFY(!points.missing(3, Scale::logarithmic, 0));
        QCOMPARE(*points.missing(6, Scale::linear, 0), CurvePoints::Missing::beyond);
    }

    void points_that_went_back_are_drawn_in_their_places_and_counted() {
        Curve back = curve({5, 4, 3, 9, 8, 7});
        back.x = std::make_shared<const std::vector<double>>(std::vector<double>{0, 10, 20, 5, nan, 30});
        const CurvePoints points(back);
        QCOMPARE(points.backward(), std::size_t{1});
        QCOMPARE(points.unplaced(), std::size_t{1});
        QVERIFY(std::is_sorted(points.x().begin(), points.x().end()));
        QCOMPARE(points.raw()[1], 9.0);
        QCOMPARE(points.x().size(), std::size_t{5});
        const CurvePoints forth(curve({1, 2, 3}));
        QVERIFY(forth.backward() == 0 && forth.unplaced() == 0);
        QCOMPARE(forth.x().data(), forth.curve().x->data());  // shared, not copied
    }

    void a_band_below_zero_is_a_band() {
        Curve banded = curve({-1, -1.2, -1.1});
        banded.low = std::make_shared<const std::vector<double>>(std::vector<double>{-1.1, -1.4, -1.2});
        banded.high = std::make_shared<const std::vector<double>>(std::vector<double>{-0.9, -1.0, -1.0});
        const CurvePoints points(banded);
        QCOMPARE(*points.y_range(Scale::linear, Scale::linear, {0, 2}), (Range{-1.4, -0.9}));
        const Axis x_axis(Scale::linear, {0, 2}, 0, 200), y_axis(Scale::linear, {-2, 0}, 200, 0);
        const auto areas = points.bands(x_axis, y_axis);
        QCOMPARE(areas.size(), std::size_t{1});
        QCOMPARE(areas[0].lower[1], (ablate::plot::Point{100, 140}));  // -1.4, not 0
    }

    void a_band_of_two_seeds_does_not_flatten_its_line() {
        Curve banded = curve({4, 3, 3.5});
        banded.low = std::make_shared<const std::vector<double>>(std::vector<double>{-96, -97, -96.5});
        banded.high = std::make_shared<const std::vector<double>>(std::vector<double>{104, 103, 103.5});
        QCOMPARE(*CurvePoints(banded).y_range(Scale::linear, Scale::linear, {0, 2}), (Range{2, 5}));
    }

    void a_band_breaks_where_the_line_does() {
        Curve banded = curve({1, 1, nan, 1, 1});
        banded.low = std::make_shared<const std::vector<double>>(std::vector<double>{0.9, 0.9, nan, -0.5, 0.9});
        banded.high = std::make_shared<const std::vector<double>>(std::vector<double>{1.1, 1.1, nan, 1.1, 1.1});
        const Axis x_axis(Scale::linear, {0, 4}, 0, 400), y_axis(Scale::logarithmic, {0.1, 10}, 200, 0);
        const auto areas = CurvePoints(banded).bands(x_axis, y_axis);
        QCOMPARE(areas.size(), std::size_t{2});
        QCOMPARE(areas[1].lower[0], (ablate::plot::Point{300, 200}));  // a low end below 0 is at the axis' own
    }

    void the_nearest_point_is_found_within_reach() {
        const CurvePoints points(curve({5, 6, 7}));
        QCOMPARE(*points.nearest(0.4), std::size_t{0});
        QCOMPARE(*points.nearest(0.6), std::size_t{1});
        QVERIFY(!points.nearest(2.5));
        QCOMPARE(*points.nearest(2.5, 0.6), std::size_t{2});
        QVERIFY(!CurvePoints(curve({})).nearest(0));
    }

    void smoothing_keeps_the_raw_values() {
        CurvePoints points(curve({4, 2, 6}));
        points.smooth(0.5, 1);
        QCOMPARE(points.raw()[1], 2.0);
        QVERIFY(std::abs(points.shown()[1] - 8.0 / 3) < 1e-12);
        points.smooth(0, 1);
        QCOMPARE(points.shown()[1], 2.0);
        Curve faint = curve({4, 2, 6});
        faint.faint = true;
        CurvePoints behind(faint);
        behind.smooth(0.9, 1);
        QVERIFY(!behind.smoothed());
        CurvePoints short_of_points(curve({4, std::numeric_limits<double>::quiet_NaN(), 6}));
        short_of_points.smooth(0.9, 1);
        QVERIFY(!short_of_points.smoothed());
    }

    void arrays_of_different_length_are_a_mistake() {
        Curve wrong = curve({1, 2});
        wrong.x = std::make_shared<const std::vector<double>>(1);
        QVERIFY_THROWS_EXCEPTION(std::logic_error, CurvePoints{wrong});
    }
};

QTEST_GUILESS_MAIN(CurvePointsTest)
#include "curve_points_test.moc"
