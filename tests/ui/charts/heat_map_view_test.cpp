#include "ui/charts/chart_view.h"
#include "ui/charts/color_map.h"
#include "ui/theme/theme.h"

#include <QImage>
#include <QTest>
#include <limits>
#include <map>
#include <set>

using namespace ablate::ui;

class HeatMapViewTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { Theme::instance().choose(ThemeChoice::light); }

    void colors_go_by_the_logarithm_and_infinity_is_red() {
        HeatMapView view;
        view.resize(640, 240);
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const double infinity = std::numeric_limits<double>::infinity();
        view.set_values({"embed", "blocks.0"}, {0, 50, 100}, {{1, 10, 100}, {nan, infinity, 10}}, "Activation RMS");
        const QImage image = view.grab().toImage();
        std::set<QRgb> colors;
        for (int x = 0; x < 560; ++x)
            for (int y = 30; y < 60; ++y) colors.insert(image.pixelColor(x, y).rgb());
        for (const double share : {0.0, 0.5, 1.0}) QVERIFY(colors.count(viridis(share).rgb()));
        QVERIFY(colors.count(Theme::instance().palette().danger.rgb()));
        QVERIFY(colors.count(Theme::instance().palette().surface.rgb()));
    }

    // Steps 0, 1 and 100: the column of 1 is narrow, that of 100 is wide.
    void a_column_lies_at_its_step() {
        HeatMapView view;
        view.resize(740, 240);
        view.set_values({"a"}, {0, 1, 100}, {{1, 10, 100}}, "Activation RMS");
        const QImage image = view.grab().toImage();
        std::map<QRgb, int> wide;
        for (int x = 0; x < 600; ++x) ++wide[image.pixelColor(x, 36).rgb()];
        QVERIFY(wide[viridis(1).rgb()] > 8 * wide[viridis(0).rgb()]);
        QVERIFY(wide[viridis(0).rgb()] < 10);
        QVERIFY_THROWS_EXCEPTION(std::logic_error, view.set_values({"a"}, {0, 2, 1}, {{1, 1, 1}}, ""));
    }

    void values_without_a_logarithm_are_marked_and_counted() {
        HeatMapView view;
        view.resize(740, 240);
        const auto muted_below = [&] {
            const QImage image = view.grab().toImage();
            int pixels = 0;
            for (int x = 0; x < 300; ++x)
                for (int y = 60; y < 110; ++y) pixels += image.pixelColor(x, y) == Theme::instance().palette().muted;
            return pixels;
        };
        view.set_values({"a"}, {0, 50, 100}, {{1, 10, 100}}, "");
        const int without = muted_below();
        view.set_values({"a"}, {0, 50, 100}, {{1, -10, 0}}, "");
        QVERIFY(muted_below() > without + 20);
        const QImage image = view.grab().toImage();
        QCOMPARE(image.pixelColor(300, 34), Theme::instance().palette().text);
    }

    void values_of_any_kind_are_painted() {
        HeatMapView view;
        view.resize(640, 240);
        for (const std::vector<double>& values : {std::vector<double>{-3, -2, -5},
                                                  {0, 0, 0},
                                                  {1e-12, 3e-12, 2e-12},
                                                  {5e-324, 0, 1e-310},
                                                  {1e308, -1e308, 1e300},
                                                  {7, 7, 7}}) {
            view.set_values({"a"}, {0, 4294967296, 4294967297}, {values}, "");
            QVERIFY(!view.grab().isNull());
        }
        const QColor danger = Theme::instance().palette().danger, text = Theme::instance().palette().text;
        view.set_values({"a"}, {0, 1, 2, 3}, {{1e308, -2, std::numeric_limits<double>::infinity(), 7}}, "");
        QCOMPARE(view.accessibleDescription(),
                 "1 at 0 or less: drawn in the color of text; 1 not finite: red; 1 beyond 1e300: red");
        const QImage image = view.grab().toImage();
        int first_red = 0, first_text = 0;  // columns from the left
        for (int x = 40; x < 560; ++x) {
            if (!first_red && image.pixelColor(x, 36) == danger) first_red = x;
            if (!first_text && image.pixelColor(x, 36) == text) first_text = x;
        }
        QVERIFY(first_red > 0 && first_text > first_red + 80);
        view.set_values({"a"}, {7, 7, 7}, {{1, 2, 3}}, "");
        QVERIFY(!view.grab().isNull());
    }

    void viridis_grows_lighter() {
        double before = -1;
        for (int i = 0; i <= 20; ++i) {
            const QColor color = viridis(i / 20.0);
            const double light = 0.299 * color.redF() + 0.587 * color.greenF() + 0.114 * color.blueF();
            QVERIFY(light > before);
            before = light;
        }
    }

    void rows_of_another_length_are_a_mistake() {
        HeatMapView view;
        QVERIFY_THROWS_EXCEPTION(std::logic_error, view.set_values({"a"}, {0, 1}, {{1}}, ""));
        QVERIFY_THROWS_EXCEPTION(std::logic_error, view.set_values({"a"}, {0}, {}, ""));
        view.set_values({}, {}, {}, "");
        view.resize(300, 150);
        QVERIFY(!view.grab().isNull());
    }
};

QTEST_MAIN(HeatMapViewTest)
#include "heat_map_view_test.moc"
