#include "core/interop/logs/logs.h"
#include "core/run/known_keys.h"
#include "core/train/register.h"
#include "tests/support/drop_file.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"
#include "ui/window/dropped.h"
#include "ui/window/log_import_dialog.h"
#include "ui/window/main_window.h"
#include "ui/window/restart_dialog.h"
#include "ui/window/session.h"

#include <QAction>
#include <QCheckBox>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QPushButton>
#include <QRadioButton>
#include <QSettings>
#include <QStandardPaths>
#include <QStatusBar>
#include <QTest>
#include <tuple>

using namespace ablate;
using namespace ablate::ui;
namespace fs = std::filesystem;

class MainWindowImportTest : public QObject {
    Q_OBJECT

    static fs::path data(const std::string& name) { return fs::path(ABLATE_SOURCE_DIR) / "tests/data" / name; }
    static Dropped::Kind kind_at(const fs::path& path) { return look_at(QString::fromStdString(path.string())).kind; }
    static QAction* action(MainWindow& window, const QString& text) {
        for (QAction* action : window.findChildren<QAction*>())
            if (action->text() == text) return action;
        return nullptr;
    }

    struct Window {
        test::TempFolder folder;
        MainWindow window{folder.path()};
        Banner& banner = *window.findChild<Banner*>();
        Window() { window.show(); }
        QPushButton* act() {
            for (QPushButton* button : banner.findChildren<QPushButton*>())
                if (button->isVisible() && button->text() != "Dismiss") return button;
            return nullptr;
        }
        RestartDialog* question() {
            for (RestartDialog* dialog : window.findChildren<RestartDialog*>())
                if (dialog->isVisible()) return dialog;
            return nullptr;
        }
        std::size_t runs() { return window.session().workspace.runs()->runs.size(); }
    };

    // Steps 5 to `last`, and from 5 to 10 again.
    static std::string log_of_two(int last) {
        std::string text = "step,loss\n";
        for (int step = 5; step <= last; step += 5) text += fmt::format("{},{}\n", step, 4 - step / 100.0);
        return text + "5,4.1\n10,4.05\n";
    }
    static QString words(QWidget& widget) {
        QStringList all;
        for (QLabel* label : widget.findChildren<QLabel*>()) all += label->text();
        return all.join('\n');
    }
    static QPushButton* push_button(QWidget& dialog, const QString& text) {
        for (QPushButton* button : dialog.findChildren<QPushButton*>())
            if (button->text().remove('&') == text) return button;
        return nullptr;
    }
    static void choose(QWidget& dialog, const QString& beginning) {
        for (QRadioButton* button : dialog.findChildren<QRadioButton*>())
            if (button->text().remove('&').startsWith(beginning)) button->click();
    }

    const test::TempFolder user_cache_;  // of step times

  private Q_SLOTS:
    void initTestCase() {
        qputenv("XDG_CACHE_HOME", user_cache_.path().c_str());
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("ablate-test");
        QCoreApplication::setApplicationName("main-window-import-test");
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }
    void init() { QSettings().clear(); }

    void what_lies_there_is_told_apart() {
        using enum Dropped::Kind;
        test::TempFolder folder;
        QCOMPARE(kind_at(data("hf/qwen3-untied-v4")), model_folder);
        QCOMPARE(kind_at(data("hf/llama-untied-sharded-v5")), model_folder);
        QCOMPARE(kind_at(data("logs/hf-collapsed")), log);
        QCOMPARE(kind_at(data("logs/hf-collapsed/trainer_state.json")), log);
        QCOMPARE(kind_at(data("logs/tensorboard")), log);
        QCOMPARE(kind_at(test::write_synthetic_run(folder.path(), {}).folder()), run_folder);
        QCOMPARE(kind_at(folder.path()), workspace);
        QCOMPARE(kind_at(folder.write("study.json", R"({"format": 1, "name": "mine"})")), study_file);
        QCOMPARE(kind_at(folder.write("broken.json", "{")), study_file);  // opening it says what is wrong
        QCOMPARE(kind_at(folder.write("table.csv", "step,loss\n1,2\n")), log);
        QCOMPARE(kind_at(folder.write("readme.txt", "hello")), nothing);
        fs::create_directories(folder / "empty");
        QCOMPARE(kind_at(folder / "empty"), nothing);
        fs::create_directories(folder / "norms/no_qk_norm_finetuned");
        QCOMPARE(kind_at(folder / "norms"), norm_ablation);
        // Hugging Face's Trainer logs below runs/ too.
        fs::copy(data("logs/hf-collapsed"), folder / "trainer", fs::copy_options::recursive);
        fs::create_directories(folder / "trainer/runs");
        fs::copy(data("logs/tensorboard"), folder / "trainer/runs/Nov22_host");
        QCOMPARE(kind_at(folder / "trainer"), log);
        fs::copy(data("hf/qwen3-untied-v4"), folder / "model");
        fs::create_directories(folder / "model/runs");
        QCOMPARE(kind_at(folder / "model"), model_folder);
        fs::create_directories(folder / "fresh/runs");
        QCOMPARE(kind_at(folder / "fresh"), workspace);
        fs::create_directories(folder / "emptied/runs");
        fs::create_directories(folder / "emptied/trash");
        fs::copy(data("logs/tensorboard"), folder / "emptied/trash/a-run");
        QCOMPARE(kind_at(folder / "emptied"), workspace);
    }

    // Imported logs have no study to open, also where one of them is the newest run.
    void a_workspace_opens_with_the_study_of_its_newest_trained_run() {
        const test::TempFolder folder;
        fs::create_directories(folder / "studies");
        folder.write("studies/mine.json", R"({"format": 1, "name": "mine", "variants": []})");
        test::write_synthetic_run(folder.path(), {.study = "mine"});
        const fs::path log = folder.write("log.csv", "step,loss\n5,4\n10,3.5\n15,3.2\n");
        interop::write_imported_runs(folder.path(), interop::logs::read_log(log));
        MainWindow window(folder.path());
        window.show();
        const auto& workspace = window.session().workspace;
        QTRY_COMPARE(workspace.runs()->runs.size(), std::size_t{2});
        QVERIFY(run::is_imported_log(workspace.runs()->runs.back().info));
        QTRY_COMPARE(window.session().document.study().name, std::string("mine"));
        QVERIFY(!window.findChild<Banner*>()->isVisible());
    }

    void a_dropped_model_leads_to_the_study_of_its_norms() {
        Window w;
        QVERIFY(test::drop_file(w.window, data("hf/qwen3-tied-bf16-v5")));
        QTRY_VERIFY(w.banner.isVisible());
        QVERIFY(w.banner.text().startsWith("Imported the model qwen3-tied-bf16-v5"));
        QVERIFY(w.act());
        QCOMPARE(w.act()->text(), QString("Open study of its norms"));
        QTest::mouseClick(w.act(), Qt::LeftButton);
        QTRY_COMPARE(w.window.session().document.study().name, std::string("qwen3-tied-bf16-v5-norms"));
        QCOMPARE(w.window.current_page(), QString("study"));
        QCOMPARE(w.window.session().document.study().variants.size(), std::size_t{6});
        QVERIFY(fs::exists(w.folder / "studies/qwen3-tied-bf16-v5-norms.json"));
        QTRY_VERIFY(w.window.session().document.preview_is_current());
        const auto& points = w.window.session().document.preview()->preview.points;
        QVERIFY(!points.empty() && points.front().start);
    }

    void a_dropped_log_is_shown_among_the_runs() {
        Window w;
        QVERIFY(test::drop_file(w.window, data("logs/hf-collapsed")));
        QTRY_VERIFY(w.banner.isVisible());
        QVERIFY2(w.banner.text().contains("collapsed: "), qPrintable(w.banner.text()));
        QCOMPARE(w.window.current_page(), QString("runs"));
        QTRY_COMPARE(w.window.session().workspace.runs()->runs.size(), std::size_t{1});
        QTest::mouseClick(w.act(), Qt::LeftButton);
        QCOMPARE(w.window.current_page(), QString("live"));
    }

    void several_are_told_together() {
        Window w;
        test::TempFolder elsewhere;
        std::vector<fs::path> runs;
        for (int seed = 1; seed <= 3; ++seed)
            runs.push_back(test::write_synthetic_run(elsewhere.path(), {.seed = seed}).folder());
        QVERIFY(test::drop_files(w.window, runs));
        QTRY_COMPARE(w.banner.text(), QString("Imported 3 runs."));
    }

    void of_several_those_that_failed_and_those_that_are_there_are_told() {
        Window w;
        test::TempFolder elsewhere;
        const auto name = [](const fs::path& path) { return QString::fromStdString(path.string()); };
        w.window.import(ImportKind::log, name(data("logs/hf-collapsed/trainer_state.json")));
        w.window.import(ImportKind::run, name(elsewhere / "absent"));
        w.window.import(ImportKind::run, name(test::write_synthetic_run(elsewhere.path(), {}).folder()));
        w.window.import(ImportKind::log, name(data("logs/hf-collapsed/trainer_state.json")));
        QTRY_VERIFY(w.banner.text().contains("is there already as run "));
        const QStringList lines = w.banner.text().split('\n');
        QCOMPARE(lines[0], QString("Imported 2 runs."));
        QVERIFY2(lines[1].startsWith("Not imported. ") && lines[1].contains("absent"), qPrintable(w.banner.text()));
        QVERIFY(w.act());
    }

    void what_cannot_be_imported_is_told_in_one_line() {
        Window w;
        test::TempFolder elsewhere;
        fs::copy(data("hf/qwen3-untied-v4"), elsewhere / "model");
        elsewhere.write("model/config.json", R"({"model_type": "gpt_bigcode"})");
        w.window.import(ImportKind::model, QString::fromStdString((elsewhere / "model").string()));
        QTRY_VERIFY(w.banner.isVisible());
        QVERIFY2(w.banner.text().startsWith("Not imported. ") && w.banner.text().contains("gpt_bigcode"),
                 qPrintable(w.banner.text()));
        QVERIFY(!w.act());
    }

    void a_log_whose_steps_come_again_is_asked_about() {
        Window w;
        const test::TempFolder elsewhere;
        QVERIFY(test::drop_file(w.window, elsewhere.write("twice.csv", log_of_two(50))));
        QTRY_VERIFY(w.question());
        QVERIFY(!w.banner.isVisible());
        QVERIFY(words(*w.question()).contains("its steps begin again at 5 after 50 (line 12)"));
        QVERIFY(!words(*w.question()).contains("--restarts"));  // the option of the command line
        QPushButton* take = push_button(*w.question(), "Import");
        QVERIFY(take && !take->isEnabled());
        for (QCheckBox* box : w.question()->findChildren<QCheckBox*>()) QVERIFY(!box->isVisible());
        choose(*w.question(), "One run that was resumed");
        QVERIFY(take->isEnabled());
        QTest::mouseClick(take, Qt::LeftButton);
        QTRY_COMPARE(w.runs(), std::size_t{1});
        QCOMPARE(w.window.session().workspace.runs()->runs.front().state.step, std::int64_t{10});
        QTRY_VERIFY2(w.banner.text().startsWith("Imported the csv log twice.csv"), qPrintable(w.banner.text()));
        QVERIFY(!w.question());
    }

    void a_log_that_nobody_answers_for_is_left_out() {
        Window w;
        const test::TempFolder elsewhere;
        QVERIFY(test::drop_file(w.window, elsewhere.write("twice.csv", log_of_two(50))));
        QTRY_VERIFY(w.question());
        choose(*w.question(), "Separate trainings");
        QTest::keyClick(w.question(), Qt::Key_Escape);
        QTRY_VERIFY(!w.question());
        QVERIFY(w.window.statusBar()->currentMessage().endsWith("twice.csv was not imported."));
        QTest::qWait(50);
        QVERIFY(!fs::exists(w.folder / "runs") || fs::is_empty(w.folder / "runs"));
        QVERIFY(!w.banner.isVisible());
    }

    void one_answer_can_hold_for_all_logs() {
        Window w;
        const test::TempFolder elsewhere;
        std::vector<fs::path> logs{elsewhere.write("plain.csv", "step,loss\n5,4\n10,3.5\n15,3.2\n")};
        for (int last : {30, 40, 50})
            logs.push_back(elsewhere.write("twice-" + std::to_string(last) + ".csv", log_of_two(last)));
        logs.push_back(elsewhere.write("no-steps.csv", "step,loss\n0,3\n0,2.9\n0,2.8\n0,2.7\n"));
        QVERIFY(test::drop_files(w.window, logs));
        QTRY_VERIFY(w.question());
        QVERIFY(words(*w.question()).contains("twice-30.csv"));
        auto* others = w.question()->findChild<QCheckBox*>();
        QVERIFY(others->isVisible());
        QCOMPARE(others->text().remove('&'), QString("Do the same for the other 3 logs"));
        others->click();
        choose(*w.question(), "Separate trainings");
        QTest::mouseClick(push_button(*w.question(), "Import"), Qt::LeftButton);
        // A log without steps cannot be separate trainings: it is asked about by itself.
        QTRY_VERIFY(w.question() && words(*w.question()).contains("no-steps.csv"));
        QCOMPARE(w.question()->findChildren<QRadioButton*>().size(), 1);
        QTest::mouseClick(push_button(*w.question(), "Import"), Qt::LeftButton);
        QTRY_VERIFY2(w.banner.text().startsWith("Imported 8 runs."), qPrintable(w.banner.text()));
        QTRY_COMPARE(w.runs(), std::size_t{8});
        QVERIFY(!w.question());
    }

    void a_foreign_file_is_named_by_what_it_is() {
        Window w;
        const test::TempFolder elsewhere;
        using namespace std::string_literals;
        const std::vector<std::tuple<const char*, std::string, const char*>> files{
            {"data.parquet", "PAR1\x15\x04"s, "is a Parquet table, not a study, workspace, run, model or log: convert"},
            {"weights.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 548105171\n",
             "is a Git LFS pointer (the file itself has 548,105,171 bytes)"},
            {"study.json", "<!doctype html><html></html>", "is an HTML page"},
            {"model.gguf", "GGUF\x03\0\0\0"s, "is a GGUF model"},
            {"runs.zip", "PK\x03\x04"s + std::string(26, '\0'), "is a zip archive"},
            {"empty.txt", "", "is an empty file"},
            {"corpus.txt", "Once upon a time\n",
             "is a text file, not a study, workspace, run, model or log. Drop text"},
            {"tokenizer.json", R"({"version": "1.0", "model": {}})", "is a tokenizer, not a study"},
            {"vocab.json", R"({"loss": 1, "step": 2})", "is a tokenizer, not a study"},
        };
        for (const auto& [name, bytes, said] : files) {
            QVERIFY(test::drop_file(w.window, elsewhere.write(name, bytes)));
            QTRY_VERIFY2(w.banner.text().startsWith("Not imported. ") && w.banner.text().contains(name) &&
                             w.banner.text().contains(said),
                         qPrintable(QString(name) + " was called: " + w.banner.text()));
        }
        fs::create_directories(elsewhere / "nothing");
        QVERIFY(test::drop_file(w.window, elsewhere / "nothing"));
        QTRY_VERIFY(w.banner.text().contains("holds no workspace, run, log or model"));
        QVERIFY(w.window.session().document.file().isEmpty());
        w.window.import(ImportKind::log, QString::fromStdString((elsewhere / "data.parquet").string()));
        QTRY_VERIFY(w.banner.text().contains("is a Parquet table, not a log: convert"));
    }

    void what_is_dropped_with_a_foreign_file_is_imported() {
        Window w;
        const test::TempFolder elsewhere;
        const fs::path run = test::write_synthetic_run(elsewhere.path(), {}).folder();
        QVERIFY(test::drop_files(w.window, {elsewhere.write("data.parquet", "PAR1 columns PAR1"), run}));
        QTRY_COMPARE(w.runs(), std::size_t{1});
        QTRY_VERIFY2(w.banner.text().startsWith("Imported 1 run.\nNot imported. ") &&
                         w.banner.text().contains("data.parquet: is a Parquet table"),
                     qPrintable(w.banner.text()));
    }

    void the_menu_asks_for_what_is_imported() {
        Window w;
        const QList<std::pair<QString, QFileDialog::FileMode>> entries{
            {"&Hugging Face model…", QFileDialog::Directory},
            {"&Run directory…", QFileDialog::Directory},
            {"Training &logs…", QFileDialog::ExistingFiles},
            {"&TensorBoard folder…", QFileDialog::Directory}};
        for (const auto& [text, mode] : entries) {
            QVERIFY2(action(w.window, text), qPrintable(text));
            action(w.window, text)->trigger();
            QTRY_VERIFY(w.window.findChild<QFileDialog*>());
            QCOMPARE(w.window.findChild<QFileDialog*>()->fileMode(), mode);
            delete w.window.findChild<QFileDialog*>();
        }
        action(w.window, "Training &logs…")->trigger();
        Q_EMIT w.window.findChild<QFileDialog*>()->filesSelected(
            {QString::fromStdString(data("logs/hf-healthy/trainer_state.json").string())});
        auto* dialog = w.window.findChild<LogImportDialog*>();
        QVERIFY(dialog);
        QTest::mouseClick(push_button(*dialog, "Import"), Qt::LeftButton);  // as the log says
        QTRY_VERIFY(w.banner.isVisible());
        QVERIFY(w.banner.text().contains("healthy"));
    }

    void six_logs_become_six_seeds_of_one_variant() {
        Window w;
        const test::TempFolder logs;
        QStringList paths;
        for (const int seed : {10, 2, 1, 3, 4, 5})
            paths += QString::fromStdString(logs.write(fmt::format("run{}.csv", seed),
                                                       fmt::format("step,loss\n5,4.{0}\n10,3.{0}\n15,2.{0}\n", seed))
                                                .string());
        w.window.name_logs(paths);
        auto* dialog = w.window.findChild<LogImportDialog*>();
        QVERIFY(dialog);
        QPushButton* take = push_button(*dialog, "Import");
        for (QLineEdit* line : dialog->findChildren<QLineEdit*>()) {
            if (line->accessibleName() == "Study") line->setText("from elsewhere");
            if (line->accessibleName() == "Variant") line->setText("nope");
        }
        QVERIFY(!take->isEnabled());  // a study's name has no blanks
        for (QLineEdit* line : dialog->findChildren<QLineEdit*>())
            if (line->accessibleName() == "Study") line->setText("elsewhere");
        QVERIFY(take->isEnabled());
        dialog->findChild<QCheckBox*>()->setChecked(true);  // number the seeds
        QCOMPARE(dialog->logs().size(), std::size_t{6});
        QVERIFY(dialog->logs().back().path.endsWith("run10.csv"));  // in natural order
        QCOMPARE(dialog->logs().back().names.seed, std::optional<std::int64_t>(6));
        auto* first_seed = dialog->findChild<QSpinBox*>()->findChild<QLineEdit*>();
        first_seed->setText("one");
        QTest::mouseClick(take, Qt::LeftButton);
        QVERIFY(dialog->isVisible());  // nothing is imported under another number
        first_seed->setText("1");
        QTest::mouseClick(take, Qt::LeftButton);
        QTRY_COMPARE(w.runs(), std::size_t{6});
        std::vector<std::int64_t> seeds;
        for (const run::ListedRun& run : w.window.session().workspace.runs()->runs) {
            QCOMPARE(run.info.study, std::string("elsewhere"));
            QCOMPARE(run.info.variant, std::string("nope"));
            seeds.push_back(run.info.seed);
        }
        std::sort(seeds.begin(), seeds.end());
        QCOMPARE(seeds, std::vector<std::int64_t>({1, 2, 3, 4, 5, 6}));
    }
};

QTEST_MAIN(MainWindowImportTest)
#include "main_window_import_test.moc"
