#include "ui/pages/compare/compare_model.h"

#include "core/base/atomic_file.h"
#include "core/interop/logs/logs.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "ui/pages/compare/cells_model.h"
#include "ui/pages/compare/compare_scene.h"
#include "ui/widgets/copy_rows.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;

namespace {

ComparisonPtr comparison_in(const test::TempFolder& workspace) {
    return std::make_shared<const study::Comparison>(study::compare_study(run::RunStore(workspace.path()), "quick"));
}

int column(CompareColumn column) { return static_cast<int>(column); }

QString cell(const QAbstractItemModel& model, int row, CompareColumn at, const QModelIndex& parent = {}) {
    return model.index(row, column(at), parent).data().toString();
}

// A baseline, NoPE worse by 0.08, no-norm with one of two seeds collapsed and one still training.
void write_mixed_study(const test::TempFolder& workspace) {
    test::write_synthetic_seeds(workspace.path(), {}, {3.6582, 3.6502, 3.6458});
    test::write_synthetic_seeds(workspace.path(), {.variant = "nope", .label = "NoPE", .patch = test::kNoPE},
                                {3.7404, 3.7335, 3.7247});
    const test::SyntheticRun no_norm{.variant = "no-norm", .label = "No norm", .patch = test::kNoNorm};
    auto collapsed = no_norm;
    collapsed.nan_at = 23;
    test::write_synthetic_run(workspace.path(), collapsed);
    auto training = no_norm;
    training.seed = 2;
    training.ended = false;
    test::write_synthetic_run(workspace.path(), training);
}

struct Table {
    CompareModel model;
    QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::QtTest};
    CompareProxy proxy;
    QAbstractItemModelTester proxy_tester{&proxy, QAbstractItemModelTester::FailureReportingMode::QtTest};

    Table() { proxy.setSourceModel(&model); }
    void show(const ComparisonPtr& comparison, const CompareChoices& choices = {}) {
        model.set_rows(make_scene(comparison, choices)->table, [](std::size_t) { return 0; });
    }
    QStringList names() const {
        QStringList names;
        for (int row = 0; row < proxy.rowCount(); ++row) names += cell(proxy, row, CompareColumn::variant);
        return names;
    }
};

}  // namespace

class CompareModelTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    // Where only others' logs are shown next to each other, the heads say what is compared.
    void heads_say_what_is_compared() {
        CompareModel model;
        const auto head = [&](CompareColumn at) {
            return model.headerData(column(at), Qt::Horizontal, Qt::DisplayRole).toString();
        };
        QCOMPARE(head(CompareColumn::final_loss), QString("Final val loss"));
        const QSignalSpy changed(&model, &QAbstractItemModel::headerDataChanged);
        study::Comparison comparison;
        model.set_measured(comparison);
        QCOMPARE(changed.size(), 0);
        comparison.measure = study::Measure::val_bpb;
        model.set_measured(comparison);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(head(CompareColumn::final_loss), QString("Final val bpb"));
        QCOMPARE(head(CompareColumn::best_loss), QString("Best val bpb"));
    }

    // Weights & Biases draws a group as a mean between its lowest and its highest run: a band, and no seed.
    void imported_means_have_the_band_of_their_runs() {
        const test::TempFolder workspace;
        const auto log = workspace / "wandb.csv";
        atomic_write(log,
                     "Step,norm: rms - val_loss,norm: rms - val_loss__MIN,norm: rms - val_loss__MAX,norm: rms - "
                     "loss,norm: rms - loss__MIN,norm: rms - loss__MAX\n10,4,3.5,4.75,5,4.5,5.5\n20,3,2.5,3.5,4,"
                     "3.75,4.5\n30,2.75,2.5,3,3,2.5,3.25\n");
        interop::ImportedRun run = interop::logs::read_log(log).front();
        run.study = "quick";
        interop::write_imported_run(workspace.path(), run);
        const ComparisonPtr comparison = comparison_in(workspace);
        CompareChoices choices;
        const GroupCurves validation = make_scene(comparison, choices)->curves.front();
        QVERIFY(validation.low && validation.high);
        QCOMPARE(*validation.x, (std::vector<double>{10, 20, 30}));
        QCOMPARE(*validation.low, (std::vector<double>{3.5, 2.5, 2.5}));
        QCOMPARE(*validation.high, (std::vector<double>{4.75, 3.5, 3}));
        choices.metric = run::MetricId::train_loss;
        QCOMPARE(*make_scene(comparison, choices)->curves.front().high, (std::vector<double>{5.5, 4.5, 3.25}));
        choices.smoothing = 0.5;
        const GroupCurves smooth = make_scene(comparison, choices)->curves.front();
        for (std::size_t i = 0; i < smooth.mean->size(); ++i)
            QVERIFY((*smooth.low)[i] < (*smooth.mean)[i] && (*smooth.mean)[i] < (*smooth.high)[i]);
        Table table;
        table.show(comparison);
        QCOMPARE(cell(table.model, 0, CompareColumn::seeds), QString("mean"));
    }

    void groups_over_their_seeds() {
        test::TempFolder workspace;
        write_mixed_study(workspace);
        Table table;
        table.show(comparison_in(workspace));
        const CompareModel& model = table.model;
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(cell(model, 0, CompareColumn::variant), QString("Baseline"));
        QCOMPARE(cell(model, 0, CompareColumn::final_loss), QString("3.651"));
        QCOMPARE(model.index(0, column(CompareColumn::final_loss)).data(CompareModel::half_width).toString(),
                 QString("0.016"));  // two digits, and as many decimals in the mean
        // Aligned at the decimal point with the four decimals of the seeds below.
        QCOMPARE(model.index(0, column(CompareColumn::final_loss)).data(CompareModel::spare_decimals).toInt(), 1);
        QCOMPARE(model.index(1, column(CompareColumn::delta)).data(CompareModel::spare_decimals).toInt(), 0);
        QCOMPARE(cell(model, 0, CompareColumn::delta), QString("–"));
        QCOMPARE(cell(model, 1, CompareColumn::delta), QString("+0.0815"));
        QCOMPARE(cell(model, 1, CompareColumn::judgement), QString("worse by 0.0815 nats"));
        QVERIFY(
            model.index(1, column(CompareColumn::judgement)).data(Qt::ToolTipRole).toString().contains("p = 0.0003"));
        QCOMPARE(cell(model, 1, CompareColumn::best_step), QString("100"));
        QCOMPARE(cell(model, 1, CompareColumn::seeds), QString("3 of 3"));
        const QModelIndex nope = model.index(1, 0);
        QCOMPARE(model.rowCount(nope), 3);
        QCOMPARE(cell(model, 2, CompareColumn::variant, nope), QString("Seed 3"));
        QCOMPARE(cell(model, 2, CompareColumn::delta, nope), QString("+0.0789"));
    }

    void missing_values_are_dashes_and_collapses_are_counted() {
        test::TempFolder workspace;
        write_mixed_study(workspace);
        Table table;
        table.show(comparison_in(workspace));
        const CompareModel& model = table.model;
        for (const auto at : {CompareColumn::final_loss, CompareColumn::delta, CompareColumn::best_loss,
                              CompareColumn::best_step, CompareColumn::relative})
            QCOMPARE(cell(model, 2, at), QString("–"));
        QCOMPARE(cell(model, 2, CompareColumn::verdict), QString("1 of 2 collapsed"));
        QVERIFY(model.index(2, column(CompareColumn::verdict)).data(Qt::ToolTipRole).toString().contains("step 23"));
        const QModelIndex no_norm = model.index(2, 0);
        QVERIFY(cell(model, 0, CompareColumn::verdict, no_norm).startsWith("collapsed: loss is NaN"));
        QCOMPARE(cell(model, 0, CompareColumn::delta, no_norm), QString("–"));
    }

    void numbers_are_copied_in_full() {
        test::TempFolder workspace;
        write_mixed_study(workspace);
        Table table;
        table.show(comparison_in(workspace));
        const auto full = [&](CompareColumn at) { return table.model.index(0, column(at)).data(kFullTextRole); };
        const QStringList loss = full(CompareColumn::final_loss).toString().split(" ± ");
        QCOMPARE(loss.size(), 2);
        QVERIFY(std::abs(loss[0].toDouble() - (3.6582 + 3.6502 + 3.6458) / 3) < 1e-9);
        QVERIFY(loss[1].toDouble() > 0 && loss[1].size() > 6);
        for (const CompareColumn at : {CompareColumn::variant, CompareColumn::seeds, CompareColumn::relative})
            QVERIFY(!full(at).isValid());  // the text is all there is
    }

    void names_are_plain_text() {
        test::TempFolder workspace;
        test::write_synthetic_run(workspace.path(), {.label = "<b>bold</b>"});
        Table table;
        table.show(comparison_in(workspace));
        QCOMPARE(cell(table.model, 0, CompareColumn::variant), QString("<b>bold</b>"));
        for (int i = 0; i < table.model.columnCount(); ++i)
            QVERIFY(!table.model.index(0, i).data(Qt::ToolTipRole).toString().contains("<b>"));
    }

    void updates_in_place() {
        test::TempFolder workspace;
        test::write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66});
        Table table;
        table.show(comparison_in(workspace));
        const QPersistentModelIndex first = table.model.index(0, 0), seed = table.model.index(1, 0, first);
        QSignalSpy reset(&table.model, &QAbstractItemModel::modelReset);
        QSignalSpy inserted(&table.model, &QAbstractItemModel::rowsInserted);
        test::write_synthetic_seeds(workspace.path(), {.variant = "nope", .label = "NoPE", .patch = test::kNoPE},
                                    {3.75, 3.76});
        table.show(comparison_in(workspace));
        QCOMPARE(reset.count(), 0);
        QCOMPARE(inserted.count(), 3);  // the group and its two seeds
        QVERIFY(first.isValid() && seed.isValid());
        QCOMPARE(seed.data().toString(), QString("Seed 2"));
        table.model.set_rows({}, [](std::size_t) { return 0; });
        QVERIFY(!first.isValid() && !seed.isValid());
        QCOMPARE(reset.count(), 0);
    }

    void sorts_by_value_with_missing_ones_last() {
        test::TempFolder workspace;
        write_mixed_study(workspace);
        Table table;
        table.show(comparison_in(workspace));
        table.proxy.sort(column(CompareColumn::final_loss), Qt::DescendingOrder);
        QCOMPARE(table.names(), (QStringList{"NoPE", "Baseline", "No norm"}));
        table.proxy.sort(column(CompareColumn::final_loss), Qt::AscendingOrder);
        QCOMPARE(table.names(), (QStringList{"Baseline", "NoPE", "No norm"}));
        table.proxy.sort(column(CompareColumn::variant), Qt::DescendingOrder);
        QCOMPARE(table.names(), (QStringList{"NoPE", "No norm", "Baseline"}));
        table.proxy.sort(-1);
        QCOMPARE(table.names(), (QStringList{"Baseline", "NoPE", "No norm"}));
    }

    void filters_groups_and_keeps_their_seeds() {
        test::TempFolder workspace;
        write_mixed_study(workspace);
        Table table;
        table.show(comparison_in(workspace));
        table.proxy.setFilterFixedString("nop");
        QCOMPARE(table.names(), QStringList{"NoPE"});
        QCOMPARE(table.proxy.rowCount(table.proxy.index(0, 0)), 3);
        table.proxy.setFilterFixedString("collapsed");
        QCOMPARE(table.names(), QStringList{"No norm"});
    }

    void another_reference_turns_the_sign() {
        test::TempFolder workspace;
        write_mixed_study(workspace);
        const ComparisonPtr comparison = comparison_in(workspace);
        const auto references = references_of(*comparison);
        QCOMPARE(references.size(), std::size_t{3});
        Table table;
        CompareChoices choices;
        choices.reference = references[1].second;
        table.show(comparison, choices);
        QCOMPARE(cell(table.model, 0, CompareColumn::delta), QString("-0.081"));
        QCOMPARE(cell(table.model, 1, CompareColumn::judgement), QString("the reference"));
        QVERIFY(table.model.index(1, 0).data(CompareModel::reference).toBool());
    }

    void grid_points_equal_or_best() {
        test::TempFolder workspace;
        const auto at = [](double lr, Json patch) {
            patch["train"] = {{"lr", lr}};
            return patch;
        };
        for (const auto& [lr, point, base, nope] :
             {std::tuple(0.01, "train.lr=0.01", 3.60, 3.90), std::tuple(0.001, "train.lr=0.001", 3.70, 3.75)}) {
            test::write_synthetic_run(workspace.path(),
                                      {.grid_point = point, .patch = at(lr, Json::object()), .final_loss = base});
            test::write_synthetic_run(workspace.path(), {.variant = "nope",
                                                         .label = "NoPE",
                                                         .grid_point = point,
                                                         .patch = at(lr, test::kNoPE),
                                                         .final_loss = nope});
        }
        const ComparisonPtr comparison = comparison_in(workspace);
        CompareChoices choices;
        const auto delta_of = [&](const QString& name) {
            const CompareScenePtr scene = make_scene(comparison, choices);
            for (const CompareRow& row : scene->table)
                if (row.cells[0].text == name) return row.cells[static_cast<std::size_t>(CompareColumn::delta)].text;
            return QString("not shown");
        };
        QCOMPARE(delta_of("NoPE at train.lr=0.01"), QString("+0.3000"));
        QCOMPARE(delta_of("NoPE at train.lr=0.001"), QString("+0.0500"));
        choices.best_points = true;
        QCOMPARE(delta_of("NoPE at train.lr=0.01"), QString("not shown"));
        QCOMPARE(delta_of("NoPE at train.lr=0.001"), QString("+0.1500"));  // to the baseline at its own best
        choices.best_points = false;
        for (const auto& [name, reference] : references_of(*comparison))
            if (name == "Baseline at train.lr=0.001") choices.reference = reference;
        QCOMPARE(delta_of("NoPE at train.lr=0.01"), QString("+0.2000"));  // one group for all
    }

    void what_a_choice_does_not_touch_is_taken_over() {
        test::TempFolder workspace;
        test::write_measured_study(workspace.path());
        const ComparisonPtr comparison = comparison_in(workspace);
        CompareChoices choices;
        const CompareScenePtr first = make_scene(comparison, choices);
        choices.read_step = 60;
        const CompareScenePtr read = make_scene(comparison, choices, first);
        QCOMPARE(read->readings.step, 60.0);
        QVERIFY(read->choices == choices);
        QCOMPARE(read->curves[1].mean, first->curves[1].mean);  // the same values, not like ones
        choices.metric = run::MetricId::train_loss;
        choices.smoothing = 0.5;
        const CompareScenePtr smoothed = make_scene(comparison, choices, read);
        QVERIFY(smoothed->curves[1].mean != first->curves[1].mean);
        QCOMPARE(smoothed->readings.step, 60.0);
        choices.reference.variant = "nope";
        const CompareScenePtr turned = make_scene(comparison, choices, smoothed);
        QCOMPARE(turned->curves[1].mean, smoothed->curves[1].mean);
        QVERIFY(turned->shown[1].is_reference());
        QCOMPARE(turned->readings.rows.size(), std::size_t{2});
        // Of another comparison nothing is.
        const CompareScenePtr other = make_scene(comparison_in(workspace), choices, turned);
        QVERIFY(other->curves[1].mean != turned->curves[1].mean);
    }

    void only_options_that_differ_and_only_where_they_apply() {
        test::TempFolder workspace;
        write_mixed_study(workspace);
        const ConfigTable table = make_scene(comparison_in(workspace), {})->configuration;
        std::map<std::string, std::vector<QString>> values;
        for (const ConfigTable::Row& row : table.rows) values[row.key] = row.values;
        QCOMPARE(values.size(), std::size_t{4});  // position, and the norm at three sites
        QCOMPARE(values.at("model.position.kind"), (std::vector<QString>{"RoPE", "NoPE", "RoPE"}));
        QCOMPARE(values.at("model.norm.final.kind").at(2), QString("No norm"));
    }

    void cells_update_in_place() {
        CellsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto line = [](const QString& key, const QString& value) {
            return CellsModel::Line{key, {{key, {}, {}, false}, {value, {}, {}, true}}};
        };
        const std::vector<CellsModel::Cell> header{{"Option", {}, {}, false}, {"A", {}, {}, true}};
        model.set(header, {line("x", "1"), line("y", "2")});
        const QPersistentModelIndex y = model.index(1, 1);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.set(header, {line("x", "1"), line("y", "3")});
        QCOMPARE(changed.count(), 1);  // of the row that changed alone
        QCOMPARE(y.data().toString(), QString("3"));
        QVERIFY(!y.data(kFullTextRole).isValid());
        CellsModel::Line rounded = line("y", "3");
        rounded.cells[1].full = "3.0581234567";
        model.set(header, {line("x", "1"), rounded});
        QCOMPARE(y.data(kFullTextRole).toString(), QString("3.0581234567"));
        model.set(header, {line("z", "0"), line("y", "3"), line("x", "1")});
        QCOMPARE(y.row(), 1);
        QCOMPARE(model.index(2, 0).data(CellsModel::key).toString(), QString("x"));
        model.set({header[0]}, {});
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(model.columnCount(), 1);
    }
};

QTEST_MAIN(CompareModelTest)
#include "compare_model_test.moc"
