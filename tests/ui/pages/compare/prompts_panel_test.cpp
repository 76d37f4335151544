#include "ui/pages/compare/prompts_panel.h"

#include "core/base/atomic_file.h"
#include "core/infer/generate.h"
#include "core/interop/open_model.h"
#include "core/run/queue.h"
#include "tests/support/page_window.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/tiny_run.h"
#include "ui/pages/compare/compare_page.h"
#include "ui/pages/compare/sampling_form.h"
#include "ui/theme/theme.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;

class PromptsPanelTest : public QObject {
    Q_OBJECT
    using State = PromptModel::State;

    struct Window : test::PageWindow<ComparePage> {
        void open_prompts(int variants) {
            open();
            if (!QTest::qWaitFor([&] { return page.settle() && grid().columnCount() == variants + 1; }))
                qFatal("not compared");
            page.findChild<QTabWidget*>()->setCurrentIndex(2);
        }
        QTableView& table() { return named<QTableView>("Prompts"); }
        QAbstractItemModel& grid() { return *table().model(); }
        QString cell(int row, int column) { return grid().index(row, column).data().toString(); }
        void prompt(int row, const QString& text) { grid().setData(grid().index(row, 0), text); }
        bool done() {
            return QTest::qWaitFor([&] { return button_named("Generate") != nullptr; }, 20'000);
        }
        QPushButton* button_named(const QString& text) {
            for (QPushButton* button : page.findChildren<QPushButton*>())
                if (button->text() == text) return button;
            return nullptr;
        }
        QSpinBox& length() { return named<QSpinBox>("Tokens to add"); }
    };

    // Trained over a text that repeats itself, with its own tokenizer.
    static run::RunDirectory write_trained_run(const test::TempFolder& folder, std::int64_t seed = 1) {
        std::string text;
        for (int i = 0; i < 500; ++i) text += i % 2 ? "the cat sat on the mat\n" : "the dog ate the big red ball\n";
        const Json data = {
            {"text", folder.write("text.txt", text).string()}, {"tokens", ""}, {"vocab_size", 40}, {"block_lines", 20}};
        const RunConfig config = patched(test::tiny_config("", 4), {{"data", data}}, "test");
        const run::RunDirectory run = test::create_tiny_run(folder.path(), config, seed);
        run::train_run(run, {});
        return run;
    }

    static QString alone(const run::RunDirectory& run, const std::string& prompt,
                         const infer::SamplingOptions& options) {
        const auto model = interop::open_model({interop::ModelPlace::Kind::run, run.folder(), run.id()}, {true});
        return QString::fromStdString(
            infer::generate(*model, {infer::prompt_ids(*model, prompt)}, options).front().text);
    }

    static std::vector<PromptModel::Variant> two_variants() {
        return {{"1", "Baseline, seed 1", "", ""}, {"2", "No norm", "", "collapsed: NaN at 3"}};
    }

  private Q_SLOTS:
    void initTestCase() {
        Theme::instance().choose(ThemeChoice::light);
        train::register_kinds();
    }

    void prompts_are_typed_into_the_grid() {
        PromptModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy changed(&model, &PromptModel::prompts_changed);
        QCOMPARE(model.index(0, 0).data().toString(), QString("Add a prompt"));
        QVERIFY(model.setData(model.index(0, 0), "one "));
        QVERIFY(model.setData(model.index(1, 0), "two"));
        QVERIFY(!model.setData(model.index(2, 0), "  "));
        QCOMPARE(model.prompts(), (QStringList{"one ", "two"}));  // a space at the end is part of it
        model.set_variants(two_variants());
        model.set_cell({"1", -1, 1}, {State::made, "more", "length"});
        QVERIFY(model.setData(model.index(0, 0), ""));
        QCOMPARE(model.prompts(), QStringList{"two"});
        QCOMPARE(model.index(0, 1).data().toString(), QString("more"));  // went along
        QVERIFY(model.setData(model.index(0, 0), "three"));
        QCOMPARE(model.index(0, 1).data().toString(), QString());
        QCOMPARE(changed.count(), 4);
        model.set_locked(true);
        QVERIFY(!model.setData(model.index(0, 0), "four"));
        model.remove_prompt_at(0);
        QCOMPARE(model.prompts(), QStringList{"three"});
        model.set_locked(false);
        model.remove_prompt_at(0);
        QVERIFY(model.prompts().isEmpty());
    }

    void texts_grow_in_their_cell() {
        PromptModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.set_variants(two_variants());
        model.set_prompts({"a", "b"});
        model.await();
        QCOMPARE(model.index(1, 1).data().toString(), QString("waiting"));
        QCOMPARE(model.index(1, 2).data().toString(), QString("collapsed: NaN at 3"));
        QSignalSpy data(&model, &QAbstractItemModel::dataChanged);
        model.set_cell({"1", -1, 1}, {State::making, {}, {}});
        model.grow({"1", -1, 1}, "once");
        model.grow({"1", -1, 1}, " more");
        QCOMPARE(data.last().at(0).toModelIndex(), model.index(1, 1));
        QCOMPARE(model.index(1, 1).data().toString(), QString("once more …"));
        model.give_up();
        QCOMPARE(model.index(1, 1).data().toString(), QString("once more"));
        QVERIFY(model.index(1, 1).data(Qt::ToolTipRole).toString().contains("stopped"));
        QCOMPARE(model.index(0, 1).data().toString(), QString());
        model.set_steps({400, 200});
        QCOMPARE(model.rowCount(), 5);
        QCOMPARE(model.index(0, 0).data().toString(), QString("a\nStep 400"));
        QCOMPARE(model.index(1, 0).data().toString(), QString("Step 200"));
        QVERIFY(!(model.flags(model.index(1, 0)) & Qt::ItemIsEditable));
    }

    void the_grid_is_written_as_markdown() {
        PromptModel model;
        model.set_variants(two_variants());
        model.set_prompts({"a | b"});
        model.set_cell({"1", -1, 0}, {State::made, "first\n<b>second</b>", "length"});
        const QString document = as_markdown(model, "Greedy, 60 tokens");
        QVERIFY(document.startsWith("# Prompts\n\nGreedy, 60 tokens.\n\n## a \\| b\n"));
        QVERIFY2(document.contains("first<br>") && !document.contains("<b>second"), qPrintable(document));
        QCOMPARE(document.count("\n| "), 4);                                  // head, rule, two variants
        QVERIFY(document.contains("| No norm | *(collapsed: NaN at 3)* |"));  // not what it said
        model.set_cell({"1", -1, 0}, {State::making, "half", {}});
        model.give_up();
        QVERIFY(as_markdown(model, "Greedy").contains("half *(stopped)* |"));
        QVERIFY(model.any_text());
        model.set_variants({{"3", "Of another study", "", ""}});
        QVERIFY(!model.any_text());
    }

    void sampling_is_greedy_at_first() {
        SamplingForm form;
        QCOMPARE(form.in_words(), QString("Greedy, 60 tokens"));
        QCOMPARE(form.options().temperature, 0.0);
        QVERIFY(!form.findChild<QWidget*>("top_k")->isEnabled());
        form.findChild<QDoubleSpinBox*>("temperature")->setValue(0.8);
        form.findChild<QSpinBox*>("top_k")->setValue(40);
        QCOMPARE(form.in_words(), QString("Temperature 0.8, top-k 40, seed 1, 60 tokens"));
        QCOMPARE(form.options().top_k, 40);
        SamplingForm other;
        other.restore_state(form.save_state());
        QCOMPARE(other.in_words(), form.in_words());
    }

    void every_prompt_is_continued_as_if_it_were_alone() {
        Window window;
        const auto run = write_trained_run(window.folder);
        window.open_prompts(1);
        window.prompt(0, "the cat");
        window.prompt(1, "the dog ate");
        window.length().setValue(12);
        QTest::mouseClick(window.button_named("Generate"), Qt::LeftButton);
        QVERIFY(window.done());
        infer::SamplingOptions options;
        options.max_tokens = 12;
        QCOMPARE(window.cell(0, 1), alone(run, "the cat", options));
        QCOMPARE(window.cell(1, 1), alone(run, "the dog ate", options));
        QVERIFY(!window.cell(0, 1).isEmpty());
        QTest::mouseClick(window.button_named("Copy"), Qt::LeftButton);
        QVERIFY(QGuiApplication::clipboard()->text().contains("## the dog ate"));
        QTest::mouseClick(window.button_named("Export…"), Qt::LeftButton);
        const auto file = window.folder / "prompts.md";
        Q_EMIT window.page.findChild<QFileDialog*>()->fileSelected(QString::fromStdString(file.string()));
        QTRY_VERIFY(window.telling("Wrote "));
        QCOMPARE(QString::fromStdString(read_file(file)), QGuiApplication::clipboard()->text());
    }

    void texts_stream_and_are_stopped() {
        Window window;
        write_trained_run(window.folder);
        window.open_prompts(1);
        window.prompt(0, "the cat");
        window.length().setValue(50'000);
        QTest::mouseClick(window.button_named("Generate"), Qt::LeftButton);
        QTRY_VERIFY(window.cell(0, 1).size() > 40 && window.cell(0, 1).endsWith(" …"));
        QVERIFY(!(window.grid().flags(window.grid().index(0, 0)) & Qt::ItemIsEditable));
        QTest::mouseClick(window.button_named("Stop"), Qt::LeftButton);
        const QString kept = window.cell(0, 1);
        QVERIFY(kept.size() > 38 && !kept.endsWith("…"));
        window.length().setValue(1);
        QTest::mouseClick(window.button_named("Generate"), Qt::LeftButton);  // after the first, in the same thread
        QVERIFY(window.done());
        const QString one = window.cell(0, 1);
        QVERIFY(!one.isEmpty() && one.size() < 40);
        QCoreApplication::processEvents();
        QCOMPARE(window.cell(0, 1), one);
    }

    void a_number_is_taken_over_as_a_whole_or_not_at_all() {
        Window window;
        write_trained_run(window.folder);
        window.open_prompts(1);
        QSpinBox& length = window.length();
        length.setValue(60);
        QSignalSpy changed(&length, &QSpinBox::valueChanged);
        const auto type = [&](const QString& words) {
            length.setFocus();
            length.selectAll();
            QTest::keyClicks(&length, words);
            const QString typed = length.findChild<QLineEdit*>()->text();
            QTest::keyClick(&length, Qt::Key_Return);
            return typed;
        };
        QPushButton* generate = window.button_named("Generate");
        QVERIFY(generate->isEnabled());
        for (const QString& refused : {QString::number(length.maximum() + 1), QString("2x"), QString("7.5")}) {
            QCOMPARE(type(refused), refused);  // no key is swallowed
            QCOMPARE(length.value(), 60);
            QCOMPARE(length.text(), refused);
            QCOMPARE(changed.size(), 0);
            QVERIFY(!generate->isEnabled());
            QVERIFY(generate->toolTip().contains("Tokens to add: "));
            QVERIFY(window.telling("Tokens to add: "));
        }
        type("1e2");
        QCOMPARE(length.value(), 100);
        QCOMPARE(changed.size(), 1);
        QVERIFY(generate->isEnabled() && generate->toolTip().isEmpty());
        QVERIFY(!window.telling("Tokens to add: "));
    }

    void a_refused_number_is_there_again_when_the_popup_is_opened() {
        Window window;
        write_trained_run(window.folder);
        window.open_prompts(1);
        auto* form = window.page.findChild<SamplingForm*>();
        QPushButton& button = window.named<QPushButton>("Sampling");
        QTest::mouseClick(&button, Qt::LeftButton);
        QTRY_VERIFY(form->isVisible());
        auto* temperature = form->findChild<QDoubleSpinBox*>("temperature");
        auto* top_p = form->findChild<QDoubleSpinBox*>("top_p");
        temperature->setValue(0.8);
        const auto type = [](QDoubleSpinBox* box, const QString& words) {
            box->setFocus();
            box->selectAll();
            QTest::keyClicks(box, words);
        };
        type(top_p, "1.5");
        form->hide();
        QVERIFY(form->problem().startsWith("Top-p: 1.5 is out of range"));
        QVERIFY(!window.button_named("Generate")->isEnabled());
        QTest::mouseClick(&button, Qt::LeftButton);
        QTRY_VERIFY(form->isVisible());
        QCOMPARE(top_p->text(), QString("1.5"));
        bool told = false;
        for (QLabel* label : form->findChildren<QLabel*>())
            told = told || (label->isVisible() && label->text().contains("press Esc to keep 1."));
        QVERIFY(told);
        // Greedy does not look at it, and nobody could correct it.
        temperature->setValue(0);
        QCOMPARE(top_p->text(), QString("1"));
        QVERIFY(form->problem().isEmpty() && window.button_named("Generate")->isEnabled());
        // Nor is it carried into another workspace.
        temperature->setValue(0.8);
        type(top_p, "1.5");
        QTest::keyClick(top_p, Qt::Key_Return);
        form->restore_state({});
        QCOMPARE(top_p->text(), QString("1"));
        QVERIFY(form->problem().isEmpty());
    }

    void all_checkpoints_have_rows_of_their_own() {
        Window window;
        const auto run = write_trained_run(window.folder);
        const auto steps = infer::checkpoint_steps(run.folder());
        window.open_prompts(1);
        window.length().setValue(2);
        window.named<QComboBox>("Checkpoints").setCurrentIndex(1);
        QTest::mouseClick(window.button_named("Generate"), Qt::LeftButton);
        QVERIFY(window.done());
        QCOMPARE(window.grid().rowCount(), static_cast<int>(steps.size()) + 1);
        QVERIFY(window.cell(0, 0).endsWith(QString("Step %1").arg(steps.back())));
        QVERIFY(!window.cell(0, 1).isEmpty());
    }

    void what_cannot_be_continued_says_why() {
        Window window;
        test::write_synthetic_seeds(window.folder.path(), {}, {3.65});
        test::write_synthetic_run(window.folder.path(),
                                  {.variant = "no-norm", .label = "No norm", .patch = test::kNoNorm, .nan_at = 23});
        window.open_prompts(2);
        QVERIFY(window.cell(0, 2).startsWith("collapsed: loss is NaN at step 23"));
        QTest::mouseClick(window.button_named("Generate"), Qt::LeftButton);
        QVERIFY(window.done());
        QCOMPARE(window.cell(0, 1), QString("no checkpoint"));
        window.prompt(0, "");
        QVERIFY(!window.button_named("Generate")->isEnabled());
    }

    void a_run_without_a_tokenizer_says_so() {
        Window window;
        const auto run = test::create_tiny_run(window.folder.path(),
                                               test::tiny_config(test::write_tiny_tokens(window.folder / "ids"), 4));
        run::train_run(run, {});
        window.open_prompts(1);
        QTest::mouseClick(window.button_named("Generate"), Qt::LeftButton);
        QVERIFY(window.done());
        QVERIFY2(window.cell(0, 1).contains("tokenizer"), qPrintable(window.cell(0, 1)));
    }
};

QTEST_MAIN(PromptsPanelTest)
#include "prompts_panel_test.moc"
