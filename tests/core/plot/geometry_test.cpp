#include "core/plot/geometry.h"

#include <QTest>

using namespace ablate::plot;

class GeometryTest : public QObject {
    Q_OBJECT
    static constexpr Box box{0, 0, 10, 10};

  private Q_SLOTS:
    void a_line_is_cut_at_the_edges_and_parted_outside() {
        const auto parts = clip_line(Line{{-5, 5}, {5, 5}, {5, 20}, {8, 20}, {8, 5}}, box);
        QCOMPARE(parts.size(), std::size_t{2});
        QCOMPARE(parts[0], (Line{{0, 5}, {5, 5}, {5, 10}}));
        QCOMPARE(parts[1], (Line{{8, 10}, {8, 5}}));
        QVERIFY(clip_line(Line{{-5, -5}, {-1, 20}}, box).empty());
        QCOMPARE(clip_line(Line{{3, 4}}, box).size(), std::size_t{1});
        QVERIFY(clip_line(Line{{30, 4}}, box).empty());
    }

    void an_area_is_cut_to_the_box() {
        QCOMPARE(clip_area({{2, 2}, {4, 2}, {4, 4}, {2, 4}}, box), (Line{{2, 2}, {4, 2}, {4, 4}, {2, 4}}));
        double left = 99, right = -99, top = 99, bottom = -99;
        for (const Point& p : clip_area({{-5, -5}, {15, -5}, {15, 15}, {-5, 15}}, box)) {
            left = std::min(left, p.x), right = std::max(right, p.x);
            top = std::min(top, p.y), bottom = std::max(bottom, p.y);
        }
        QVERIFY(left == 0 && right == 10 && top == 0 && bottom == 10);
        QVERIFY(clip_area({{20, 20}, {30, 20}, {30, 30}}, box).empty());
    }

    void crowded_columns_become_bars_and_sparse_ones_strokes() {
        Line crowded;
        for (int i = 0; i < 400; ++i) crowded.push_back({i * 0.1, i % 2 ? 10.0 : 20.0});
        const RasterLine made = raster_line(crowded, 1, 1);
        QVERIFY(made.bars.size() >= 38);
        for (const ColumnBar& bar : made.bars) QVERIFY(bar.top <= 10 && bar.bottom >= 20 && bar.bottom < 22);
        const RasterLine sparse = raster_line(Line{{0, 5}, {20, 9}, {40, 1}}, 1.5, 1);
        QVERIFY(sparse.bars.empty());
        QCOMPARE(sparse.strokes, (std::vector<Line>{{{0, 5}, {20, 9}, {40, 1}}}));
        // At twice the resolution the same points are half as crowded.
        QVERIFY(raster_line(crowded, 1, 2).bars.size() > made.bars.size() * 3 / 2);
    }

    void a_spike_among_sparse_points_is_stroked() {
        Line line{{0.2, 50}, {1.2, 50}, {1.8, 50}, {2.2, 0}, {2.9, 50}, {3.5, 50}};
        const RasterLine made = raster_line(line, 1.5, 1);
        double top = 50;
        for (const ColumnBar& bar : made.bars) top = std::min(top, bar.top);
        for (const Line& stroke : made.strokes)
            for (const Point& p : stroke) top = std::min(top, p.y);
        QVERIFY(top <= 0);
    }
};

QTEST_GUILESS_MAIN(GeometryTest)
#include "geometry_test.moc"
