#include "ui/pages/study/study_page.h"

#include "core/base/error.h"
#include "tests/support/drop_file.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_run.h"
#include "ui/bridge/run_control.h"
#include "ui/bridge/study_document.h"
#include "ui/bridge/workspace.h"
#include "ui/forms/schema_form.h"
#include "ui/pages/study/block_diagram.h"
#include "ui/pages/study/finding_list.h"
#include "ui/pages/study/variant_model.h"
#include "ui/theme/theme.h"

#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QToolButton>

using namespace ablate;
using namespace ablate::ui;

class StudyPageTest : public QObject {
    Q_OBJECT

    // The machine is measured once for all workspaces, as the new study and the tiny one train.
    struct MeasuredFolder : test::TempFolder {
        MeasuredFolder() {
            static const TempFolder measured;
            study::measured_peak("bf16", 1, "auto", measured / "cache");
            study::measured_peak("fp32", 1, "cpu", measured / "cache");
            std::filesystem::copy(measured / "cache", *this / "cache", std::filesystem::copy_options::recursive);
        }
    };

    struct Window {
        MeasuredFolder folder;
        Workspace workspace{folder.path()};
        StudyDocument document{folder.path()};
        RunControl control{folder.path()};
        std::unique_ptr<Page> page = make_study_page();
        explicit Window(std::int64_t steps = 4) {
            StudyConfig study;
            study.name = "tiny";
            study.baseline = test::tiny_baseline(test::write_tiny_tokens(folder / "tokens"), steps);
            study.variants = {{"nope", "NoPE", {{"model", {{"position", {{"kind", "none"}}}}}}},
                              {"post", "Post-norm", {{"model", {{"placement", "post"}}}}}};
            document.start_new(study);
            page->resize(1440, 860);
            page->set_context({&workspace, &document, &control});
            page->show();
            [[maybe_unused]] const bool active = QTest::qWaitForWindowActive(page.get());  // for focus and shortcuts
        }
        ~Window() { page.reset(); }
        SchemaForm& form() { return *page->findChild<SchemaForm*>(); }
        QTableView& table() { return named<QTableView>("Variants"); }
        QAbstractButton& button(const QString& text) {
            for (QAbstractButton* button : page->findChildren<QAbstractButton*>())
                if (button->text() == text) return *button;
            throw std::logic_error(text.toStdString());
        }
        template <class Widget>
        Widget& named(const QString& name) {
            for (Widget* widget : page->findChildren<Widget*>())
                if (widget->accessibleName() == name) return *widget;
            throw std::logic_error(name.toStdString());
        }
        QLineEdit& line(const std::string& key) { return *form().row(key)->findChild<QLineEdit*>(); }
        void type(QLineEdit& line, const char* text) {
            line.setFocus();
            line.selectAll();
            QTest::keyClicks(&line, text);
        }
        void combine(const char* how, std::vector<std::pair<std::string, std::vector<Json>>> grid = {}) {
            StudyConfig next = document.study();
            next.combine = how;
            next.grid = std::move(grid);
            document.edit("Combine", next);
        }
        QSplitter& columns() {
            for (QSplitter* splitter : page->findChildren<QSplitter*>())
                if (splitter->orientation() == Qt::Horizontal) return *splitter;
            throw std::logic_error("no columns");
        }
        void choose(int row) { table().setCurrentIndex(table().model()->index(row, 0)); }
        QModelIndex finding(const QString& words) {
            FindingModel& model = named<FindingList>("Findings").findings();
            for (int row = 0; row < model.rowCount(); ++row)
                if (model.index(row).data().toString().contains(words)) return model.index(row);
            return {};
        }
        bool tells(const QString& words) {
            for (QLabel* label : page->findChildren<QLabel*>())
                if (label->isVisible() && label->text().contains(words)) return true;
            return false;
        }
    };

  private Q_SLOTS:
    void initTestCase() {
        model::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }

    void typing_in_the_form_edits_the_baseline_and_undo_takes_it_back() {
        Window window;
        window.type(window.line("model.layers"), "3");
        QCOMPARE(window.document.baseline().model.layers, 3);
        QVERIFY(window.named<BlockDiagram>("Diagram of the model").diagram().block_title.startsWith("3 blocks"));
        QTest::keyClick(&window.line("model.layers"), Qt::Key_Z, Qt::ControlModifier);  // left to the window
        QCOMPARE(window.document.baseline().model.layers, 3);
        window.button("Undo").click();
        QCOMPARE(window.document.baseline().model.layers, 2);
        QCOMPARE(window.line("model.layers").text(), "2");
        window.button("Redo").click();
        QCOMPARE(window.line("model.layers").text(), "3");
    }

    void the_chosen_variant_is_shown_everywhere_and_its_patch_is_edited() {
        Window window;
        window.choose(2);
        QCOMPARE(window.document.variant(), "post");
        QVERIFY(window.tells("Norm placement: pre → post"));
        QVERIFY(window.form().row("model.norm.attn_in")->isHidden());
        QVERIFY(window.named<QPlainTextEdit>("Patch as JSON").toPlainText().contains("\"placement\": \"post\""));
        window.type(window.line("train.lr"), "0.02");
        QCOMPARE(window.document.study().variants[1].patch["train"]["lr"], 0.02);
        QCOMPARE(window.document.baseline().train.lr, 0.01);
        QVERIFY(window.form().row("train.lr")->changed());
        QVERIFY(window.named<QPlainTextEdit>("Patch as JSON").toPlainText().contains("\"lr\": 0.02"));
        window.choose(0);
        QCOMPARE(window.line("train.lr").text(), "0.01");
    }

    void a_patch_is_typed_and_what_cannot_be_read_stays() {
        Window window;
        window.choose(1);
        window.page->findChild<QTabWidget*>()->setCurrentIndex(2);
        auto& patch = window.named<QPlainTextEdit>("Patch as JSON");
        patch.setPlainText(R"({"model": {"ffn": "silu"}})");
        QCOMPARE(window.document.study().variants[0].patch, (Json{{"model", {{"ffn", "silu"}}}}));
        window.document.finish_entry();  // as when the focus leaves
        patch.setPlainText(R"({"model": {"ffn": "silu"})");
        QVERIFY(window.tells("JSON: parse error at line 1"));
        window.choose(0);
        window.choose(1);
        QCOMPARE(patch.toPlainText(), R"({"model": {"ffn": "silu"})");
        patch.setPlainText(R"({"model": {"ffm": "silu"}})");
        QCOMPARE(window.document.study().variants[0].patch, (Json{{"model", {{"ffn", "silu"}}}}));
    }

    void variants_are_added_copied_and_removed() {
        Window window;
        QMenu* menu = nullptr;
        for (QPushButton* button : window.page->findChildren<QPushButton*>())
            if (button->text() == "Add variant") menu = button->menu();
        QVERIFY(menu);
        const auto action = [&](const QString& group, const QString& text) -> QAction* {
            for (QMenu* below : menu->findChildren<QMenu*>())
                for (QAction* action : below->actions())
                    if (below->title() == group && action->text() == text) return action;
            return nullptr;
        };
        Q_EMIT menu->aboutToShow();
        QVERIFY(action("Feed-forward", "SiLU"));
        action("Feed-forward", "SiLU")->trigger();
        QCOMPARE(window.document.study().variants.back().name, "silu");
        QCOMPARE(window.document.variant(), "silu");
        QTRY_VERIFY((Q_EMIT menu->aboutToShow(), action("quick", "QK-norm")));
        action("quick", "QK-norm")->trigger();
        QCOMPARE(window.table().model()->rowCount(), 5);
        QCOMPARE(window.table().currentIndex().row(), 4);

        window.table().setFocus();
        QTest::keyClick(&window.table(), Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(window.document.study().variants.back().name, "qk-norm-2");
        QTest::keyClick(&window.table(), Qt::Key_Delete);
        QTest::keyClick(&window.table(), Qt::Key_Delete);
        QCOMPARE(window.document.study().variants.back().name, "silu");
        QCOMPARE(window.document.variant(), "silu");
        window.document.undo_stack()->undo();
        QCOMPARE(window.document.study().variants.back().name, "qk-norm");
        QCOMPARE(window.table().currentIndex().row(), 3);  // the current row is not taken away by undo
    }

    void start_says_why_not_and_starts_when_it_can() {
        Window window;
        QAbstractButton& start = window.button("Start study");
        QTRY_VERIFY(start.isEnabled());
        window.type(window.line("model.heads"), "3");
        QTRY_VERIFY(!start.isEnabled() && window.tells("not divisible"));
        QVERIFY(!window.tells("3 runs"));
        bool below = false;
        for (QLabel* label : window.form().row("model.heads")->findChildren<QLabel*>())
            below |= label->isVisible() && label->text().contains("not divisible");
        QVERIFY(below);
        window.button("Undo").click();
        QTRY_VERIFY(start.isEnabled());
        QVERIFY(window.tells("3 variants × 1 seed: 3 runs"));

        QSignalSpy shown(window.page.get(), &Page::show_runs);
        QSignalSpy saved(&window.document, &StudyDocument::saved);
        start.click();
        QTRY_COMPARE_WITH_TIMEOUT(shown.size(), 1, 15000);
        QCOMPARE(shown.first().first().toStringList().size(), 3);
        QTRY_COMPARE(saved.size(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(!window.control.busy(), 15000);
    }

    void a_refusal_is_told_beside_the_button() {
        Window window;
        QTRY_VERIFY(window.button("Start study").isEnabled());
        std::filesystem::remove_all(window.folder / "tokens");
        window.button("Start study").click();
        QTRY_VERIFY(window.tells("tokens"));
        QVERIFY(window.button("Start study").isEnabled());
        window.type(window.line("model.layers"), "3");
        QTRY_VERIFY(!window.tells("/tokens"));
    }

    void a_finding_leads_to_its_option() {
        Window window;
        window.choose(1);
        window.type(window.line("model.heads"), "3");
        window.choose(0);
        auto& list = window.named<FindingList>("Findings");
        QTRY_COMPARE(list.findings().index(0).data(FindingModel::mark).toInt(), int(Mark::error));
        list.setCurrentIndex(list.findings().index(0));
        QTest::keyClick(&list, Qt::Key_Return);
        QCOMPARE(window.document.variant(), "nope");
        QVERIFY(window.line("model.heads").hasFocus());
    }

    void another_study_is_shown_from_its_baseline() {
        Window window;
        window.type(window.line("train.beta1"), "0.9x");  // a draft of this study
        window.choose(2);
        QSignalSpy loaded(&window.document, &StudyDocument::loaded);
        window.document.open_named("quick");
        QTRY_COMPARE(loaded.size(), 1);
        QCOMPARE(window.document.variant(), "baseline");
        QCOMPARE(window.table().currentIndex().row(), 0);
        QCOMPARE(window.table().model()->rowCount(), 6);
        QCOMPARE(window.line("model.d_model").text(), "128");
        QCOMPARE(window.line("train.beta1").text(), "0.9");
        QCOMPARE(window.named<QLineEdit>("Name of the study").text(), "quick");
        QTRY_VERIFY(window.page->settle());
        QVERIFY(window.document.variant() != "baseline");
    }

    void the_name_is_typed_and_a_copy_has_another() {
        Window window;
        QLineEdit& name = window.named<QLineEdit>("Name of the study");
        window.type(name, "my study");
        QCOMPARE(window.document.study().name, "my-study");
        QTest::keyClick(&name, Qt::Key_Return);
        window.type(name, "my/");
        QCOMPARE(window.document.study().name, "my-study");
        QVERIFY(window.tells("is not a name"));
        QTest::keyClick(&name, Qt::Key_Escape);
        QCOMPARE(name.text(), "my-study");
        window.type(name, "my");
        QSignalSpy saved(&window.document, &StudyDocument::saved);
        window.button("Duplicate study").click();
        QTRY_COMPARE(saved.size(), 1);
        QCOMPARE(window.document.study().name, "my-2");
        QVERIFY(std::filesystem::exists(window.folder / "studies" / "my-2.json"));
        QVERIFY(!window.button("Save").isEnabled());
    }

    void columns_stay_where_the_user_left_them() {
        Window window, other;
        QSplitterHandle* handle = window.columns().handle(1);
        const QPoint grip = handle->rect().center();
        const int usual = window.columns().sizes().front();
        QTest::mousePress(handle, Qt::LeftButton, {}, grip);
        QTest::mouseMove(handle, grip + QPoint(80, 0));
        QTest::mouseRelease(handle, Qt::LeftButton, {}, grip + QPoint(80, 0));
        const QList<int> sizes = window.columns().sizes();
        QCOMPARE(sizes.front(), usual + 80);
        window.page->findChild<QTabWidget*>()->setCurrentIndex(2);

        const std::unique_ptr<Page> fresh = make_study_page();  // as in a window that is not shown yet
        fresh->resize(640, 480);
        fresh->restore_state(window.page->save_state());
        fresh->resize(1440, 860);
        fresh->show();
        QCOMPARE(fresh->findChild<QTabWidget*>()->currentIndex(), 2);
        const auto columns = fresh->findChild<QSplitter*>();
        QTRY_COMPARE(columns->sizes(), sizes);
        fresh->resize(1024, 700);
        QTRY_VERIFY(columns->sizes().front() < usual);
        fresh->resize(1440, 860);
        QTRY_COMPARE(columns->sizes(), sizes);

        other.page->restore_state({{"columns", 3}, {"tab", "x"}, {"folds", 1}});  // of another version
        QCOMPARE(other.columns().sizes().front(), usual);
    }

    void what_combinations_change_is_shown_and_cannot_be_edited() {
        Window window;
        window.choose(2);
        window.combine("pairs", {{"train.lr", {0.02, 0.04}}});
        QTRY_COMPARE(window.table().model()->rowCount(), 4);
        const Json before = to_json(window.document.study());
        window.choose(3);
        QCOMPARE(window.document.variant(), "post");
        QVERIFY(window.tells("made by combining"));
        QVERIFY(window.tells("Norm placement: pre → post"));
        QVERIFY(!window.tells("Learning rate:"));  // the grid's value is the baseline's too
        QVERIFY(!window.form().row("train.lr")->changed());
        QVERIFY(window.form().row("model.placement")->changed());
        QVERIFY(!window.line("train.lr").isEnabled());
        for (QToolButton* button : window.form().findChildren<QToolButton*>())
            if (button->accessibleName().startsWith("Reset")) {
                QVERIFY(button->isHidden());
                button->click();
            }
        QCOMPARE(to_json(window.document.study()), before);
    }

    void a_finding_about_a_combination_leads_to_it() {
        Window window;
        StudyConfig next = window.document.study();
        next.variants.front().patch = {{"model", {{"d_model", 24}}}};
        next.variants.back().patch = {{"model", {{"heads", 8}}}};
        next.combine = "pairs";
        window.document.edit("Combine", next);
        auto& list = window.named<FindingList>("Findings");
        const auto about_both = [&] {
            for (int row = 0; row < list.findings().rowCount(); ++row)
                if (list.findings().index(row).data(FindingModel::variant) == "nope+post")
                    return list.findings().index(row);
            return QModelIndex();
        };
        QTRY_VERIFY(about_both().isValid());
        list.setCurrentIndex(about_both());
        QTest::keyClick(&list, Qt::Key_Return);
        QCOMPARE(window.table().currentIndex().row(), 3);
        QVERIFY(window.tells("made by combining"));
        QCOMPARE(window.line("model.heads").text(), "8");
        QVERIFY(window.tells("head width 3 is odd"));
    }

    void keys_and_the_mouse_move_a_variant() {
        Window window;
        window.document.add_variant({"silu", "SiLU", {{"model", {{"ffn", "silu"}}}}});
        QTableView& table = window.table();
        table.setFocus();
        window.choose(3);
        QSignalSpy chosen(table.selectionModel(), &QItemSelectionModel::currentRowChanged);
        const auto first = [&] { return window.document.study().variants.front().name; };
        QTest::keyClick(&table, Qt::Key_Up, Qt::AltModifier);
        QTest::keyClick(&table, Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(first(), "silu");
        QTest::keyClick(&table, Qt::Key_Up, Qt::AltModifier);  // no further, nor to the baseline's row
        QCOMPARE(table.currentIndex().row(), 1);
        QVERIFY(!window.button("↑").isEnabled() && window.button("↓").isEnabled());
        QVERIFY(window.button("↓").toolTip().contains("Alt+Down"));
        QCOMPARE(window.document.variant(), "silu");
        window.button("↓").click();
        QCOMPARE(first(), "nope");
        for (int step = 0; step < 3; ++step) window.document.undo_stack()->undo();
        QCOMPARE(table.currentIndex().row(), 3);
        QCOMPARE(chosen.size(), 0);

        QVERIFY(!test::drop_file(*table.viewport(), "study.json"));  // the window's to take
    }

    void open_and_save_as_ask_the_window() {
        Window window;
        auto* page = qobject_cast<StudyPage*>(window.page.get());
        QSignalSpy open(page, &StudyPage::choose_study_file), save(page, &StudyPage::save_study_as);
        QVERIFY(window.button("Open…").toolTip().contains("Ctrl+O"));
        QVERIFY(window.button("Save as…").toolTip().contains("Ctrl+Shift+S"));
        window.button("Open…").click();
        window.button("Save as…").click();
        QCOMPARE(open.size() + save.size(), 2);
    }

    void a_narrow_page_shows_what_a_user_decides_by() {
        Window window;
        QTableView& table = window.table();
        QVERIFY(!table.isColumnHidden(VariantModel::changes));
        window.page->resize(1024, 652);
        QTRY_VERIFY(table.isColumnHidden(VariantModel::changes));  // they stand below the name
        QVERIFY(!table.isColumnHidden(VariantModel::name) && !table.isColumnHidden(VariantModel::parameters));
        QVERIFY(table.columnWidth(VariantModel::name) > 200);
        QVERIFY(table.rowHeight(1) >= 2 * table.fontMetrics().height());
        QVERIFY(!table.horizontalScrollBar()->isVisible());
        window.page->resize(1440, 860);
        QTRY_VERIFY(!table.isColumnHidden(VariantModel::changes));
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
        editor->selectAll();
        QTest::keyClicks(editor, "no position");
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(window.document.study().variants[0].name, "no-position");  // Return is handled by the event loop
        QVERIFY(window.document.refused_entries().empty());
    }

    void a_zero_that_means_another_value_shows_that_value() {
        Window window;
        QCOMPARE(window.line("model.kv_heads").text(), "");
        QCOMPARE(window.line("model.kv_heads").placeholderText(), "2");
        QCOMPARE(window.line("model.head_dim").placeholderText(), "8");
        window.type(window.line("model.heads"), "4");
        QCOMPARE(window.line("model.kv_heads").placeholderText(), "4");
        QCOMPARE(window.line("model.head_dim").placeholderText(), "4");
        window.type(window.line("model.kv_heads"), "2");
        QCOMPARE(window.document.baseline().model.kv_heads, 2);
        window.line("model.kv_heads").selectAll();
        QTest::keyClick(&window.line("model.kv_heads"), Qt::Key_Backspace);
        QCOMPARE(window.document.baseline().model.kv_heads, 0);
        QCOMPARE(window.line("train.warmup").text(), "2");  // a number like any other
    }

    void an_edit_in_the_form_outlasts_a_patch_half_typed() {
        Window window;
        window.choose(1);
        window.page->findChild<QTabWidget*>()->setCurrentIndex(2);
        auto& patch = window.named<QPlainTextEdit>("Patch as JSON");
        patch.setPlainText(R"({"model": )");
        window.type(window.line("train.lr"), "0.02");
        QVERIFY(patch.toPlainText().contains("0.02"));
        QVERIFY(!window.tells("JSON:"));
        patch.setPlainText(R"({"model": )");
        QTest::keyClick(&patch, Qt::Key_Escape);
        QVERIFY(patch.toPlainText().contains("0.02"));
        QCOMPARE(window.document.study().variants[0].patch["train"]["lr"], 0.02);
    }
};

QTEST_MAIN(StudyPageTest)
#include "study_page_test.moc"
