#include "core/compare/grid.h"

#include "core/base/text.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QtTest>

using namespace ablate;
using namespace ablate::study;
using namespace ablate::test;
using Edge = GridTable::Edge;

namespace {

void write_at(const TempFolder& workspace, SyntheticRun run, double lr, double loss) {
    run.grid_point = "train.lr=" + full_precision(lr);
    run.patch.merge_patch({{"train", {{"lr", lr}}}});
    run.final_loss = loss;
    write_synthetic_run(workspace.path(), run);
}

}  // namespace

class GridTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void variants_by_values_with_the_best_marked() {
        TempFolder workspace;
        const SyntheticRun nope{.variant = "nope", .label = "NoPE", .patch = kNoPE};
        const std::vector<std::pair<double, double>> of_baseline{{0.03, 3.5}, {0.01, 3.6}, {1e-5, 3.9}};
        const std::vector<std::pair<double, double>> of_nope{{0.03, 3.8}, {0.01, 3.7}, {1e-5, 3.95}};
        for (const auto& [lr, loss] : of_baseline) write_at(workspace, {}, lr, loss);
        for (const auto& [lr, loss] : of_nope) write_at(workspace, nope, lr, loss);
        const Comparison comparison = compare_study(run::RunStore(workspace.path()), "quick");
        QCOMPARE(grid_keys(comparison), std::vector<std::string>{"train.lr"});
        const GridTable table = grid_table(comparison, "train.lr");
        QCOMPARE(table.values, (std::vector<Json>{1e-5, 0.01, 0.03}));  // by number, not by text
        QVERIFY(table.numeric());
        QCOMPARE(table.rows.size(), std::size_t{2});
        QCOMPARE(table.rows[0].variant, std::string("baseline"));
        QCOMPARE(*table.rows[0].best, std::size_t{2});
        QVERIFY(table.rows[0].edge == Edge::upper);
        QCOMPARE(table.rows[1].label, std::string("NoPE"));
        QCOMPARE(*table.rows[1].best, std::size_t{1});
        QVERIFY(table.rows[1].edge == Edge::none);
        QCOMPARE(comparison.groups[*table.rows[1].groups[0]].grid_point, std::string("train.lr=1e-05"));
    }

    void of_several_points_at_a_value_the_best_is_shown() {
        TempFolder workspace;
        const auto write = [&](double lr, int warmup, double loss) {
            SyntheticRun run;
            run.grid_point = fmt::format("train.lr={},train.warmup={}", full_precision(lr), warmup);
            run.patch = {{"train", {{"lr", lr}, {"warmup", warmup}}}};
            run.final_loss = loss;
            write_synthetic_run(workspace.path(), run);
        };
        write(0.01, 5, 3.7);
        write(0.01, 20, 3.6);
        write(0.03, 5, 3.5);
        write(0.03, 20, 3.8);
        const Comparison comparison = compare_study(run::RunStore(workspace.path()), "quick");
        QCOMPARE(grid_keys(comparison), (std::vector<std::string>{"train.lr", "train.warmup"}));
        const auto point_at = [&](const char* key, std::size_t value) {
            return comparison.groups[*grid_table(comparison, key).rows.at(0).groups.at(value)].grid_point;
        };
        QCOMPARE(point_at("train.lr", 0), std::string("train.lr=0.01,train.warmup=20"));
        QCOMPARE(point_at("train.lr", 1), std::string("train.lr=0.03,train.warmup=5"));
        QCOMPARE(point_at("train.warmup", 0), std::string("train.lr=0.03,train.warmup=5"));
        QCOMPARE(point_at("train.warmup", 1), std::string("train.lr=0.01,train.warmup=20"));
    }

    void without_a_grid_there_is_no_key() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        QVERIFY(grid_keys(compare_study(run::RunStore(workspace.path()), "quick")).empty());
    }

    void values_are_read_from_the_name_of_a_point() {
        QCOMPARE(grid_value("train.lr=0.01,train.warmup=20", "train.warmup"), Json(20));
        QCOMPARE(grid_value("model.position=rope,train.lr=0.01", "model.position"), Json("rope"));
        QVERIFY(grid_value("train.lr=0.01", "train.warmup").is_null());
    }

    void a_grid_goes_on_by_its_own_step() {
        const std::vector<Json> rates{0.001, 0.003, 0.01};
        QCOMPARE(*next_grid_value(rates, Edge::upper), Json(0.03));
        QCOMPARE(*next_grid_value(rates, Edge::lower), Json(0.0003));
        QCOMPARE(*next_grid_value({2, 4, 8}, Edge::upper), Json(16));
        QCOMPARE(*next_grid_value({4, 6, 8}, Edge::upper), Json(10));
        QCOMPARE(*next_grid_value({1.0, 1.1}, Edge::upper), Json(1.2));
        QVERIFY(!next_grid_value({4, 6, 8}, Edge::none));
        QVERIFY(!next_grid_value({0, 2, 4}, Edge::lower));
        QVERIFY(!next_grid_value({"rope", "none"}, Edge::upper));
        QVERIFY(!next_grid_value({0.01}, Edge::upper));
    }
};

QTEST_GUILESS_MAIN(GridTest)
#include "grid_test.moc"
