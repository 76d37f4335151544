#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/popup_position.h"
#include "ui/widgets/short_path.h"

#include <QLabel>
#include <QPushButton>
#include <QRegularExpression>
#include <QScreen>
#include <QSignalSpy>
#include <QTest>
#include <QVBoxLayout>

using namespace ablate::ui;

class WidgetsTest : public QObject {
    Q_OBJECT

    static QPushButton* button(QWidget& parent, const QString& text) {
        for (QPushButton* button : parent.findChildren<QPushButton*>())
            if (button->text() == text) return button;
        return nullptr;
    }

  private Q_SLOTS:
    void initTestCase() { Theme::instance().choose(ThemeChoice::light); }

    void a_label_shows_markup_as_it_is() {
        const std::unique_ptr<QLabel> label(plain_label("<h1>no-norm</h1>"));
        QCOMPARE(label->textFormat(), Qt::PlainText);
        const std::unique_ptr<QLabel> other(plain_label("no-norm"));
        QVERIFY(label->sizeHint().width() > other->sizeHint().width());
    }

    void a_popup_stays_on_the_screen() {
        const QRect screen = QGuiApplication::primaryScreen()->availableGeometry();
        QPushButton button("Add seeds");
        QWidget popup(nullptr, Qt::Popup);
        popup.setFixedSize(300, 120);
        button.move(screen.left() + 40, screen.top() + 40);
        move_below(popup, button);
        QCOMPARE(popup.x(), button.mapToGlobal(QPoint()).x());
        QVERIFY(popup.y() >= button.mapToGlobal(QPoint(0, button.height())).y());
        button.move(screen.right() - 60, screen.top() + 40);
        move_below(popup, button);
        QVERIFY(popup.x() + popup.width() <= screen.right() + 1);
    }

    void another_look_is_seen_at_once() {
        const std::unique_ptr<QLabel> label(plain_label("text"));
        label->ensurePolished();
        set_look(label.get(), "role", "danger");
        QCOMPARE(label->palette().color(QPalette::WindowText), Theme::instance().palette().danger);
        set_look(label.get(), "role", "warning");
        QCOMPARE(label->palette().color(QPalette::WindowText), Theme::instance().palette().warning);
    }

    void a_banner_tells_offers_and_goes() {
        Banner banner;
        QVERIFY(banner.isHidden());
        QSignalSpy triggered(&banner, &Banner::triggered);
        banner.tell(Banner::Tone::danger, "A run collapsed", "Show in Live");
        QVERIFY(!banner.isHidden());
        QCOMPARE(banner.text(), QString("A run collapsed"));
        QTest::mouseClick(button(banner, "Show in Live"), Qt::LeftButton);
        QCOMPARE(triggered.size(), 1);
        QVERIFY(banner.isHidden());
        banner.tell(Banner::Tone::neutral, "It has ended");
        QVERIFY(button(banner, "")->isHidden());
        QTest::mouseClick(button(banner, "Dismiss"), Qt::LeftButton);
        QVERIFY(banner.isHidden());
        QCOMPARE(triggered.size(), 1);
    }

    void a_banner_sums_up_and_shows_all_on_request() {
        Banner banner;
        const QStringList runs{"nope, seed 1 collapsed", "nope, seed 2 collapsed"};
        banner.tell(Banner::Tone::danger, "2 runs collapsed.", "Show in Live", runs);
        const auto all = [&] {
            for (QLabel* label : banner.findChildren<QLabel*>())
                if (label->accessibleName() == "All of them") return label;
            return static_cast<QLabel*>(nullptr);
        };
        QVERIFY(all() && all()->isHidden());
        QTest::mouseClick(button(banner, "Show all"), Qt::LeftButton);
        QVERIFY(!all()->isHidden() && all()->text().contains("seed 2"));
        banner.tell(Banner::Tone::danger, "3 runs collapsed.", "Show in Live", runs + QStringList{"silu, seed 1"});
        QVERIFY(!all()->isHidden() && all()->text().contains("silu"));
        QTest::mouseClick(button(banner, "Show less"), Qt::LeftButton);
        QVERIFY(all()->isHidden());
        banner.tell(Banner::Tone::neutral, "It has ended");
        QVERIFY(button(banner, "Show all")->isHidden());
    }

    void a_floating_banner_moves_nothing() {
        QWidget window;
        auto* page = new QWidget(&window);
        auto* column = new QVBoxLayout(&window);
        auto* banner = new Banner(&window);
        column->addWidget(page);
        banner->float_over(page);
        window.resize(700, 400);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        const QRect before = page->geometry();
        banner->tell(Banner::Tone::warning, "A run was interrupted", "Resume");
        QCoreApplication::processEvents();
        QCOMPARE(page->geometry(), before);
        QVERIFY(before.contains(banner->geometry()));
        QVERIFY(banner->geometry().top() > before.center().y());
        window.resize(500, 300);
        QTRY_VERIFY(page->geometry().contains(banner->geometry()));
    }

    void a_folder_below_home_is_short() {
        qputenv("HOME", "/home/ada");
        QCOMPARE(short_path("/home/ada/studies"), QString("~/studies"));
        QCOMPARE(short_path("/home/adam/studies"), QString("/home/adam/studies"));
        QCOMPARE(short_path("/data"), QString("/data"));
    }

    void an_empty_state_has_one_action() {
        EmptyState state("No runs yet", "Start a study.", "Open Study");
        QSignalSpy triggered(&state, &EmptyState::triggered);
        QTest::keyClick(button(state, "Open Study"), Qt::Key_Space);
        QCOMPARE(triggered.size(), 1);
        state.set_texts("No runs yet", QString("A long text that needs some lines. ").repeated(8), "Open Study");
        state.resize(800, 600);
        state.show();
        for (QLabel* label : state.findChildren<QLabel*>())
            QVERIFY(label->height() >= label->heightForWidth(label->width()));
        state.set_texts("Nothing found", "", "");
        QVERIFY(button(state, "")->isHidden());
    }

    void an_empty_state_without_a_text_has_no_negative_size() {
        QTest::failOnWarning(QRegularExpression("Negative sizes"));
        const EmptyState state("No run matches", "", "Clear filter");
    }
};

QTEST_MAIN(WidgetsTest)
#include "widgets_test.moc"
