#include "ui/theme/theme.h"

#include "core/plot/dash.h"
#include "core/report/svg_plot.h"
#include "ui/theme/figures.h"
#include "ui/theme/flat_style.h"

#include <QApplication>
#include <QComboBox>
#include <QFontMetricsF>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QSignalSpy>
#include <QStyleOption>
#include <QTest>
#include <QToolButton>
#include <QVBoxLayout>

using namespace ablate::ui;

class ThemeTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void text_can_be_read_in_both_themes() {
        for (const bool dark : {false, true}) {
            const Palette& c = Theme::palette_of(dark);
            for (const QColor& back : {c.window, c.surface, c.raised})
                for (const QColor& ink : {c.text, c.muted, c.warning, c.danger, c.passed, c.accent})
                    QVERIFY2(contrast(ink, back) >= 4.5, qPrintable(ink.name() + " on " + back.name()));
            for (const QColor& back : {c.hover, c.selection}) QVERIFY(contrast(c.text, back) >= 4.5);
            QVERIFY(contrast(c.accent_text, c.accent) >= 4.5);
        }
    }

    void contrast_is_that_of_wcag() {
        QCOMPARE(contrast(Qt::black, Qt::white), 21.0);
        QCOMPARE(contrast(Qt::white, Qt::white), 1.0);
        QVERIFY(std::abs(contrast(QColor("#767676"), Qt::white) - 4.54) < 0.01);  // WCAG's own example of the border
    }

    void runs_can_be_seen_on_both_grounds() {
        for (const bool dark : {false, true})
            for (int index = -1; index < 7; ++index)
                QVERIFY(contrast(Theme::run_color(index, dark), Theme::palette_of(dark).surface) > 2);
    }

    // The report draws the patterns of plot::seed_dash.
    void seeds_are_dashed_as_in_the_report() {
        for (int seed = -1; seed < 12; ++seed) {
            QPen pen(Qt::black, 1, Theme::seed_dash(seed));
            const QList<double> pattern = pen.style() == Qt::SolidLine ? QList<double>() : pen.dashPattern();
            const std::vector<double> expected = ablate::plot::seed_dash(seed);
            QCOMPARE(pattern, QList<double>(expected.begin(), expected.end()));
        }
    }

    void a_variant_has_one_color_in_the_window_and_in_the_report() {
        for (int index = 0; index < 12; ++index) {
            const QString light = QString::fromStdString(ablate::report::series_color(index));
            QCOMPARE(light, Theme::run_color(index, false).name());
            const QString dark = Theme::run_color(index, true).name();
            const QString rule = QString("[stroke=\"%1\"]{stroke:%2}").arg(light, dark);
            QVERIFY2(light == dark || QString::fromStdString(ablate::report::dark_color_rules()).contains(rule),
                     qPrintable(rule));
        }
    }

    void choosing_a_theme_changes_the_application() {
        Theme& theme = Theme::instance();
        theme.choose(ThemeChoice::light);
        QSignalSpy changed(&theme, &Theme::changed);
        theme.choose(ThemeChoice::dark);
        QCOMPARE(changed.count(), 1);
        QVERIFY(theme.dark());
        QCOMPARE(QApplication::palette().color(QPalette::Window), Theme::palette_of(true).window);
        QVERIFY(qApp->styleSheet().contains(Theme::palette_of(true).line.name()));
        QVERIFY(!qApp->styleSheet().contains("@"));
        theme.choose(ThemeChoice::dark);
        QCOMPARE(changed.count(), 1);
        theme.choose(ThemeChoice::light);
        QVERIFY(!theme.dark());
    }

    void the_primary_button_is_the_accent() {
        Theme::instance().choose(ThemeChoice::light);
        QPushButton button("Start study");
        button.setProperty("primary", true);
        button.resize(160, 32);
        const QImage image = button.grab().toImage();
        QCOMPARE(image.pixelColor(8, 16), Theme::palette_of(false).accent);
    }

    // The title of a sorted column is elided before the arrow.
    void the_sort_arrow_covers_no_text() {
        FlatStyle style;
        QStyleOptionHeader option;
        option.rect = {0, 0, 90, 24};
        option.text = "MMMMMMMMMMMMMMMMMMMM";
        option.textAlignment = Qt::AlignLeft | Qt::AlignVCenter;
        option.state = QStyle::State_Enabled | QStyle::State_Horizontal;
        const auto inked_at_the_arrow = [&](QStyleOptionHeader::SortIndicator sorted) {
            option.sortIndicator = sorted;
            QImage image(90, 24, QImage::Format_RGB32);
            image.fill(Qt::white);
            QPainter painter(&image);
            painter.setFont(QApplication::font());
            option.fontMetrics = painter.fontMetrics();
            style.drawControl(QStyle::CE_HeaderLabel, &option, &painter, nullptr);
            painter.end();
            int inked = 0;
            for (int x = 90 - 12; x < 90; ++x)
                for (int y = 0; y < 24; ++y) inked += image.pixelColor(x, y) != QColor(Qt::white);
            return inked;
        };
        QVERIFY(inked_at_the_arrow(QStyleOptionHeader::None) > 0);
        QCOMPARE(inked_at_the_arrow(QStyleOptionHeader::SortUp), 0);
        QCOMPARE(inked_at_the_arrow(QStyleOptionHeader::SortDown), 0);
    }

    void every_control_has_a_focus_ring() {
        Theme::instance().choose(ThemeChoice::light);
        QWidget window;
        auto* column = new QVBoxLayout(&window);
        const auto flat = [&](QWidget* widget) {
            widget->setProperty("flat", true);
            return widget;
        };
        auto* tool = new QToolButton(&window);
        tool->setText("Columns");
        auto* with_menu = new QToolButton(&window);
        with_menu->setText("More");
        with_menu->setMenu(new QMenu(with_menu));
        with_menu->setPopupMode(QToolButton::InstantPopup);
        auto* combo = new QComboBox(&window);
        combo->addItem("Study");
        const std::vector<QWidget*> controls{new QPushButton("Start", &window),
                                             flat(new QPushButton("Dismiss", &window)),
                                             tool,
                                             with_menu,
                                             flat(combo),
                                             new QLineEdit(&window)};
        for (QWidget* control : controls) {
            control->setFocusPolicy(Qt::StrongFocus);
            column->addWidget(control);
        }
        auto* last = new QLineEdit(&window);
        column->addWidget(last);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        for (QWidget* control : controls) {
            last->setFocus();
            const QImage without = control->grab().toImage();
            control->setFocus(Qt::TabFocusReason);
            const QImage with = control->grab().toImage();
            const QColor accent = Theme::palette_of(false).accent;
            int ring = 0;
            for (int x = 0; x < with.width(); ++x)
                for (int y = 0; y < with.height(); ++y)
                    ring += with.pixelColor(x, y) == accent && without.pixelColor(x, y) != accent;
            QVERIFY2(ring > 20, control->metaObject()->className());
        }
    }

    void figures_stand_in_columns_whatever_the_font() {
        const QFontMetricsF metrics(Theme::instance().font());
        QCOMPARE(figures_width("1111", metrics), figures_width("8808", metrics));
        QImage image(100, 20, QImage::Format_RGB32);
        image.fill(Qt::white);
        QPainter painter(&image);
        painter.setFont(Theme::instance().font());
        painter.setPen(Qt::black);
        draw_figures(painter, {0, 0, 100, 20}, Qt::AlignRight, "3.142");
        painter.end();
        int inked = 0;
        for (int x = 0; x < 100; ++x)
            for (int y = 0; y < 20; ++y) inked += image.pixelColor(x, y).lightness() < 128;
        QVERIFY(inked > 10);
    }
};

QTEST_MAIN(ThemeTest)
#include "theme_test.moc"
