#include "core/compare/more_seeds.h"

#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QtTest>

using namespace ablate;
using namespace ablate::study;
using namespace ablate::test;

namespace {

using Seeds = std::vector<std::int64_t>;

MoreSeeds seeds_in(const TempFolder& workspace, std::int64_t count) {
    const Comparison comparison = compare_study(run::RunStore(workspace.path()), "quick");
    return more_seeds(comparison, verdict(comparison), count);
}

const SyntheticRun kNoPERun{.variant = "nope", .label = "NoPE", .patch = kNoPE};
const SyntheticRun kSiLURun{.variant = "silu", .label = "SiLU", .patch = kSiLU};

}  // namespace

class MoreSeedsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // SiLU is worse, so no seed is spent on it.
    void only_what_is_undecided_and_its_baseline() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66, 3.64});
        write_synthetic_seeds(workspace.path(), kNoPERun, {3.66, 3.65, 3.65});
        write_synthetic_seeds(workspace.path(), kSiLURun, {3.75, 3.761, 3.74});
        const MoreSeeds more = seeds_in(workspace, 2);
        QCOMPARE(more.requests.size(), std::size_t{2});
        QCOMPARE(more.requests[0].group, std::size_t{0});
        QCOMPARE(more.requests[0].seeds, (Seeds{4, 5}));
        QCOMPARE(more.requests[1].group, std::size_t{1});
        QCOMPARE(more.requests[1].seeds, (Seeds{4, 5}));
        QCOMPARE(more.runs, std::int64_t{4});
        QCOMPARE(more.seconds, 120.0);
        QCOMPARE(more.longest, 30.0);
    }

    void seeds_that_the_baseline_has_come_first() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66, 3.64});
        write_synthetic_seeds(workspace.path(), kNoPERun, {3.3});
        const MoreSeeds more = seeds_in(workspace, 3);
        QCOMPARE(more.requests.size(), std::size_t{2});
        QCOMPARE(more.requests[0].seeds, Seeds{4});
        QCOMPARE(more.requests[1].seeds, (Seeds{2, 3, 4}));
    }

    void two_runs_of_one_graph_get_none() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66});
        write_synthetic_seeds(workspace.path(), kNoPERun, {3.65, 3.66});
        QCOMPARE(seeds_in(workspace, 2).runs, std::int64_t{0});
        const Comparison comparison = compare_study(run::RunStore(workspace.path()), "quick");
        QCOMPARE(why_no_seeds(comparison, verdict(comparison)), std::string("More seeds would not decide this."));
    }
};

QTEST_GUILESS_MAIN(MoreSeedsTest)
#include "more_seeds_test.moc"
