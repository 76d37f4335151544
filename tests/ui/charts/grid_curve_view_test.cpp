#include "ui/charts/grid_curve_view.h"

#include "tests/support/temp_folder.h"
#include "ui/theme/theme.h"

#include <QFile>
#include <QImage>
#include <QTest>
#include <limits>
#include <stdexcept>

using namespace ablate::ui;

class GridCurveViewTest : public QObject {
    Q_OBJECT
    static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

    static GridCurve curve(const QString& label, int color, std::vector<double> y) {
        GridCurve made;
        made.label = label;
        made.color = Theme::instance().run_color(color);
        for (std::size_t i = 0; i < y.size(); ++i) made.x.push_back(std::vector{1e-4, 1e-3, 1e-2, 1e-1}.at(i));
        made.y = std::move(y);
        return made;
    }
    static int count(const QImage& image, const QColor& color) {
        int pixels = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x) pixels += image.pixelColor(x, y).rgb() == color.rgb();
        return pixels;
    }

  private Q_SLOTS:
    void initTestCase() { Theme::instance().choose(ThemeChoice::light); }

    void curves_points_and_labels_are_drawn_and_told() {
        GridCurveView view;
        view.resize(640, 360);
        GridCurve baseline = curve("baseline", 0, {3.4, 3.1, 3.3});
        baseline.best = {1};
        GridCurve other = curve("lr<1e-3", 4, {3.5, nan, 3.6});
        other.collapsed_x = {0.01};
        view.set_curves({baseline, other}, "Learning rate", "Validation loss", true);
        const QImage image = view.grab().toImage();
        QVERIFY(count(image, baseline.color) > 40);
        QVERIFY(count(image, other.color) > 10);
        QVERIFY(view.accessibleDescription().contains("baseline at 0.001: 3.1, the best"));
        QVERIFY(view.accessibleDescription().contains("lr<1e-3 at 0.01: collapsed"));
        QVERIFY(view.accessibleDescription().endsWith("1 point is left out"));
        const ablate::test::TempFolder folder;
        const QString file = QString::fromStdString((folder.path() / "grid.svg").string());
        view.save(file, ChartView::Format::svg);
        QFile stream(file);
        QVERIFY(stream.open(QIODevice::ReadOnly));
        const QByteArray svg = stream.readAll();
        QVERIFY(svg.contains("Learning rate") && svg.contains("lr&lt;1e-3") && svg.contains("0.001"));
    }

    void a_band_is_filled_and_new_curves_replace_the_old() {
        GridCurveView view;
        view.resize(640, 360);
        GridCurve banded = curve("a", 4, {3.4, 3.1, 3.3});
        view.set_curves({banded}, "Learning rate", "Loss", true);
        const QColor surface = Theme::instance().palette().surface;
        const int without = count(view.grab().toImage(), surface);
        banded.low = {3.2, 3.0, 3.1};
        banded.high = {3.6, 3.2, nan};
        view.set_curves({banded}, "Learning rate", "Loss", true);
        QVERIFY(count(view.grab().toImage(), surface) < without - 1000);
        banded.color = Theme::instance().run_color(0);
        view.set_curves({banded}, "Learning rate", "Loss", true);
        QCOMPARE(count(view.grab().toImage(), Theme::instance().run_color(4)), 0);
    }

    void values_of_any_kind_are_drawn_and_lengths_have_to_agree() {
        GridCurveView view;
        view.resize(400, 240);
        for (const std::vector<double>& y : {std::vector<double>{-1, 0, 1e308}, {nan, nan, nan}, {1, 1, 1}, {}})
            for (const bool log_x : {false, true}) {
                view.set_curves({curve("a", 0, y)}, "Width", "Loss", log_x);
                QVERIFY(!view.grab().isNull());
            }
        GridCurve wrong = curve("a", 0, {1, 2});
        wrong.x.pop_back();
        QVERIFY_THROWS_EXCEPTION(std::logic_error, view.set_curves({wrong}, "", "", false));
    }
};

QTEST_MAIN(GridCurveViewTest)
#include "grid_curve_view_test.moc"
