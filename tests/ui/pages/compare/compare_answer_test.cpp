#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/interop/imported_run.h"
#include "core/interop/imported_run_judge.h"
#include "core/io/json_file.h"
#include "tests/support/page_window.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/tiny_run.h"
#include "ui/bridge/run_control.h"
#include "ui/bridge/study_document.h"
#include "ui/charts/chart_view.h"
#include "ui/pages/compare/compare_model.h"
#include "ui/pages/compare/compare_page.h"
#include "ui/pages/compare/grid_panel.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"

#include <QAction>
#include <QComboBox>
#include <QMenu>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QTreeView>
#include <algorithm>
#include <map>
#include <set>

using namespace ablate;
using namespace ablate::ui;

namespace {

constexpr int kPatience = 60'000;

struct Window : test::PageWindow<ComparePage> {
    QTreeView& table() { return named<QTreeView>("Comparison"); }
    QAbstractItemModel& grid() { return *named<QTableView>("Grid").model(); }
    QString verdict() { return named<QLabel>("Verdict").text(); }
    bool is_shown(int rows) { return table().model()->rowCount() == rows && page.settle(); }
};

void write_at(const test::TempFolder& folder, test::SyntheticRun run, double lr, const std::vector<double>& losses) {
    run.grid_point = "train.lr=" + full_precision(lr);
    run.patch.merge_patch({{"train", {{"lr", lr}}}});
    test::write_synthetic_seeds(folder.path(), run, losses);
}

// The baseline is best within the grid, NoPE at its upper edge.
void write_grid(const test::TempFolder& folder) {
    const test::SyntheticRun nope{.variant = "nope", .label = "NoPE", .patch = test::kNoPE};
    write_at(folder, {}, 0.001, {3.70, 3.71});
    write_at(folder, {}, 0.003, {3.60, 3.61});
    write_at(folder, {}, 0.01, {3.65, 3.66});
    write_at(folder, nope, 0.001, {3.90, 3.911});
    write_at(folder, nope, 0.003, {3.80, 3.811});
    write_at(folder, nope, 0.01, {3.75, 3.761});
}

void write_log(const test::TempFolder& folder, const char* variant, double loss) {
    interop::ImportedRun run;
    run.study = "logs";
    run.variant = variant;
    run.seed = 1;
    run.knows_seed = true;
    run.format = "csv";
    run.path = "/elsewhere/log.csv";
    run.sha256 = variant;
    run.stated = Json::object();
    run.steps = 40;
    for (std::int64_t step = 1; step <= run.steps; ++step)
        run.metrics.push_back(
            {interop::kUnknown, step, {{run::kTrainLoss, static_cast<float>(loss + 1.0 / static_cast<double>(step))}}});
    interop::judge(run);
    interop::write_imported_run(folder.path(), run);
}

}  // namespace

class CompareAnswerTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        Theme::instance().choose(ThemeChoice::light);
        train::register_kinds();
    }

    void the_answer_comes_first() {
        Window window;
        test::write_measured_study(window.folder.path());
        window.open();
        QTRY_VERIFY(window.is_shown(3));
        QCOMPARE(window.verdict(), QString("NoPE and SiLU are worse."));
        QVERIFY(!window.telling("Nothing can be trained here."));  // all is decided: nothing is to be trained
    }

    // Trains, looks, adds two seeds to what is undecided, and trains those.
    void seeds_are_added_to_what_is_undecided() {
        test::TempFolder folder;
        RunControl control(folder.path());
        QSignalSpy ended(&control, &RunControl::run_ended);
        StudyConfig study;
        study.name = "tiny";
        study.baseline = test::tiny_baseline(test::write_tiny_tokens(folder / "tokens"), 60);
        study.variants = {{"nope", "NoPE", {{"model", {{"position", {{"kind", "none"}}}}}}}};
        control.start_study(study);
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 2, kPatience);

        Workspace workspace(folder.path());
        ComparePage page;
        page.resize(1200, 800);
        page.set_context({&workspace, nullptr, &control});
        page.show();
        workspace.refresh();
        const auto verdict = [&] {
            for (const QLabel* label : page.findChildren<QLabel*>())
                if (label->accessibleName() == "Verdict") return label->text();
            return QString();
        };
        QTRY_COMPARE_WITH_TIMEOUT(verdict(), QString("NoPE is undecided: one seed gives no interval."), kPatience);
        const auto button = [&](const QString& text) -> QPushButton* {
            for (QPushButton* one : page.findChildren<QPushButton*>())
                if (one->text() == text && one->isVisible()) return one;
            return nullptr;
        };
        QVERIFY(button("Add seeds"));
        QTest::mouseClick(button("Add seeds"), Qt::LeftButton);
        QSpinBox* seeds = nullptr;
        for (QSpinBox* box : page.findChildren<QSpinBox*>())
            if (box->accessibleName() == "Seeds to add" && box->isVisible()) seeds = box;
        QVERIFY(seeds && seeds->isVisible());
        QVERIFY(button("Train 4 runs"));  // two seeds each of the variant and of the baseline
        seeds->setValue(1);
        QVERIFY(button("Train 2 runs"));
        const QList<QLabel*> labels = page.findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
            return label->isVisible() && label->text().startsWith("2 runs will take about ");
        }));
        seeds->setValue(2);
        QTest::mouseClick(button("Train 4 runs"), Qt::LeftButton);
        QVERIFY(!seeds->isVisible());
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 6, kPatience);
        std::map<std::string, std::set<std::int64_t>> trained;
        for (const run::ListedRun& listed : run::RunStore(folder.path()).list().runs)
            trained[listed.info.variant].insert(listed.info.seed);
        QCOMPARE(trained.at("baseline"), (std::set<std::int64_t>{1, 2, 3}));
        QCOMPARE(trained.at("nope"), (std::set<std::int64_t>{1, 2, 3}));
    }

    void imported_logs_say_why_nothing_is_trained_and_what_is_drawn() {
        Window window;
        write_log(window.folder, "baseline", 2.0);
        write_log(window.folder, "other", 2.5);
        window.open();
        QTRY_VERIFY(window.is_shown(2));
        QVERIFY(window.telling("imported logs cannot be trained"));
        QVERIFY(!window.button("Add seeds").isVisible());
        QComboBox& metric = window.named<QComboBox>("Metric of the curves");
        QCOMPARE(metric.currentText(), QString("Training loss"));
        const auto enabled = [](const QComboBox& box, const QString& text) {
            return bool(box.model()->flags(box.model()->index(box.findText(text), 0)) & Qt::ItemIsEnabled);
        };
        QVERIFY(!enabled(metric, "Validation loss"));
        const QComboBox& axis = window.named<QComboBox>("Horizontal axis");
        QVERIFY(enabled(axis, "Steps"));
        QVERIFY(!enabled(axis, "Training time"));
        QVERIFY(axis.itemData(axis.findText("Training time"), Qt::ToolTipRole)
                    .toString()
                    .contains("No training time is known"));
    }

    void the_metric_is_stored_by_its_key() {
        Window window;
        window.page.restore_state({{"curves", QVariantMap{{"metric", 1}}}});  // of a version that stored the index
        QCOMPARE(window.named<QComboBox>("Metric of the curves").currentText(), QString("Training loss"));
        const QVariantMap state = window.page.save_state();
        QCOMPARE(state.value("curves").toMap().value("metric_key").toString(), QString("train_loss"));
        Window other;
        other.page.restore_state(state);
        QCOMPARE(other.named<QComboBox>("Metric of the curves").currentText(), QString("Training loss"));
    }

    void a_swept_learning_rate_gives_each_its_own_best() {
        Window window;
        write_grid(window.folder);
        window.open();
        QTRY_VERIFY(window.is_shown(2));
        QComboBox& points = window.named<QComboBox>("Grid points");
        QCOMPARE(points.currentText(), QString("Each at its own best"));
        QCOMPARE(window.verdict(), QString("NoPE is worse. Each variant is compared at its own best grid point."));
        QTest::keyClick(&points, Qt::Key_Up);  // somebody's own choice
        QTRY_VERIFY(window.is_shown(6));
        const QVariantMap state = window.page.save_state();
        Window other;
        write_grid(other.folder);
        other.page.restore_state(state);
        other.open();
        QTRY_VERIFY(other.is_shown(6));
    }

    void the_grid_is_a_table_with_its_best_and_its_edge() {
        Window window;
        write_grid(window.folder);
        window.open();
        QTRY_VERIFY(window.is_shown(2));
        QTabWidget& tabs = *window.page.findChild<QTabWidget*>();
        for (int i = 0; i < tabs.count(); ++i)
            if (tabs.tabText(i) == "Grid") tabs.setCurrentIndex(i);
        QAbstractItemModel& grid = window.grid();
        QCOMPARE(grid.rowCount(), 2);
        QCOMPARE(grid.columnCount(), 4);
        const auto head = [&](int column) {
            return grid.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        };
        QCOMPARE((QStringList{head(1), head(2), head(3)}), (QStringList{"0.001", "0.003", "0.01"}));
        QVERIFY(grid.index(0, 2).data().toString().endsWith("\nbest"));
        QVERIFY(grid.index(1, 3).data().toString().contains("worse"));
        QVERIFY(grid.index(1, 3).data().toString().endsWith("best, at the edge of the grid"));
        const QString copied = grid.index(1, 3).data(kFullTextRole).toString();
        QVERIFY(copied.startsWith("3.755") && copied.contains(" Δ ") &&
                copied.endsWith(" best, at the edge of the grid"));
        QVERIFY(window.telling("NoPE is best at the upper edge of the grid"));
    }

    void extending_the_grid_asks_with_its_time() {
        test::TempFolder folder;
        write_grid(folder);
        const auto comparison =
            std::make_shared<const study::Comparison>(study::compare_study(run::RunStore(folder.path()), "quick"));
        QStringList all;
        for (const study::Group& group : comparison->groups) all += QString::fromStdString(group.config_hash);
        CompareChoices choices;
        choices.best_points = true;
        GridPanel panel;
        panel.resize(900, 500);
        panel.show_scene(make_scene(comparison, choices), all, {}, 2);
        panel.show();
        std::vector<std::pair<GridExtension, std::vector<std::int64_t>>> asked;
        connect(&panel, &GridPanel::extend, &panel,
                [&](const GridExtension& extension, const std::vector<std::int64_t>& seeds) {
                    asked.emplace_back(extension, seeds);
                });
        const auto button = [&](const QString& text) -> QPushButton* {
            for (QPushButton* one : panel.findChildren<QPushButton*>())
                if (one->text() == text && one->isVisible()) return one;
            return nullptr;
        };
        QVERIFY(button("Extend grid to 0.03"));
        QTest::mouseClick(button("Extend grid to 0.03"), Qt::LeftButton);
        QVERIFY(button("Train 4 runs"));
        const QList<QLabel*> labels = panel.findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
            return label->text() == "4 runs will take about 1m 00s, up to 2 at a time, judged by earlier runs.";
        }));
        QVERIFY(asked.empty());
        QTest::mouseClick(button("Train 4 runs"), Qt::LeftButton);
        QCOMPARE(asked.size(), std::size_t{1});
        QCOMPARE(asked.front().first.key, std::string("train.lr"));
        QVERIFY(asked.front().first.value == Json(0.03));
        QCOMPARE(asked.front().second, (std::vector<std::int64_t>{1, 2}));
        // Where nothing can be trained the button is absent, and the reason is told.
        panel.show_scene(make_scene(comparison, choices), all, "Imported logs cannot be trained.", 2);
        QVERIFY(!button("Extend grid to 0.03"));
        const QList<QLabel*> told = panel.findChildren<QLabel*>();
        QVERIFY(std::any_of(told.begin(), told.end(), [](const QLabel* label) {
            return label->isVisible() && label->text().endsWith("Imported logs cannot be trained.");
        }));
    }

    void a_grid_whose_study_cannot_be_saved_is_not_trained() {
        test::TempFolder folder;
        StudyConfig study;
        study.name = "quick";
        study.baseline = test::synthetic_baseline();
        study.variants = {{"nope", "NoPE", test::kNoPE}};
        study.grid = {{"train.lr", {0.001, 0.003, 0.01}}};
        StudyDocument document(folder.path());
        QSignalSpy saved(&document, &StudyDocument::saved);
        document.start_new(study);
        document.save();
        QTRY_COMPARE(saved.count(), 1);

        Workspace workspace(folder.path());
        RunControl control(folder.path());
        ComparePage page;
        page.set_context({&workspace, &document, &control});
        QSignalSpy told(&page, &Page::message);
        study.seeds = {7};  // by another program
        io::write_json(study_file_named(folder.path(), "quick"), to_json(study));
        Q_EMIT page.findChild<GridPanel*>()->extend({"quick", "train.lr", 0.03}, {1});
        QTRY_COMPARE(told.count(), 1);
        const QString line = told[0][0].toString();
        QVERIFY2(line.startsWith("The grid was extended, but not trained: "), qPrintable(line));
        QVERIFY(!control.preparing_study());
        QCOMPARE(document.study().grid[0].second.size(), std::size_t{4});
    }

    void what_is_cut_off_is_included_when_asked_to() {
        Window window;
        test::write_synthetic_seeds(window.folder.path(), {}, {3.6, 3.7});
        test::write_synthetic_run(window.folder.path(),
                                  {.variant = "nope", .label = "NoPE", .patch = test::kNoPE, .final_loss = 1e6});
        window.open();
        QTRY_VERIFY(window.is_shown(2));
        auto* curves = window.page.findChild<ChartView*>();
        const auto cut_off = [&] { return curves->notes().join('\n').contains(" above "); };
        QTRY_VERIFY(cut_off());
        Q_EMIT curves->outliers_clicked();
        QTRY_VERIFY(!cut_off());
        Q_EMIT curves->outliers_clicked();
        QTRY_VERIFY(cut_off());
    }

    // Two actions with one shortcut are ambiguous: neither is triggered.
    void each_table_copies_its_rows_by_one_action() {
        Window window;
        for (const char* name : {"Grid", "All pairs", "Differences read at one point"}) {
            const QList<QAction*> actions = window.named<QTableView>(name).actions();
            QCOMPARE(std::count_if(actions.begin(), actions.end(),
                                   [](const QAction* action) { return action->text() == "Copy rows"; }),
                     std::ptrdiff_t{1});
        }
    }

    void all_pairs_are_a_matrix() {
        Window window;
        test::write_measured_study(window.folder.path());
        window.open();
        QTRY_VERIFY(window.is_shown(3));
        const QAbstractItemModel& pairs = *window.named<QTableView>("All pairs").model();
        QCOMPARE(pairs.rowCount(), 3);
        QCOMPARE(pairs.columnCount(), 4);
        QCOMPARE(pairs.index(1, 1).data().toString(), QString("+0.081 ± 0.010\nhigher"));
        QCOMPARE(pairs.index(0, 2).data().toString(), QString("-0.081 ± 0.010\nlower"));
        QCOMPARE(pairs.index(1, 2).data().toString(), QString());
    }

    void runs_of_another_study_come_in() {
        Window window;
        test::write_measured_study(window.folder.path());
        test::write_synthetic_seeds(
            window.folder.path(), {.study = "later", .variant = "no-norm", .label = "No norm", .patch = test::kNoNorm},
            {3.9, 3.91});
        window.open();
        window.page.choose_study("quick");
        QTRY_VERIFY(window.is_shown(3));
        QTest::mouseClick(&window.button("Add study"), Qt::LeftButton);
        QAction* add = nullptr;
        for (const QMenu* menu : window.page.findChildren<QMenu*>())
            for (QAction* action : menu->actions())
                if (action->data().toString() == "later") add = action;
        QVERIFY(add);
        add->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(window.is_shown(4), kPatience);
        const QAbstractItemModel& model = *window.table().model();
        QCOMPARE(model.index(1, 0).data().toString(), QString("NoPE, quick"));
        QCOMPARE(model.index(3, 0).data().toString(), QString("No norm, later"));
    }
};

QTEST_MAIN(CompareAnswerTest)
#include "compare_answer_test.moc"
