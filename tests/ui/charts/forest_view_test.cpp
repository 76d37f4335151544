#include "ui/charts/forest_view.h"

#include "tests/support/temp_folder.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QFile>
#include <QHelpEvent>
#include <QImage>
#include <QMouseEvent>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>
#include <limits>

using namespace ablate::ui;

class ForestViewTest : public QObject {
    Q_OBJECT
    static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

    static ForestRow row(const QString& label, double value, double half) {
        return {label, value, value - half, value + half, Theme::instance().run_color(4), false, false, {}};
    }
    // The leftmost and rightmost pixel of a color in some rows.
    static std::pair<int, int> extent(const QImage& image, const QColor& color, int top, int bottom) {
        std::pair found{image.width(), -1};
        for (int y = top; y < bottom; ++y)
            for (int x = 0; x < image.width(); ++x)
                if (image.pixelColor(x, y).rgb() == color.rgb())
                    found = {std::min(found.first, x), std::max(found.second, x)};
        return found;
    }

  private Q_SLOTS:
    void initTestCase() { Theme::instance().choose(ThemeChoice::light); }

    void an_interval_is_as_wide_as_it_is_on_the_axis() {
        ForestView view;
        view.set_rows({row("wide", 0, 0.4), row("narrow", 0, 0.1)}, "Difference (nats)", 0);
        view.resize(640, view.sizeHint().height());
        const QImage image = view.grab().toImage();
        const QColor color = Theme::instance().run_color(4);
        const auto wide = extent(image, color, 0, 26), narrow = extent(image, color, 36, 60);
        QVERIFY(wide.second > wide.first && narrow.second > narrow.first);
        const double ratio = double(wide.second - wide.first) / (narrow.second - narrow.first);
        QVERIFY2(std::abs(ratio - 4) < 0.4, qPrintable(QString::number(ratio)));
    }

    void forty_rows_fit_and_names_are_whole() {
        ForestView view;
        std::vector<ForestRow> rows;
        for (int i = 0; i < 40; ++i)
            rows.push_back(
                row(QString("%1. optimizer=adamw lr=%2 <seed> warmup").arg(i).arg(1e-4 * i), 0.01 * i, 0.02));
        view.set_rows(rows, "Difference", 0);
        QVERIFY(view.sizeHint().height() > 40 * 20);
        QVERIFY(view.minimumSizeHint().height() >= 40 * 16);
        view.resize(900, view.sizeHint().height());
        const ablate::test::TempFolder folder;
        const QString file = QString::fromStdString((folder.path() / "forest.svg").string());
        view.save(file, ChartView::Format::svg);
        QFile stream(file);
        QVERIFY(stream.open(QIODevice::ReadOnly));
        const QByteArray svg = stream.readAll();
        for (const ForestRow& each : rows) QVERIFY(svg.contains(each.label.toHtmlEscaped().toUtf8()));
    }

    void what_has_no_interval_or_collapsed_says_so() {
        ForestView view;
        ForestRow collapsed = row("no norm", nan, nan), alone = row("nope", 0.5, nan);
        collapsed.collapsed = true;
        alone.note = "n = 1";
        view.set_rows({alone, collapsed}, "Difference", nan);
        QCOMPARE(view.accessibleDescription(), QString("nope: 0.5, n = 1; no norm: collapsed"));
        view.resize(640, 200);
        QVERIFY(extent(view.grab().toImage(), Theme::instance().palette().danger, 0, 200).second > 0);
        view.set_rows({row("a", 1e308, 1), row("b", -1e299, 1e300), row("c", 5e-324, 0)}, "", 0);
        QVERIFY(!view.grab().isNull());
        view.set_rows({}, "", 0);
        view.set_empty_text("Nothing to compare yet");
        QVERIFY(!view.grab().isNull());
    }

    void a_tooltip_stays_while_the_pointer_rests() {
        ForestView view;
        view.set_rows({row("first", 0, 1), row("second", 0, 1)}, "Difference", 0);
        view.resize(640, view.sizeHint().height());
        view.show();
        QVERIFY(QTest::qWaitForWindowActive(&view));
        const QPoint at(300, 20), on_screen = view.mapToGlobal(at);
        QMouseEvent move(QEvent::MouseMove, QPointF(at), QPointF(on_screen), Qt::NoButton, {}, {});
        QApplication::sendEvent(view.viewport(), &move);
        QVERIFY(QToolTip::text().contains("first"));
        QHelpEvent rests(QEvent::ToolTip, at, on_screen);
        QApplication::sendEvent(view.viewport(), &rests);
        QTest::qWait(500);  // a tooltip is hidden a moment after it is told to
        QVERIFY(QToolTip::text().contains("first"));
        QToolTip::hideText();
    }

    void a_click_tells_the_row() {
        ForestView view;
        view.set_rows({row("first", 0, 1), row("second", 0, 1)}, "Difference", 0);
        view.resize(640, view.sizeHint().height());
        view.grab();
        QSignalSpy clicks(&view, &ForestView::clicked);
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, {300, 50});
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, {300, view.height() - 4});
        QCOMPARE(clicks.count(), 1);
        QCOMPARE(clicks[0][0].toString(), QString("second"));
    }
};

QTEST_MAIN(ForestViewTest)
#include "forest_view_test.moc"
