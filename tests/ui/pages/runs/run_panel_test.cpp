#include "ui/pages/runs/run_panel.h"

#include "tests/support/listed_runs.h"

#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;
using test::listed_run;

class RunPanelTest : public QObject {
    Q_OBJECT

    struct Shown {
        RunPanel panel;
        QPlainTextEdit& note = *panel.findChild<QPlainTextEdit*>("note");
        QLineEdit& tags = *panel.findChild<QLineEdit*>();
        std::vector<std::pair<QStringList, run::NotesEdit>> edits;
        Shown() {
            QObject::connect(
                &panel, &RunPanel::notes_edited, &panel,
                [this](const QStringList& ids, const run::NotesEdit& edit) { edits.emplace_back(ids, edit); });
            panel.resize(900, 200);
            panel.show();
        }
        QLabel* label(const QString& words) {
            for (QLabel* label : panel.findChildren<QLabel*>())
                if (label->isVisible() && label->text().contains(words)) return label;
            return nullptr;
        }
    };
    static run::ListedRun noted(const std::string& id, const std::string& text, std::vector<std::string> tags) {
        run::ListedRun run = listed_run(id, "quick", "nope", 1, 1, run::Status::healthy);
        run.notes = {text, std::move(tags)};
        return run;
    }

  private Q_SLOTS:
    void what_is_typed_is_saved_a_moment_later() {
        Shown s;
        const run::ListedRun run = noted("a", "", {});
        s.panel.show_runs({&run});
        QTest::keyClicks(&s.note, "good");
        QVERIFY(s.edits.empty());
        QTRY_COMPARE(s.edits.size(), std::size_t{1});
        QCOMPARE(s.edits[0].first, QStringList({"a"}));
        QCOMPARE(s.edits[0].second.text, std::optional<std::string>("good"));
        QVERIFY(s.edits[0].second.add_tags.empty());
        QTest::keyClicks(&s.tags, "keep, paper ,keep");
        QTest::keyClick(&s.tags, Qt::Key_Return);
        QCOMPARE(s.edits.size(), std::size_t{2});
        QCOMPARE(s.edits[1].second.add_tags, std::vector<std::string>({"keep", "paper"}));
        QVERIFY(!s.edits[1].second.text);
    }

    void another_selection_saves_first() {
        Shown s;
        const run::ListedRun a = noted("a", "", {"old"}), b = noted("b", "of b", {});
        s.panel.show_runs({&a});
        QTest::keyClicks(&s.note, "mine");
        s.tags.setText("");
        s.panel.show_runs({&b});
        QCOMPARE(s.edits.size(), std::size_t{1});
        QCOMPARE(s.edits[0].first, QStringList({"a"}));
        QCOMPARE(s.edits[0].second.text, std::optional<std::string>("mine"));
        QCOMPARE(s.edits[0].second.remove_tags, std::vector<std::string>({"old"}));
        QCOMPARE(s.note.toPlainText(), QString("of b"));
        s.panel.hide();
        QCOMPARE(s.edits.size(), std::size_t{1});  // nothing of b was touched
    }

    void looking_at_a_run_does_not_rewrite_its_notes() {
        Shown s;
        const run::ListedRun run = noted("a", "a\r\nb\u2028c\u00a0d", {"\u00a0odd", "keep"}),
                             other = noted("b", "", {});
        s.panel.show_runs({&run});
        s.panel.save();
        s.panel.show_runs({&other});
        QCOMPARE(s.edits.size(), std::size_t{0});
        s.panel.show_runs({&run});
        QTest::keyClicks(&s.tags, ", paper");
        s.panel.save();
        QCOMPARE(s.edits.size(), std::size_t{1});
        QCOMPARE(s.edits[0].second.add_tags, std::vector<std::string>({"paper"}));
        QVERIFY(s.edits[0].second.remove_tags.empty() && !s.edits[0].second.text);
    }

    void a_comma_just_typed_stays_while_the_tags_are_read_again() {
        Shown s;
        run::ListedRun run = noted("a", "", {});
        s.panel.show_runs({&run});
        QTest::keyClicks(&s.tags, "keep,");
        s.panel.save();
        s.panel.note_written({"a"});
        run.notes.tags = {"keep"};
        s.panel.show_runs({&run});
        QCOMPARE(s.tags.text(), QString("keep,"));
        const run::ListedRun other = noted("b", "", {"keep"});
        s.panel.show_runs({&other});
        QCOMPARE(s.tags.text(), QString("keep"));
        QCOMPARE(s.edits.size(), std::size_t{1});
    }

    void typing_stays_while_the_list_is_read_again() {
        Shown s;
        run::ListedRun run = noted("a", "first", {});
        s.panel.show_runs({&run});
        QTest::keyClicks(&s.note, "x");
        const QString typed = s.note.toPlainText();
        const int cursor = s.note.textCursor().position();
        run.notes.text = "written by another window";
        s.panel.show_runs({&run});
        QCOMPARE(s.note.toPlainText(), typed);
        QCOMPARE(s.note.textCursor().position(), cursor);
        s.panel.save();
        // A list from before the write is no reason to take the text back.
        s.panel.show_runs({&run});
        QCOMPARE(s.note.toPlainText(), typed);
        s.panel.note_written({"a"});
        run.notes.text = typed.toStdString();
        s.panel.show_runs({&run});
        // Nobody types now: what another window writes is shown.
        run.notes.text = "written later";
        s.panel.show_runs({&run});
        QCOMPARE(s.note.toPlainText(), QString("written later"));
        QCOMPARE(s.edits.size(), std::size_t{1});
    }

    void a_refusal_is_told_and_the_text_stays() {
        Shown s;
        const run::ListedRun run = noted("a", "", {});
        s.panel.show_runs({&run});
        QTest::keyClicks(&s.note, "precious");
        s.panel.save();
        s.panel.note_refused({"a"}, "notes.json: read-only");
        QVERIFY(s.label("Not saved: notes.json: read-only"));
        s.panel.show_runs({&run});
        QCOMPARE(s.note.toPlainText(), QString("precious"));
        s.panel.save();  // tried again
        QCOMPARE(s.edits.size(), std::size_t{2});
        s.panel.note_written({"a"});
        QVERIFY(!s.label("Not saved"));
    }

    void of_several_runs_the_common_tags_are_edited() {
        Shown s;
        const run::ListedRun a = noted("a", "one", {"keep", "slow"}), b = noted("b", "two", {"paper", "keep"});
        s.panel.show_runs({&a, &b});
        QVERIFY(s.label("2 runs selected"));
        QCOMPARE(s.tags.text(), QString("keep"));
        QVERIFY(!s.note.isEnabled());
        s.tags.setText("done");
        s.panel.save();
        QCOMPARE(s.edits.size(), std::size_t{1});
        QCOMPARE(s.edits[0].first, QStringList({"a", "b"}));
        QCOMPARE(s.edits[0].second.add_tags, std::vector<std::string>({"done"}));
        QCOMPARE(s.edits[0].second.remove_tags, std::vector<std::string>({"keep"}));
        QVERIFY(!s.edits[0].second.text);
    }

    void causes_and_reasons_are_told_as_text() {
        Shown s;
        run::ListedRun run = noted("a", "", {});
        run.status = run::Status::collapsed;
        run.state.verdict =
            train::Verdict{train::Outcome::collapsed, train::Collapse::non_finite, 3, "", "<b>loss is NaN</b>"};
        run.problems = {"notes.json: damaged"};
        s.panel.show_runs({&run});
        QVERIFY(s.label("<b>loss is NaN</b>"));
        QCOMPARE(s.label("<b>loss is NaN</b>")->textFormat(), Qt::PlainText);
        QVERIFY(s.label("notes.json: damaged"));
        s.panel.show_damaged({"/nowhere/runs/x", "x/run.json: is empty"});
        QVERIFY(s.label("x/run.json: is empty"));
        QVERIFY(!s.note.isEnabled() && !s.tags.isEnabled());
        s.panel.show_runs({});
        QVERIFY(s.label("Select a run"));
    }
};

QTEST_MAIN(RunPanelTest)
#include "run_panel_test.moc"
