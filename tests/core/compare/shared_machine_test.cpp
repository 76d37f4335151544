#include "core/base/text.h"
#include "core/compare/comparison.h"
#include "core/io/json_file.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QTest>

using namespace ablate;
using test::TempFolder;

namespace {

// A run that trained for 100 seconds from `start` + `begin` on. Returns its id.
std::string write_run(const TempFolder& folder, double start, const test::SyntheticRun& run, double begin) {
    const run::RunDirectory directory = test::write_synthetic_run(folder.path(), run);
    for (const std::filesystem::path& file : io::event_files(directory.folder())) std::filesystem::remove(file);
    io::TensorBoardWriter metrics(directory.folder());
    for (std::int64_t step = 0; step < 100; ++step)
        metrics.append({start + begin + static_cast<double>(step), step, {{run::kTrainLoss, 3.0f}}});
    metrics.flush();
    run::RunState state = directory.state();
    state.updated = start + begin + 100;
    directory.write_state(state);
    return directory.id();
}

}  // namespace

class SharedMachineTest : public QObject {
    Q_OBJECT

    static bool shared(const study::Comparison& comparison, const std::string& variant) {
        for (const study::Group& group : comparison.groups)
            if (group.variant == variant) return study::shared_machine(comparison, group);
        throw std::logic_error("no group " + variant);
    }

  private Q_SLOTS:
    void a_run_of_another_study_that_trained_meanwhile_makes_times_rough() {
        const TempFolder folder;
        const double start = unix_now();
        write_run(folder, start, {}, 0);
        write_run(folder, start, {.variant = "silu", .patch = test::kSiLU}, 200);
        const auto compare = [&] { return study::compare_study(run::RunStore(folder.path()), "quick"); };
        QVERIFY(!shared(compare(), "baseline") && !shared(compare(), "silu"));
        write_run(folder, start, {.study = "other"}, 50);
        const study::Comparison comparison = compare();
        QCOMPARE(comparison.runs.size(), std::size_t{2});  // the other study's run is not compared
        QVERIFY(shared(comparison, "baseline") && !shared(comparison, "silu"));
    }

    void a_partner_that_is_not_in_the_table_is_known() {
        const TempFolder folder;
        const double start = unix_now();
        const std::string one = write_run(folder, start, {}, 0);
        write_run(folder, start, {.seed = 2}, 1);
        const std::string apart = write_run(folder, start, {.variant = "silu", .patch = test::kSiLU}, 300);
        const study::Comparison comparison = study::compare_runs(run::RunStore(folder.path()), {one, apart});
        QVERIFY(shared(comparison, "baseline") && !shared(comparison, "silu"));
    }

    // What another machine trained at the same time slowed nothing here.
    void runs_from_elsewhere_are_no_partners() {
        const TempFolder folder;
        const double start = unix_now();
        write_run(folder, start, {}, 0);
        const run::RunDirectory copied(folder / "runs" / write_run(folder, start, {.study = "other"}, 0));
        run::RunInfo info = copied.info();
        info.origin = "/elsewhere/runs/" + info.id;
        io::write_json(copied.folder() / "run.json", to_json(info));
        const run::RunDirectory of_cluster(folder / "runs" / write_run(folder, start, {.study = "cluster"}, 0));
        folder.write("runs/" + of_cluster.id() + "/slurm.jsonl", "{}\n");
        QVERIFY(!shared(study::compare_study(run::RunStore(folder.path()), "quick"), "baseline"));
    }
};

QTEST_GUILESS_MAIN(SharedMachineTest)
#include "shared_machine_test.moc"
