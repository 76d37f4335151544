#include "ui/forms/number_box.h"

#include "ui/theme/theme.h"

#include <QDialog>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QVBoxLayout>

using namespace ablate;
using namespace ablate::ui;

class NumberBoxTest : public QObject {
    Q_OBJECT

    // A dialog with a box of each kind, something else to focus, and a button that Return presses.
    struct Form {
        QDialog dialog;
        NumberBox<QSpinBox>* count = new NumberBox<QSpinBox>(&dialog);
        NumberBox<QDoubleSpinBox>* real = new NumberBox<QDoubleSpinBox>(&dialog);
        QLineEdit* other = new QLineEdit(&dialog);
        QLabel* reason = refusal_label(count->refusal(), &dialog);
        QSignalSpy changed{count, &QSpinBox::valueChanged};

        Form() {
            count->setRange(1, 100);
            count->setValue(60);
            real->setRange(0, 1);
            real->setSpecialValueText("off");
            auto* done = new QPushButton("Done", &dialog);
            done->setDefault(true);
            QObject::connect(done, &QPushButton::clicked, &dialog, &QDialog::accept);
            auto* column = new QVBoxLayout(&dialog);
            for (QWidget* widget : std::initializer_list<QWidget*>{count, reason, real, other, done})
                column->addWidget(widget);
            dialog.show();
            [[maybe_unused]] const bool active = QTest::qWaitForWindowActive(&dialog);  // for the focus
            changed.clear();
        }
        // Typed and, with Return, meant.
        static void type(QAbstractSpinBox& box, const QString& words, bool is_meant = true) {
            box.setFocus();
            box.selectAll();
            QTest::keyClicks(&box, words);
            if (is_meant) QTest::keyClick(&box, Qt::Key_Return);
        }
        bool refuses(const QString& words) const {
            return count->text() == words && count->value() == 60 && changed.isEmpty() && reason->isVisible() &&
                   reason->text().endsWith("Correct it, or press Esc to keep 60.") &&
                   count->property("refused").toBool();
        }
        bool refuses_nothing() const {
            return count->refusal().line().isEmpty() && !reason->isVisible() && !count->property("refused").toBool();
        }
    };

  private Q_SLOTS:
    void initTestCase() { Theme::instance().choose(ThemeChoice::light); }

    void a_refused_text_stays_with_its_reason_until_it_is_corrected() {
        Form form;
        QVERIFY(form.refuses_nothing());
        for (const char* words : {"101", "0", "2x", "7.5", "1,00", "1e"}) {
            form.type(*form.count, words);
            QVERIFY2(form.refuses(words), qPrintable(form.count->text() + ": " + form.reason->text()));
        }
        QVERIFY(form.dialog.isVisible());  // Return was for nobody else
        form.count->selectAll();
        QTest::keyClick(form.count, Qt::Key_Delete);
        QTest::keyClick(form.count, Qt::Key_Return);
        QVERIFY(form.refuses(""));
        form.type(*form.count, "x2", false);
        QVERIFY(form.reason->text().contains("x2"));  // of what is there now
        form.type(*form.count, "1e2", false);
        QVERIFY(form.refuses_nothing());
        QCOMPARE(form.count->value(), 60);  // not taken over before it is meant
        form.other->setFocus();
        QCOMPARE(form.count->value(), 100);
        QCOMPARE(form.count->text(), QString("100"));
        QCOMPARE(form.changed.count(), 1);
    }

    void typing_is_not_called_wrong_before_it_ends() {
        Form form;
        form.type(*form.count, "2x", false);
        QVERIFY(form.refuses_nothing());
        QVERIFY(!form.count->take_over());
        QVERIFY(form.refuses("2x"));
        form.type(*form.count, "61", false);
        QVERIFY(form.count->take_over());
        QCOMPARE(form.count->value(), 61);
    }

    void a_refused_text_survives_all_that_makes_qt_show_the_value() {
        Form form;
        form.type(*form.count, "2x", false);
        form.other->setFocus();
        QVERIFY(form.refuses("2x"));
        form.count->setFocus();
        form.other->setFocus();
        QVERIFY(form.refuses("2x"));
        form.dialog.hide();
        QCOMPARE(form.count->text(), QString("2x"));
        form.dialog.show();
        QVERIFY(form.refuses("2x"));
        form.count->setLocale(QLocale(QLocale::German));
        QVERIFY(form.refuses("2x"));
    }

    void hiding_a_box_ends_the_typing() {
        Form form;
        form.type(*form.count, "2x", false);
        form.count->hide();
        form.count->show();
        QVERIFY(form.refuses("2x"));
        form.type(*form.count, "61", false);
        form.count->hide();
        QCOMPARE(form.count->value(), 61);
    }

    void esc_goes_back_to_the_value_and_then_closes() {
        Form form;
        form.type(*form.count, "2x");
        QTest::keyClick(form.count, Qt::Key_Escape);
        QVERIFY(form.refuses_nothing());
        QCOMPARE(form.count->text(), QString("60"));
        QVERIFY(form.dialog.isVisible());
        form.type(*form.count, "61", false);  // nor is what was not meant taken over
        QTest::keyClick(form.count, Qt::Key_Escape);
        form.other->setFocus();
        QCOMPARE(form.count->value(), 60);
        QVERIFY(form.dialog.isVisible());
        QTest::keyClick(form.count, Qt::Key_Escape);
        QVERIFY(!form.dialog.isVisible());
    }

    void esc_belongs_to_a_refused_text_before_it_is_a_shortcut() {
        Form form;
        const auto shortcut_takes_it = [&] {
            QKeyEvent event(QEvent::ShortcutOverride, Qt::Key_Escape, Qt::NoModifier);
            event.ignore();
            QCoreApplication::sendEvent(form.count, &event);
            return !event.isAccepted();
        };
        QVERIFY(shortcut_takes_it());
        form.type(*form.count, "2x");
        QVERIFY(!shortcut_takes_it());
    }

    void arrows_leave_a_refused_text_alone() {
        Form form;
        form.type(*form.count, "2x", false);
        QTest::keyClick(form.count, Qt::Key_Up);
        QVERIFY(form.refuses("2x"));
        form.count->stepBy(1);
        QVERIFY(form.refuses("2x"));
        QTest::keyClick(form.count, Qt::Key_Escape);
        QTest::keyClick(form.count, Qt::Key_Up);
        QCOMPARE(form.count->value(), 61);
    }

    void a_value_that_is_chosen_elsewhere_takes_its_place() {
        Form form;
        form.type(*form.count, "2x");
        form.count->setValue(60);  // the same
        QCOMPARE(form.count->text(), QString("60"));
        QVERIFY(form.refuses_nothing());
        form.type(*form.count, "2x");
        static_cast<QSpinBox*>(form.count)->setValue(70);
        QCOMPARE(form.count->text(), QString("70"));
        QVERIFY(form.refuses_nothing());
    }

    void a_box_that_is_disabled_refuses_nothing() {
        Form form;
        form.type(*form.count, "2x");
        form.count->setEnabled(false);
        QVERIFY(form.refuses_nothing());
        QCOMPARE(form.count->text(), QString("60"));
    }

    void numbers_are_written_alike_under_every_locale() {
        QCOMPARE(with_separators("999"), QString("999"));
        QCOMPARE(with_separators("1000"), QString("1,000"));
        QCOMPARE(with_separators("-123456.789"), QString("-123,456.789"));
        QCOMPARE(with_separators("1e-05"), QString("1e-05"));
        const QLocale before;
        QLocale::setDefault(QLocale(QLocale::German));
        Form form;
        form.count->setRange(1, 100'000);
        form.real->setRange(0, 1e6);
        form.real->setDecimals(3);
        form.type(*form.count, "2048");
        form.type(*form.real, "1234.5");
        QLocale::setDefault(before);
        QCOMPARE(form.count->value(), 2048);
        QCOMPARE(form.count->text(), QString("2,048"));
        QCOMPARE(form.real->value(), 1234.5);
        QCOMPARE(form.real->text(), QString("1,234.5"));
        form.type(*form.count, "3,000");
        QCOMPARE(form.count->value(), 3000);
    }

    void the_whole_program_has_one_number_format() {
        const QLocale before;
        QLocale::setDefault(QLocale(QLocale::German));
        use_number_format();
        QSpinBox plain;  // any box of Qt's own
        plain.setRange(0, 10'000);
        plain.setGroupSeparatorShown(true);
        plain.setValue(1000);
        QCOMPARE(plain.text(), QString("1,000"));
        QDoubleSpinBox real;
        real.setValue(0.25);
        QCOMPARE(real.text(), QString("0.25"));
        QLocale::setDefault(before);
    }

    void a_special_value_is_named_in_the_reason() {
        Form form;
        QCOMPARE(form.real->text(), QString("off"));
        form.type(*form.real, "1.5");
        QCOMPARE(form.real->text(), QString("1.5"));
        QCOMPARE(form.real->value(), 0.0);
        QVERIFY2(form.real->refusal().line().endsWith("press Esc to keep off."),
                 qPrintable(form.real->refusal().line()));
        QTest::keyClick(form.real, Qt::Key_Escape);
        QCOMPARE(form.real->text(), QString("off"));
        form.type(*form.real, "0.5");
        QCOMPARE(form.real->value(), 0.5);
    }
};

QTEST_MAIN(NumberBoxTest)
#include "number_box_test.moc"
