#include "ui/pages/live/grid_points.h"

#include <QTest>
#include <algorithm>

using namespace ablate::ui;

class GridPointsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void values_are_ordered_by_size_and_not_as_text() {
        std::vector<std::string> points{"train.lr=0.02", "train.lr=1e-05", "train.lr=0.003", "train.lr=big"};
        std::sort(points.begin(), points.end(), earlier_point);
        QCOMPARE(points,
                 (std::vector<std::string>{"train.lr=1e-05", "train.lr=0.003", "train.lr=0.02", "train.lr=big"}));
        std::vector<std::string> widths{"1000", "128", "16"};
        std::sort(widths.begin(), widths.end(), earlier_value);
        QCOMPARE(widths, (std::vector<std::string>{"16", "128", "1000"}));
        QVERIFY(earlier_point("", "train.lr=1"));
        QVERIFY(earlier_point("model.d_ff=128,train.lr=0.1", "model.d_ff=128,train.lr=0.2"));
    }

    void a_point_is_told_by_the_last_parts_of_its_keys() {
        QCOMPARE(grid_point_text("train.lr=0.01,model.d_ff=512"), QString("lr 0.01, d_ff 512"));
        QCOMPARE(grid_values_text("train.lr=0.01,model.d_ff=512"), QString("0.01, 512"));
        QCOMPARE(grid_point_text(""), QString());
        QCOMPARE(grid_values("data.path=a,b,train.lr=1"), (GridValues{{"data.path", "a,b"}, {"train.lr", "1"}}));
    }
};

QTEST_GUILESS_MAIN(GridPointsTest)
#include "grid_points_test.moc"
