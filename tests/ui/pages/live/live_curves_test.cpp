#include "ui/pages/live/live_curves.h"

#include "core/interop/imported_run_judge.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QTest>
#include <cmath>

using namespace ablate;
using namespace ablate::ui;

// Real run directories, read by a workspace.
class LiveCurvesTest : public QObject {
    Q_OBJECT

    struct Live {
        test::TempFolder folder;
        std::unique_ptr<Workspace> workspace;
        LiveRunModel model;
        LiveCurves curves{&model};

        // All runs, chosen and read.
        bool open(std::size_t count) {
            workspace = std::make_unique<Workspace>(folder.path());
            if (!QTest::qWaitFor([&] { return workspace->runs()->runs.size() == count; })) return false;
            model.set_runs(workspace->runs(),
                           [this](const run::RunInfo& info) { return workspace->color_index(info); });
            QStringList ids;
            for (const run::ListedRun& run : workspace->runs()->runs) ids += QString::fromStdString(run.info.id);
            model.choose(ids);
            workspace->follow(ids);
            curves.set_workspace(workspace.get());
            return QTest::qWaitFor([&] {
                return std::all_of(ids.begin(), ids.end(), [&](const QString& id) { return workspace->curves(id); });
            });
        }
        std::vector<Curve> of(run::MetricId id) { return curves.of(run::metric(id), true); }
    };
    static qsizetype faint(const std::vector<Curve>& curves) {
        return std::count_if(curves.begin(), curves.end(), [](const Curve& curve) { return curve.faint; });
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void seeds_of_a_variant_are_faint_behind_their_mean() {
        Live live;
        test::write_synthetic_seeds(live.folder.path(), {}, {3.6, 3.7, 3.8});
        QVERIFY(live.open(3));
        const std::vector<Curve> curves = live.of(run::MetricId::val_loss);
        QCOMPARE(curves.size(), std::size_t{4});
        QCOMPARE(faint(curves), qsizetype{3});
        const Curve& mean = curves.back();
        QVERIFY(!mean.faint && mean.low && mean.high);
        QCOMPARE(mean.label, QString("Baseline"));
        QCOMPARE(mean.x->back(), 100.0);
        QVERIFY(std::abs(mean.y->back() - 3.7) < 1e-9);
        QVERIFY(mean.low->back() < 3.7 && mean.high->back() > 3.7);
        for (const Curve& curve : curves) QCOMPARE(curve.id, mean.id);
        QCOMPARE(live.curves.runs_beside(mean.id).size(), qsizetype{3});
        // Kept while nothing changes.
        QCOMPARE(live.of(run::MetricId::val_loss).back().y.get(), mean.y.get());

        live.curves.set_grouping(Grouping::runs);
        const std::vector<Curve> each = live.of(run::MetricId::val_loss);
        QCOMPARE(each.size(), std::size_t{3});
        QCOMPARE(faint(each), qsizetype{0});
        QVERIFY(each[0].color == each[1].color && each[0].dash != each[1].dash && each[1].dash != each[2].dash);
    }

    void a_collapsed_seed_is_drawn_alone_and_not_averaged() {
        Live live;
        test::write_synthetic_seeds(live.folder.path(), {}, {3.6, 3.8});
        test::write_synthetic_run(live.folder.path(), {.seed = 3, .nan_at = 23});
        QVERIFY(live.open(3));
        const std::vector<Curve> curves = live.of(run::MetricId::train_loss);
        QCOMPARE(curves.size(), std::size_t{4});
        QCOMPARE(faint(curves), qsizetype{2});
        const auto alone = std::find_if(curves.begin(), curves.end(),
                                        [](const Curve& curve) { return curve.label == "Baseline, seed 3"; });
        QVERIFY(alone != curves.end());
        QVERIFY(!alone->faint && !alone->low);
        QCOMPARE(alone->flags.size(), std::size_t{1});
        QCOMPARE(alone->flags[0].first, 23.0);
        for (const double value : *curves.back().y) QVERIFY(std::isfinite(value));
        QCOMPARE(curves.back().x->back(), 99.0);
    }

    void a_mean_ends_where_the_first_seed_ends() {
        Live live;
        test::write_synthetic_run(live.folder.path(), {});
        test::write_synthetic_run(live.folder.path(), {.seed = 2, .ended = false});
        QVERIFY(live.open(2));
        const std::vector<Curve> curves = live.of(run::MetricId::train_loss);
        QCOMPARE(curves.size(), std::size_t{3});
        QCOMPARE(curves.back().x->back(), 49.0);
        QCOMPARE(std::max(curves[0].x->back(), curves[1].x->back()), 99.0);
    }

    void one_seed_a_variant_is_drawn_as_it_is() {
        Live live;
        test::write_synthetic_run(live.folder.path(), {});
        test::write_synthetic_run(live.folder.path(), {.variant = "nope", .label = "NoPE", .patch = test::kNoPE});
        QVERIFY(live.open(2));
        const std::vector<Curve> curves = live.of(run::MetricId::train_loss);
        QCOMPARE(curves.size(), std::size_t{2});
        QCOMPARE(faint(curves), qsizetype{0});
        for (const Curve& curve : curves) QVERIFY(!curve.low && curve.dash == Qt::SolidLine);
        QVERIFY(curves[0].color != curves[1].color);
    }

    // The charts number their marks from the left.
    void flags_are_numbered_along_the_axis() {
        Live live;
        test::write_synthetic_run(live.folder.path(),
                                  {.variant = "no-norm", .label = "No norm", .patch = test::kNoNorm, .nan_at = 23});
        test::write_synthetic_run(live.folder.path(), {.spikes = 2});
        QVERIFY(live.open(2));
        const std::vector<RunFlag> flags = live.curves.flags();
        QCOMPARE(flags.size(), std::size_t{2});
        QCOMPARE(flags[0].number, 1);
        QCOMPARE(flags[0].x, 10.0);
        QCOMPARE(flags[0].words, QString("2 spikes, first a spike at step 10"));
        QCOMPARE(flags[1].number, 2);
        QCOMPARE(flags[1].words, QString("loss is NaN at step 23, first in blocks.2.attn"));
        QVERIFY(flags[0].run != flags[1].run);
    }

    void a_run_without_a_metric_keeps_its_flags_on_that_chart() {
        Live live;
        test::write_synthetic_run(live.folder.path(), {.spikes = 2});
        interop::ImportedRun log;
        log.study = "logs";
        log.variant = "other";
        log.format = "csv";
        log.path = "/elsewhere/log.csv";
        log.sha256 = "other";
        log.stated = Json::object();
        log.steps = 40;
        for (std::int64_t step = 1; step <= log.steps; ++step)
            log.metrics.push_back({interop::kUnknown, step, {{run::kTrainLoss, step < 5 ? 3.0F : NAN}}});
        interop::judge(log);
        interop::write_imported_run(live.folder.path(), log);
        QVERIFY(live.open(2));
        const std::vector<RunFlag> flags = live.curves.flags();
        QCOMPARE(flags.size(), std::size_t{2});
        QCOMPARE(flags[0].x, 5.0);
        QCOMPARE(flags[1].x, 10.0);
        for (const run::MetricId id : {run::MetricId::train_loss, run::MetricId::grad_norm}) {
            std::vector<double> places;
            for (const Curve& curve : live.of(id))
                for (const auto& [x, words] : curve.flags) places.push_back(x);
            std::sort(places.begin(), places.end());
            QCOMPARE(places, (std::vector<double>{5, 10}));
        }
        const std::vector<Curve> norms = live.of(run::MetricId::grad_norm);
        QCOMPARE(std::count_if(norms.begin(), norms.end(), [](const Curve& curve) { return curve.x->empty(); }),
                 std::ptrdiff_t{1});
    }
};

QTEST_MAIN(LiveCurvesTest)
#include "live_curves_test.moc"
