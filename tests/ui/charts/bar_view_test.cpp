#include "tests/support/temp_folder.h"
#include "ui/charts/chart_view.h"
#include "ui/theme/theme.h"

#include <QFile>
#include <QImage>
#include <QTest>
#include <limits>

using namespace ablate::ui;

class BarViewTest : public QObject {
    Q_OBJECT

    // Rows from the top at which a column first shows another color than the surface.
    static int first_ink(const QImage& image, int x) {
        for (int y = 28; y < image.height(); ++y)
            if (image.pixelColor(x, y).lightness() < 200) return y;
        return image.height();
    }

  private Q_SLOTS:
    void initTestCase() { Theme::instance().choose(ThemeChoice::light); }

    void bars_stand_on_zero_with_intervals_and_collapses_have_none() {
        BarView view;
        view.resize(640, 320);
        const double nan = std::numeric_limits<double>::quiet_NaN();
        view.set_bars({{"baseline", 3.0, 0.1, Theme::instance().run_color(-1), false},
                       {"nope", 1.5, nan, Theme::instance().run_color(4), false},
                       {"no-norm", 0, 0, Theme::instance().run_color(1), true}},
                      "Final validation loss (nats per token)");
        const QImage image = view.grab().toImage();
        const int slot = (640 - 40) / 3, first = 40 + slot / 2 - 20, second = first + slot;
        const int tall = first_ink(image, first), half = first_ink(image, second);
        QVERIFY2(tall < half, "3.0 is drawn higher than 1.5");
        const double bottom = 290;
        QVERIFY(std::abs((bottom - half) / (bottom - tall) - 0.5) < 0.05);
        const QColor danger = Theme::instance().palette().danger;
        int red = 0;
        for (int y = 0; y < 320; ++y)
            for (int x = 440; x < 640; ++x) red += image.pixelColor(x, y) == danger;
        QVERIFY(red > 50);
        QVERIFY(view.accessibleDescription().contains("baseline: 3 ± 0.1"));
        QVERIFY(view.accessibleDescription().contains("no-norm: collapsed"));
    }

    void values_of_any_kind_are_painted() {
        BarView view;
        view.resize(640, 320);
        const double infinity = std::numeric_limits<double>::infinity();
        for (const std::vector<double>& values : {std::vector<double>{-3, -2, -5},
                                                  {0, 0, 0},
                                                  {1e-12, 3e-12, -2e-12},
                                                  {5e-324, 0, 1e-310},
                                                  {1e308, -1e308, 1e300},
                                                  {7, 7, 7},
                                                  {infinity, 1, 2}}) {
            std::vector<Bar> bars;
            for (const double value : values)
                bars.push_back({"a", value, infinity, Theme::instance().run_color(0), false});
            view.set_bars(bars, "Difference");
            QVERIFY(!view.grab().isNull());
        }
        view.set_bars({{"a", -3, infinity, Theme::instance().run_color(0), false},
                       {"b", 1e308, 0, Theme::instance().run_color(0), false}},
                      "Difference");
        QCOMPARE(view.accessibleDescription(), "a: -3; b: 1e+308");  // no interval
        const QImage image = view.grab().toImage();
        const auto inked = [&](int x) {
            int rows = 0;
            for (int y = 40; y < 290; ++y) rows += image.pixelColor(x, y).saturation() > 60;
            return rows;
        };
        QVERIFY2(inked(40 + 150) > 150, "-3 alone spans the axis");
        const QColor danger = Theme::instance().palette().danger;
        int red = 0;
        for (int y = 40; y < 320; ++y)
            for (int x = 400; x < 640; ++x) red += image.pixelColor(x, y) == danger;
        QVERIFY2(red > 50, "1e308 is hatched");
    }

    void a_negative_bar_hangs_from_zero() {
        BarView view;
        view.resize(640, 320);
        const QColor color = Theme::instance().run_color(4);
        const auto rows = [&](double value) {
            view.set_bars({{"a", value, 0, color, false},
                           {"b", 1, 0, Theme::instance().run_color(1), false},
                           {"c", -1, 0, Theme::instance().run_color(1), false}},
                          "Difference");
            const QImage image = view.grab().toImage();
            std::vector<int> inked;
            for (int y = 40; y < 300; ++y)
                if (image.pixelColor(135, y).saturation() > 60) inked.push_back(y);
            return inked;
        };
        const auto up = rows(1), down = rows(-1);
        QVERIFY(up.size() > 40 && down.size() > 40);
        QVERIFY(std::abs(up.back() - down.front()) <= 3);
    }

    void an_empty_view_and_a_file() {
        const ablate::test::TempFolder folder;
        BarView view;
        view.resize(320, 200);
        view.set_empty_text("Nothing to compare yet");
        QVERIFY(!view.grab().isNull());
        view.set_bars({{"a", -2, 0.5, Theme::instance().run_color(0), false}}, "Difference (nats)");
        const QString file = QString::fromStdString((folder.path() / "bars.svg").string());
        view.save(file, ChartView::Format::svg);
        QFile stream(file);
        QVERIFY(stream.open(QIODevice::ReadOnly) && stream.readAll().contains("Difference (nats)"));
    }
};

QTEST_MAIN(BarViewTest)
#include "bar_view_test.moc"
