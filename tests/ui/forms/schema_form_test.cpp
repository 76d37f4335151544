#include "ui/forms/schema_form.h"

#include "core/base/error.h"
#include "core/train/register.h"
#include "tests/support/drop_file.h"
#include "ui/forms/fold_section.h"
#include "ui/theme/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QMenu>
#include <QPlainTextEdit>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;

class SchemaFormTest : public QObject {
    Q_OBJECT

    // A form over a configuration that takes what the form sets, as a document does.
    struct Editing {
        RunConfig config, reference;
        std::vector<std::pair<std::string, Json>> sets;
        std::string refuse;  // what set() throws
        SchemaForm form{{[this](const std::string& key, const Json& value) {
                             if (!refuse.empty()) throw InputError("{}: {}", key, refuse);
                             sets.emplace_back(key, value);
                             config = patched(config, patch_from_dotted(key, value), "test");
                             show();
                         },
                         [this](const std::string& key) {
                             const Json old = to_json(reference);
                             config = patched(config, patch_from_dotted(key, *schema_detail::find(old, key)), "test");
                             show();
                         }}};
        Editing() {
            form.resize(320, 800);
            form.show();
            [[maybe_unused]] const bool active = QTest::qWaitForWindowActive(&form);  // for the focus
            show();
        }
        void show(const QString& subject = "baseline") { form.show_values(subject, config, reference, "default"); }
        template <class Widget>
        Widget& editor(const std::string& key) {
            return *form.row(key)->findChild<Widget*>();
        }
        QLineEdit& line(const std::string& key) { return editor<QLineEdit>(key); }
        void choose(const std::string& key, const char* name) {
            auto& box = editor<QComboBox>(key);
            box.setCurrentIndex(box.findData(name));
            Q_EMIT box.activated(box.currentIndex());
        }
        // The message below an option, "" for none.
        QString told(const std::string& key) {
            for (QLabel* label : form.row(key)->findChildren<QLabel*>())
                if (label->property("role") == "danger" && !label->isHidden()) return label->text();
            return {};
        }
        QToolButton& reset(const std::string& key) {
            for (QToolButton* button : form.row(key)->findChildren<QToolButton*>())
                if (button->accessibleName().startsWith("Reset")) return *button;
            throw std::logic_error("no reset");
        }
        static void type(QLineEdit& line, const char* text) {
            line.setFocus();
            line.selectAll();
            QTest::keyClicks(&line, text);
        }
    };

  private Q_SLOTS:
    void initTestCase() {
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }

    void every_option_has_a_row() {
        Editing editing;
        for (const ListedField& field : run_config_fields()) {
            FieldRow* row = editing.form.row(field.key);
            QVERIFY2(row, field.key.c_str());
            QVERIFY2(row->toolTip().contains(QString::fromStdString(field.info->help).toHtmlEscaped()),
                     field.key.c_str());
        }
    }

    void typing_sets_an_option_at_each_key_and_the_cursor_stays() {
        Editing editing;
        QLineEdit& lr = editing.line("train.lr");
        QCOMPARE(lr.text(), "0.0003");
        Editing::type(lr, "0.010");
        QCOMPARE(editing.config.train.lr, 0.01);
        QCOMPARE(lr.text(), "0.010");  // as typed, though the value is written 0.01
        QCOMPARE(lr.cursorPosition(), 5);
        QVERIFY(!editing.reset("train.lr").isHidden() && editing.form.row("train.lr")->changed());
        editing.reset("train.lr").click();
        QCOMPARE(editing.config.train.lr, 3e-4);
        QCOMPARE(lr.text(), "0.0003");
        QVERIFY(editing.reset("train.lr").isHidden() && !editing.form.row("train.lr")->changed());
    }

    void a_wrong_value_stays_and_says_what_would_be_right() {
        Editing editing;
        QLineEdit& lr = editing.line("train.lr");
        Editing::type(lr, "0.01x");
        QCOMPARE(editing.config.train.lr, 0.01);  // what could be read on the way
        QVERIFY(editing.told("train.lr").isEmpty());
        QTRY_COMPARE(editing.told("train.lr"), "Cannot read '0.01x' as a number");
        editing.show();
        QCOMPARE(lr.text(), "0.01x");
        Editing::type(lr, "-1");
        QTest::keyClick(&lr, Qt::Key_Return);
        QCOMPARE(editing.told("train.lr"), "-1 is out of range; it must be above 0");
        QTest::keyClick(&lr, Qt::Key_Escape);
        QCOMPARE(lr.text(), "0.01");
        QVERIFY(editing.told("train.lr").isEmpty());
    }

    void a_draft_waits_for_its_variant() {
        Editing editing;
        QLineEdit& layers = editing.line("model.layers");
        Editing::type(layers, "four");
        editing.show("no-norm");
        QCOMPARE(layers.text(), "4");
        QVERIFY(editing.told("model.layers").isEmpty());
        editing.show("baseline");
        QCOMPARE(layers.text(), "four");
        QCOMPARE(editing.told("model.layers"), "Cannot read 'four' as a number");
    }

    void a_change_from_elsewhere_is_shown() {
        Editing editing;
        Editing::type(editing.line("model.layers"), "6");
        editing.config.model.layers = 8;  // undo, say
        editing.show();
        QCOMPARE(editing.line("model.layers").text(), "8");
    }

    void a_refusal_is_told_below_the_option() {
        Editing editing;
        editing.refuse = "not in this study";
        Editing::type(editing.line("model.layers"), "6");
        QTest::keyClick(&editing.line("model.layers"), Qt::Key_Return);
        QCOMPARE(editing.told("model.layers"), "Not in this study");
        editing.form.set_problems({{"model.heads", "Does not divide"}});
        QCOMPARE(editing.told("model.heads"), "Does not divide");
        editing.form.set_problems({});
        QVERIFY(editing.told("model.heads").isEmpty());
    }

    void arrows_step_whole_numbers() {
        Editing editing;
        QTest::keyClick(&editing.line("model.layers"), Qt::Key_Up);
        QCOMPARE(editing.config.model.layers, 5);
        QTest::keyClick(&editing.line("model.layers"), Qt::Key_Down);
        QCOMPARE(editing.config.model.layers, 4);
    }

    void a_kind_brings_its_options() {
        Editing editing;
        editing.choose("model.norm.final", "layer");
        QCOMPARE(editing.config.model.norm_at(NormSite::final).kind, "layer");
        QCheckBox& box = editing.editor<QCheckBox>("model.norm.final");
        QCOMPARE(box.accessibleName(), "Bias");
        box.click();
        QCOMPARE(editing.sets.back().first, "model.norm.final.bias");
        QCOMPARE(editing.config.model.norm_at(NormSite::final).flag("bias"), false);
        editing.reset("model.norm.final").click();
        QCOMPARE(editing.config.model.norm_at(NormSite::final).kind, "rms");
        QTRY_VERIFY(!editing.form.row("model.norm.final")->findChild<QCheckBox*>());
    }

    void options_out_of_use_are_hidden() {
        Editing editing;
        QVERIFY(!editing.form.row("model.norm.attn_in")->isHidden());
        QVERIFY(editing.form.row("model.norm.attn_out")->isHidden());
        editing.choose("model.placement", "post");
        QVERIFY(editing.form.row("model.norm.attn_in")->isHidden());
        QVERIFY(!editing.form.row("model.norm.attn_out")->isHidden());
    }

    void options_of_a_kind_out_of_use_are_hidden() {
        Editing editing;
        const auto row = [&](const char* key) -> FieldRow& {
            for (FieldRow* option : editing.form.row("model.position")->findChildren<FieldRow*>())
                if (option->key() == key) return *option;
            throw std::logic_error("no such option");
        };
        QVERIFY(row("model.position.factor").isHidden());
        auto& box = *row("model.position.scaling").findChild<QComboBox*>();
        box.setCurrentIndex(box.findData("linear"));
        Q_EMIT box.activated(box.currentIndex());
        QCOMPARE(editing.config.model.position.text("scaling"), "linear");
        QVERIFY(!row("model.position.factor").isHidden());
        QVERIFY(row("model.position.original_context").isHidden());
    }

    void a_dropped_file_is_its_path_where_a_text_is_asked_for() {
        Editing editing;
        QVERIFY(test::drop_file(editing.line("data.text"), "/tmp/some text.txt"));
        QCOMPARE(editing.config.data.text, "/tmp/some text.txt");
        QVERIFY(!editing.line("model.layers").acceptDrops());  // the window's to take
    }

    void a_map_is_typed_as_lines() {
        Editing editing;
        auto& lines = editing.editor<QPlainTextEdit>("data.val");
        QTest::keyClicks(&lines, "wiki = w.txt");
        QCOMPARE(editing.config.data.val.at("wiki"), "w.txt");
        QTest::keyClick(&lines, Qt::Key_Z, Qt::ControlModifier);  // the study's undo, not the editor's
        QCOMPARE(lines.toPlainText(), "wiki = w.txt");
        QTest::keyClick(&lines, Qt::Key_Return);
        QTest::keyClicks(&lines, "books");
        QCOMPARE(lines.toPlainText(), "wiki = w.txt\nbooks");
        QTest::keyClick(&lines, Qt::Key_Escape);
        QCOMPARE(lines.toPlainText(), "wiki = w.txt");
        lines.setPlainText("books = ");
        lines.moveCursor(QTextCursor::End);
        QVERIFY(test::drop_file(*lines.viewport(), "/tmp/b.txt"));
        QVERIFY(lines.toPlainText().contains("/tmp/b.txt"));
        QVERIFY(!lines.toPlainText().contains("file:"));
    }

    void the_search_finds_by_label_key_and_help() {
        Editing editing;
        QTest::keyClicks(editing.form.search(), "newton");  // in the help of the optimizer
        for (const ListedField& field : run_config_fields())
            QCOMPARE(editing.form.row(field.key)->isVisibleTo(&editing.form), field.key == "train.optimizer");
        editing.form.search()->clear();
        QTest::keyClicks(editing.form.search(), "LEARNING RATE");
        QVERIFY(editing.form.row("train.lr")->isVisibleTo(&editing.form));
        editing.form.search()->setText("no such thing");
        bool told = false;
        for (QLabel* label : editing.form.findChildren<QLabel*>())
            told |= label->isVisible() && label->text().startsWith("No option matches “no such thing”.");
        QVERIFY(told);
    }

    void the_search_finds_what_people_type_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("key");
        const auto add = [](const char* typed, const char* key) {
            QTest::newRow(typed) << QString(typed) << QString(key);
        };
        add("d_ff", "model.d_ff");
        add("lr", "train.lr");
        add("learning-rate", "train.lr");
        add("rate learning", "train.lr");
        add("batch size", "train.batch");
        add("hidden size", "model.d_model");
        add("sequence length", "data.context");
        add("LayerNorm", "model.norm.attn_in");  // a kind that is not the chosen one
        add("alibi", "model.position");
        add("weight tying", "model.tie_embeddings");
        add("grad clip", "train.clip");
        add("gqa", "model.kv_heads");
        add("bf16", "train.precision");
        add("gpu", "train.device");
        add("max_steps", "train.steps");
        add("held out", "data.val_every");
        add("muon", "train.optimizer");
    }
    void the_search_finds_what_people_type() {
        QFETCH(QString, typed);
        QFETCH(QString, key);
        Editing editing;
        editing.form.search()->setText(typed);
        QVERIFY(editing.form.row(key.toStdString())->isVisibleTo(&editing.form));
        QVERIFY(!editing.form.row("train.keep_last")->isVisibleTo(&editing.form));
    }

    void a_key_is_found_as_it_is_written_alone() {
        Editing editing;
        editing.form.search()->setText("d_ff");
        QVERIFY(editing.form.row("model.d_ff")->isVisibleTo(&editing.form));
        QVERIFY(!editing.form.row("model.dropout")->isVisibleTo(&editing.form));  // "d" and "off"
    }

    void zeros_say_what_they_stand_for() {
        Editing editing;
        for (const auto& [key, words] :
             std::vector<std::pair<std::string, QString>>{{"model.dropout", "off"},
                                                          {"train.epochs", "by steps"},
                                                          {"train.z_loss", "off"},
                                                          {"train.checkpoint_every", "at the end"}}) {
            QCOMPARE(editing.line(key).text(), "");
            QCOMPARE(editing.line(key).placeholderText(), words);
        }
        QCOMPARE(value_in_words("train.clip", 0), std::string("off"));
        QCOMPARE(value_in_words("data.val_every", 20), std::string("1 in 20"));
    }

    void a_path_is_chosen_in_a_dialog() {
        Editing editing;
        const auto browse = [&](const char* key) {
            for (QToolButton* button : editing.form.row(key)->findChildren<QToolButton*>())
                if (button->accessibleName().startsWith("Browse")) return button;
            throw std::logic_error(key);
        };
        const auto dialog = [&]() -> QFileDialog* {
            const auto all = editing.form.findChildren<QFileDialog*>();
            return all.isEmpty() ? nullptr : all.back();
        };
        QMenu* menu = browse("data.text")->menu();
        QVERIFY(menu && menu->actions().size() == 2);
        menu->actions().front()->trigger();
        QVERIFY(dialog() && dialog()->fileMode() == QFileDialog::ExistingFile);
        Q_EMIT dialog()->fileSelected("/tmp/a text.txt");
        QCOMPARE(editing.config.data.text, "/tmp/a text.txt");
        QCOMPARE(editing.line("data.text").text(), "/tmp/a text.txt");
        delete dialog();
        browse("data.val")->menu()->actions().front()->trigger();
        QVERIFY(dialog());
        Q_EMIT dialog()->fileSelected("/tmp/my news.txt");
        QCOMPARE(editing.config.data.val.at("my-news"), "/tmp/my news.txt");
        delete dialog();
        browse("train.start")->click();
        QVERIFY(dialog() && dialog()->fileMode() == QFileDialog::Directory);
        delete dialog();
    }

    void what_another_study_changes_lies_open() {
        Editing editing;
        FoldSection* shape = nullptr;
        for (FoldSection* fold : editing.form.findChildren<FoldSection*>())
            if (fold->findChild<QToolButton*>()->text() == "Shape") shape = fold;
        QVERIFY(shape);
        shape->findChild<QToolButton*>()->click();
        editing.form.begin_study();
        editing.show();
        QVERIFY(!shape->is_open());  // nothing is changed there: as the user folded it
        editing.form.begin_study();
        editing.config.model.layers = 9;
        editing.show();
        QVERIFY(shape->is_open());
    }

    void folding_is_kept() {
        Editing editing;
        FoldSection* shape = nullptr;
        for (FoldSection* fold : editing.form.findChildren<FoldSection*>())
            if (fold->findChild<QToolButton*>()->text() == "Shape") shape = fold;
        QVERIFY(shape && shape->is_open());
        shape->findChild<QToolButton*>()->click();
        QVERIFY(!editing.form.row("model.layers")->isVisibleTo(&editing.form));
        Editing other;
        other.form.restore_state(editing.form.save_state());
        QVERIFY(!other.form.row("model.layers")->isVisibleTo(&other.form));
        other.form.reveal("model.layers");
        QVERIFY(other.form.row("model.layers")->isVisibleTo(&other.form));
        QVERIFY(other.line("model.layers").hasFocus());
    }
};

QTEST_MAIN(SchemaFormTest)
#include "schema_form_test.moc"
