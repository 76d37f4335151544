#include "tests/ui/pages/study/study_window.h"

using namespace ablate;
using namespace ablate::ui;
using Window = test::StudyWindow;

// What the fields of the Study page do with a text that is no value.
class RefusedEntriesTest : public QObject {
    Q_OBJECT

    const test::TempFolder user_cache_;

  private Q_SLOTS:
    void initTestCase() {
        qputenv("XDG_CACHE_HOME", user_cache_.path().c_str());
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }

    void a_refused_entry_changes_nothing_and_keeps_the_study_from_starting() {
        Window window;
        QAbstractButton& start = window.button("Start study");
        QTRY_VERIFY(start.isEnabled());
        const Json before = to_json(window.document.study());
        QLineEdit& steps = window.line("train.steps");
        window.type(steps, "7.5");
        QCOMPARE(to_json(window.document.study()), before);
        QCOMPARE(steps.text(), "7.5");
        QVERIFY(!start.isEnabled());
        QVERIFY(window.tells("press Esc in its field"));
        QVERIFY(start.toolTip().contains("7.5"));
        QVERIFY(window.finding("7.5").isValid());
        QVERIFY(!window.document.undo_stack()->canUndo());  // and no step stays behind

        window.line("train.lr").setFocus();  // leaving it does not take it over either
        QCOMPARE(steps.text(), "7.5");
        QTest::qWait(50);
        QVERIFY(!start.isEnabled());
        auto& list = window.named<FindingList>("Findings");
        list.setCurrentIndex(window.finding("7.5"));
        QTest::keyClick(&list, Qt::Key_Return);
        QVERIFY(steps.hasFocus());
        QTest::keyClick(&steps, Qt::Key_Escape);
        QCOMPARE(steps.text(), "4");
        QVERIFY(!window.finding("7.5").isValid());
        QTRY_VERIFY(start.isEnabled());
    }

    void a_refusal_goes_back_to_the_value_before_its_typing_only() {
        Window window;
        QLineEdit& steps = window.line("train.steps");
        window.type(steps, "16");
        QTest::keyClick(&steps, Qt::Key_Return);
        window.type(steps, "31 days");
        QCOMPARE(window.document.baseline().train.steps, 16);
        QTest::keyClick(&steps, Qt::Key_Escape);
        window.document.undo_stack()->undo();
        QCOMPARE(window.document.baseline().train.steps, 4);
    }

    void thousands_are_read_in_a_field_of_one_number() {
        Window window;
        for (const auto& [typed, steps] : std::vector<std::pair<const char*, std::int64_t>>{
                 {"12,288", 12288}, {"1_048_576", 1048576}, {"65 536", 65536}, {"3e2", 300}}) {
            window.type(window.line("train.steps"), typed);
            QCOMPARE(window.document.baseline().train.steps, steps);
            QTest::keyClick(&window.line("train.steps"), Qt::Key_Return);
        }
        QVERIFY(window.document.refused_entries().empty());
        window.type(window.line("train.steps"), "12,28");
        QCOMPARE(window.document.baseline().train.steps, 300);
    }

    void every_kind_of_field_refuses_as_a_whole() {
        Window window;
        window.combine("none", {{"train.lr", {0.02}}});
        const Json before = to_json(window.document.study());
        const auto refused = [&](QLineEdit& line, const char* text) {
            window.type(line, text);
            const bool unchanged = to_json(window.document.study()) == before;
            const bool told = window.document.refused_entries().size() == 1 && line.text() == text;
            QTest::keyClick(&line, Qt::Key_Escape);
            return unchanged && told && window.document.refused_entries().empty() && line.text() != text;
        };
        QVERIFY(refused(window.named<QLineEdit>("Seeds"), "1-100000"));
        QVERIFY(refused(window.named<QLineEdit>("Seeds"), "4 5 4"));
        QVERIFY(refused(window.named<QLineEdit>("Grid values of train.lr"), "0.1 0.2 x"));
        QVERIFY(refused(window.named<QLineEdit>("Grid values of train.lr"), "2,048"));  // 2 and 048
        QVERIFY(refused(window.named<QLineEdit>("Name of the study"), "new_name!"));
        QVERIFY(refused(*window.form().row("model.norm.attn_in")->findChild<FieldRow*>()->findChild<QLineEdit*>(),
                        "0.5.1"));
        QVERIFY(refused(window.line("model.heads"), "20000000"));
        window.page->findChild<QTabWidget*>()->setCurrentIndex(2);
        auto& patch = window.named<QPlainTextEdit>("Patch as JSON");
        patch.setFocus();
        patch.selectAll();
        QTest::keyClicks(&patch, R"({"train": {"steps": 5}},)");
        QCOMPARE(to_json(window.document.study()), before);
        QVERIFY(!window.button("Start study").isEnabled());
        QTest::keyClick(&patch, Qt::Key_Escape);
        QVERIFY(window.document.refused_entries().empty());
    }

    void a_refused_entry_goes_with_what_it_belongs_to() {
        Window window;
        window.choose(2);
        window.type(window.line("train.lr"), "0.0.2");
        window.choose(1);
        QVERIFY(window.finding("0.0.2").isValid());  // of the other variant still
        QCOMPARE(window.line("train.lr").text(), "0.01");
        window.choose(2);
        QCOMPARE(window.line("train.lr").text(), "0.0.2");
        window.table().setFocus();
        QTest::keyClick(&window.table(), Qt::Key_Delete);
        QVERIFY(!window.finding("0.0.2").isValid());
        QTRY_VERIFY(window.button("Start study").isEnabled());
    }

    void a_variants_name_is_refused_in_its_editor() {
        Window window;
        QTableView& table = window.table();
        table.setFocus();
        window.choose(1);
        table.edit(table.model()->index(1, VariantModel::name));
        auto* editor = table.viewport()->findChild<QLineEdit*>();
        QVERIFY(editor);
        editor->selectAll();
        QTest::keyClicks(editor, "post");  // another variant's
        QTest::keyClick(editor, Qt::Key_Return);
        QCOMPARE(window.document.study().variants[0].name, "nope");
        QVERIFY(editor->isVisible() && editor->text() == "post");
        QVERIFY(!window.button("Start study").isEnabled());
        editor->selectAll();
        QTest::keyClicks(editor, "a/b");  // no key is swallowed
        QCOMPARE(editor->text(), "a/b");
        QVERIFY(window.tells("is not a name"));
        const QString parameters = table.model()->index(1, VariantModel::parameters).data().toString();
        window.document.set_option("baseline", "model.layers", 3);
        QTRY_VERIFY(table.model()->index(1, VariantModel::parameters).data().toString() != parameters);
        QCOMPARE(editor->text(), "a/b");  // the row changes; what is typed stays
        QTest::mouseClick(table.viewport(), Qt::LeftButton, {},
                          table.visualRect(table.model()->index(2, VariantModel::changes)).center());
        QCOMPARE(window.document.variant(), "post");
        QTest::qWait(20);
        QVERIFY(editor->isVisible() && editor->text() == "a/b");  // another variant is shown
        QVERIFY(window.finding("a/b").isValid() && window.tells("is not a name"));
        table.edit(table.model()->index(2, VariantModel::name));
        QCOMPARE(table.viewport()->findChildren<QLineEdit*>().size(), 1);
        editor->setFocus();
        editor->selectAll();
        QTest::keyClicks(editor, "no position");
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(window.document.study().variants[0].name, "no-position");  // Return is handled by the event loop
        QVERIFY(window.document.refused_entries().empty());
    }

    void a_refused_name_is_given_up_with_esc_and_goes_with_its_study() {
        Window window;
        QTableView& table = window.table();
        const auto type = [&](const char* name) {
            table.setFocus();
            window.choose(1);
            table.edit(table.model()->index(1, VariantModel::name));
            auto* editor = table.viewport()->findChild<QLineEdit*>();
            editor->selectAll();
            QTest::keyClicks(editor, name);
            return editor;
        };
        QTest::keyClick(type("a/b"), Qt::Key_Escape);
        QTRY_VERIFY(!table.viewport()->findChild<QLineEdit*>());
        QVERIFY(window.document.refused_entries().empty());
        QVERIFY(type("a/b"));
        QVERIFY(!window.document.refused_entries().empty());
        window.document.start_new(window.document.study());
        QTRY_VERIFY(!table.viewport()->findChild<QLineEdit*>());
        QVERIFY(window.document.refused_entries().empty());
    }

    void a_refused_option_of_a_kind_goes_with_its_row() {
        Window window;
        QTRY_VERIFY(window.button("Start study").isEnabled());
        window.document.set_option("baseline", "model.placement", "post");
        FieldRow* norm = window.form().row("model.norm.attn_out");
        QVERIFY(norm->isVisible());
        QLineEdit* eps = norm->findChild<FieldRow*>()->findChild<QLineEdit*>();
        window.type(*eps, "0.5.1");
        QCOMPARE(window.document.refused_entries().size(), std::size_t{1});
        window.document.set_option("baseline", "model.placement", "pre");
        QVERIFY(!norm->isVisible());
        QVERIFY(window.document.refused_entries().empty());
        QTRY_VERIFY(window.button("Start study").isEnabled());
    }

    void a_refused_patch_comes_back_with_its_variant() {
        Window window;
        window.choose(1);
        window.page->findChild<QTabWidget*>()->setCurrentIndex(2);
        auto& patch = window.named<QPlainTextEdit>("Patch as JSON");
        patch.setPlainText(R"({"model": )");
        QCOMPARE(window.document.refused_entries().size(), std::size_t{1});
        window.table().setFocus();
        QTest::keyClick(&window.table(), Qt::Key_Delete);
        QVERIFY(window.document.refused_entries().empty());
        window.document.undo_stack()->undo();
        window.choose(0);
        window.choose(1);
        QCOMPARE(patch.toPlainText(), R"({"model": )");
        QCOMPARE(window.document.refused_entries().size(), std::size_t{1});
        QTest::keyClick(&patch, Qt::Key_Escape);
        QVERIFY(window.document.refused_entries().empty());
    }

    void an_edit_in_the_form_outlasts_a_patch_half_typed() {
        Window window;
        window.choose(1);
        window.page->findChild<QTabWidget*>()->setCurrentIndex(2);
        auto& patch = window.named<QPlainTextEdit>("Patch as JSON");
        patch.setPlainText(R"({"model": )");
        window.type(window.line("train.lr"), "0.02");
        QVERIFY(patch.toPlainText().contains("0.02"));
        QVERIFY(window.document.refused_entries().empty());
        QTRY_VERIFY(!window.tells("JSON:"));
        patch.setPlainText(R"({"model": )");
        QTest::keyClick(&patch, Qt::Key_Escape);
        QVERIFY(patch.toPlainText().contains("0.02"));
        QCOMPARE(window.document.study().variants[0].patch["train"]["lr"], 0.02);
    }
};

QTEST_MAIN(RefusedEntriesTest)
#include "refused_entries_test.moc"
