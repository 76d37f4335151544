#include "ui/charts/color_map.h"
#include "ui/charts/plot_view.h"
#include "ui/theme/theme.h"

#include <QImage>
#include <QTest>
#include <limits>
#include <set>

using namespace ablate::ui;

class HeatMapViewTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { Theme::instance().choose(ThemeChoice::light); }

    void colours_go_by_the_logarithm_and_infinity_is_red() {
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
