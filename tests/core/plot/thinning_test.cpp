#include "core/plot/thinning.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

using namespace ablate::plot;

class ThinningTest : public QObject {
    Q_OBJECT

    static std::vector<double> steps(std::size_t n) {
        std::vector<double> x(n);
        std::iota(x.begin(), x.end(), 0.0);
        return x;
    }
    static bool holds(const std::vector<std::size_t>& kept, std::size_t index) {
        return std::binary_search(kept.begin(), kept.end(), index);
    }

  private Q_SLOTS:
    void a_spike_and_a_dip_of_one_point_stay() {
        const auto x = steps(20000);
        std::vector<double> y(x.size());
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = 3 + 0.01 * std::sin(static_cast<double>(i));
        y[7777] = 9, y[12345] = -9;
        const auto kept = decimate_min_max(x, y, 500);
        QVERIFY(holds(kept, 7777) && holds(kept, 12345) && holds(kept, 0) && holds(kept, 19999));
        QVERIFY(kept.size() <= 4 * 500);
        QVERIFY(std::is_sorted(kept.begin(), kept.end()));
        QVERIFY(std::adjacent_find(kept.begin(), kept.end()) == kept.end());
    }

    void each_column_keeps_its_range() {
        const auto x = steps(1000);
        std::vector<double> y(x.size());
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<double>((i * 7919) % 1000);
        const auto kept = decimate_min_max(x, y, 10);
        for (std::size_t column = 0; column < 10; ++column) {
            const auto first = y.begin() + static_cast<long>(column) * 100;
            const auto [low, high] = std::minmax_element(first, first + 100);
            QVERIFY(holds(kept, static_cast<std::size_t>(low - y.begin())));
            QVERIFY(holds(kept, static_cast<std::size_t>(high - y.begin())));
        }
    }

    void every_non_finite_point_stays() {
        const auto x = steps(1000);
        std::vector<double> y(x.size(), 1.0);
        std::vector<std::size_t> bad{0, 3, 4, 500, 998, 999};
        for (const std::size_t i : bad) y[i] = i % 2 ? NAN : -INFINITY;
        const auto kept = decimate_min_max(x, y, 4);
        for (const std::size_t i : bad) QVERIFY(holds(kept, i));
        QVERIFY(holds(kept, 1) && holds(kept, 997));  // the finite ends beside them
        std::vector<double> all(x.size(), NAN);
        QCOMPARE(decimate_min_max(x, all, 4).size(), all.size());
    }

    void a_crowded_band_has_the_widest_ends_of_each_column() {
        std::vector<double> x, low, high;
        for (int i = 0; i < 1000; ++i) x.push_back(i), low.push_back(i == 505 ? 0 : 4), high.push_back(6);
        const Axis across(Scale::linear, {0, 1000}, 0, 100), up(Scale::linear, {0, 10}, 100, 0);
        const auto made = bands(x, low, high, 0, x.size(), across, up, 1);
        QCOMPARE(made.size(), std::size_t{1});
        QVERIFY(made[0].by_columns);
        QCOMPARE(made[0].upper.size(), std::size_t{100});
        QCOMPARE(made[0].lower[50], (Point{50, 100}));  // the one low end of that column
        QCOMPARE(made[0].lower[49], (Point{49, 60}));
        QVERIFY(!bands(x, low, high, 0, 100, across, up, 1)[0].by_columns);
    }

    void the_nearest_point_is_within_reach_or_none() {
        const std::vector<double> x{0, 1, 2};
        QCOMPARE(*nearest_index(x, 0.4), std::size_t{0});
        QCOMPARE(*nearest_index(x, 0.6), std::size_t{1});
        QVERIFY(!nearest_index(x, 2.5));
        QCOMPARE(*nearest_index(x, 2.5, 0.6), std::size_t{2});
        QVERIFY(!nearest_index({}, 0));
    }

    void few_points_all_stay() {
        const std::vector<double> x{1, 2, 3}, y{5, 4, 6};
        QCOMPARE(decimate_min_max(x, y, 100), (std::vector<std::size_t>{0, 1, 2}));
        QVERIFY(decimate_min_max({}, {}, 100).empty());
        QVERIFY(decimate_min_max(x, y, 0).empty());
        const std::vector<double> same{2, 2, 2};
        QCOMPARE(decimate_min_max(same, y, 10), (std::vector<std::size_t>{0, 1, 2}));
        QVERIFY_THROWS_EXCEPTION(std::logic_error, decimate_min_max(x, std::vector<double>{1}, 1));
    }
};

QTEST_GUILESS_MAIN(ThinningTest)
#include "thinning_test.moc"
