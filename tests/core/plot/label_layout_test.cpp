#include "core/plot/label_layout.h"

#include <QTest>
#include <algorithm>

using ablate::plot::spread_labels;

class LabelLayoutTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void labels_with_room_stay_where_they_want() {
        QCOMPARE(spread_labels({20, 60, 90}, 10, 0, 100), std::vector<double>({20, 60, 90}));
    }

    void labels_that_touch_part_evenly_and_in_order() {
        const auto centers = spread_labels({52, 50, 48}, 10, 0, 100);
        QCOMPARE(centers, std::vector<double>({60, 50, 40}));
    }

    void the_edges_hold() {
        const auto centers = spread_labels({1, 2, 99, 99}, 10, 0, 100);
        QCOMPARE(centers, std::vector<double>({5, 15, 85, 95}));
        QCOMPARE(spread_labels({50, 50, 50, 50}, 25, 0, 100), std::vector<double>({12.5, 37.5, 62.5, 87.5}));
    }

    void labels_that_do_not_fit_overlap_evenly_inside_the_edges() {
        QCOMPARE(spread_labels({50, 50, 50, 50}, 40, 0, 100), std::vector<double>({12.5, 37.5, 62.5, 87.5}));
        QVERIFY(spread_labels({}, 40, 0, 100).empty());
    }

    void labels_without_room_are_counted() {
        const ablate::plot::FittedLabels all = ablate::plot::fit_labels(4, 25, 0, 100),
                                         some = ablate::plot::fit_labels(9, 25, 0, 100);
        QVERIFY(all.shown == 4 && all.more == 0);
        QVERIFY(some.shown == 3 && some.more == 6);  // the fourth line says how many
        QVERIFY(ablate::plot::fit_labels(2, 25, 0, 10).shown == 0);
    }

    void a_pushed_block_pushes_on() {
        auto centers = spread_labels({50, 51, 62, 20}, 10, 0, 100);
        std::sort(centers.begin(), centers.end());
        for (std::size_t i = 1; i < centers.size(); ++i) QVERIFY(centers[i] - centers[i - 1] >= 10 - 1e-9);
    }
};

QTEST_GUILESS_MAIN(LabelLayoutTest)
#include "label_layout_test.moc"
