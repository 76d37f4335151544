#include "tests/ui/pages/study/study_window.h"

using namespace ablate;
using namespace ablate::ui;
using Window = test::StudyWindow;

class StudyPageTest : public QObject {
    Q_OBJECT

    const test::TempFolder user_cache_;

  private Q_SLOTS:
    void initTestCase() {
        qputenv("XDG_CACHE_HOME", user_cache_.path().c_str());
        train::register_kinds();
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
        window.type(window.line("model.layers"), "3");  // by then what is missing is a finding
        QTRY_VERIFY(!window.button("Start study").isEnabled() && window.finding("/tokens").isValid());
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
        QTRY_VERIFY(table.isColumnHidden(VariantModel::changes));  // they are shown below the name
        QVERIFY(!table.isColumnHidden(VariantModel::name) && !table.isColumnHidden(VariantModel::parameters));
        QVERIFY(table.columnWidth(VariantModel::name) > 200);
        QVERIFY(table.rowHeight(1) >= 2 * table.fontMetrics().height());
        QVERIFY(!table.horizontalScrollBar()->isVisible());
        window.page->resize(1440, 860);
        QTRY_VERIFY(!table.isColumnHidden(VariantModel::changes));
    }

    void a_finding_is_mended_by_its_button_and_undone() {
        Window window;
        window.document.set_option("nope", "model.d_ff", 300);
        window.document.finish_entry();
        const auto button = [&]() -> QPushButton* {
            for (QPushButton* one : window.named<FindingList>("Findings").findChildren<QPushButton*>())
                if (one->text().contains("equal parameters")) return one;
            return nullptr;
        };
        QTRY_VERIFY(window.document.preview_is_current() && button());
        button()->click();
        QVERIFY(!window.document.study().variants[0].patch.at("model").contains("d_ff"));  // as the baseline's
        QTRY_VERIFY(window.document.preview_is_current() && !button());
        window.document.undo_stack()->undo();
        QCOMPARE(window.document.study().variants[0].patch.at("model").at("d_ff"), Json(300));
    }

    void the_width_that_matches_is_chosen_beside_its_field() {
        Window window;
        auto& match = window.named<QToolButton>("Match the baseline's size");
        QVERIFY(!match.isEnabled());  // the baseline is what the others match
        window.document.set_option("nope", "model.d_ff", 300);
        window.document.show_variant("nope");
        QVERIFY(match.isEnabled());
        Q_EMIT match.menu()->aboutToShow();
        QAction* exact = nullptr;
        bool by_flops = false;
        for (QAction* action : match.menu()->actions()) {
            if (action->text().endsWith(": equal parameters") && !exact) exact = action;
            by_flops |= action->text().contains("FLOPs");
        }
        QVERIFY(exact && by_flops);
        exact->trigger();
        QVERIFY(!window.document.study().variants[0].patch.at("model").contains("d_ff"));
        window.document.undo_stack()->undo();
        QCOMPARE(window.document.study().variants[0].patch.at("model").at("d_ff"), Json(300));
    }

    void a_missing_file_is_told_while_typing() {
        Window window;
        window.document.set_option("baseline", "data.tokens", "");
        window.type(window.line("data.text"), "/no/such/text.txt");
        QTRY_VERIFY(window.finding("data.text: /no/such/text.txt: no such file or folder").isValid());
        QTRY_VERIFY(window.tells("/no/such/text.txt: no such file or folder"));  // below the field as well
        QVERIFY(!window.button("Start study").isEnabled());
        const std::filesystem::path file = window.folder.write("short.txt", "one line\nanother\n");
        window.type(window.line("data.text"), file.c_str());
        QTRY_VERIFY(window.finding("is held out for validation").isValid());
    }

    void the_study_starts_by_its_shortcut() {
        Window window;
        auto& start = window.button("Start study");
        QVERIFY(start.toolTip().contains(StudyPage::start_keys()));
        QTRY_VERIFY(start.isEnabled());
        QSignalSpy shown(window.page.get(), &Page::show_runs);
        QTest::keyClick(window.page.get(), Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(shown.size(), 1, 15000);
        QTRY_VERIFY_WITH_TIMEOUT(!window.control.busy(), 15000);
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
};

QTEST_MAIN(StudyPageTest)
#include "study_page_test.moc"
