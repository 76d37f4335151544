#include "core/report/points.h"

#include "core/base/atomic_file.h"
#include "core/base/text.h"
#include "core/io/json_file.h"
#include "tests/support/contains.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QtTest>

using namespace ablate;
using namespace ablate::report;
using namespace ablate::test;

namespace {

study::Comparison two_runs(const TempFolder& workspace) {
    write_synthetic_run(workspace.path(), {});
    write_synthetic_run(workspace.path(), {.variant = "no-norm", .label = "No norm", .patch = kNoNorm, .nan_at = 23});
    return study::compare_study(run::RunStore(workspace.path()), "quick");
}

std::size_t column(const std::vector<std::string>& header, const std::string& name) {
    return static_cast<std::size_t>(std::find(header.begin(), header.end(), name) - header.begin());
}

}  // namespace

class PointsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void csv_has_every_point() {
        TempFolder workspace;
        const study::Comparison comparison = two_runs(workspace);
        write_points_csv(comparison, workspace / "points.csv");
        const std::vector<std::string> lines = split(read_file(workspace / "points.csv"), '\n');
        const std::vector<std::string> header = split(lines.at(0), ',');
        // 100 training steps and the evaluation at the end, 24 steps until the collapse; the file ends with a newline.
        QCOMPARE(lines.size(), std::size_t{1 + 101 + 24 + 1});
        const std::size_t loss = column(header, "train/loss"), val = column(header, "evaluation/val/loss");
        const std::size_t step = column(header, "step"), variant = column(header, "variant");
        const std::vector<std::string> first = split(lines[1], ','), second = split(lines[2], ',');
        QCOMPARE(first.at(step), std::string("0"));
        QCOMPARE(first.at(loss), full_precision((*comparison.runs[0].metrics)[run::kTrainLoss].value[0]));
        QCOMPARE(first.at(val), full_precision(comparison.runs[0].val.value[0]));
        QCOMPARE(second.at(val), std::string());  // no evaluation there, and no 0
        const std::vector<std::string> end = split(lines[101], ','), broken = split(lines[125], ',');
        QCOMPARE(end.at(step), std::string("100"));
        QCOMPARE(end.at(loss), std::string());
        QCOMPARE(end.at(val), full_precision(comparison.runs[0].final_val));
        QCOMPARE(broken.at(variant), std::string("no-norm"));
        QCOMPARE(broken.at(loss), std::string("NaN"));
        QCOMPARE(broken.at(column(header, "grad/norm")), std::string("Infinity"));
    }

    void json_has_every_point_and_event() {
        TempFolder workspace;
        const study::Comparison comparison = two_runs(workspace);
        write_points_json(comparison, workspace / "points.json");
        const Json points = io::read_json(workspace / "points.json");
        QCOMPARE(points.at("runs").size(), std::size_t{2});
        const Json& collapsed = points.at("runs")[1];
        QCOMPARE(collapsed.at("variant"), Json("no-norm"));
        QCOMPARE(collapsed.at("series").at("train/loss").at("step").size(), std::size_t{24});
        QCOMPARE(collapsed.at("series").at("train/loss").at("value")[23], Json("NaN"));
        QCOMPARE(collapsed.at("events").back().at("type"), Json("non_finite"));
    }

    void a_name_is_no_formula() {
        TempFolder workspace;
        write_synthetic_run(workspace.path(), {.variant = "=1+1,x"});
        write_points_csv(study::compare_study(run::RunStore(workspace.path()), "quick"), workspace / "points.csv");
        QVERIFY(contains(read_file(workspace / "points.csv"), ",\"'=1+1,x\","));
    }
};

QTEST_GUILESS_MAIN(PointsTest)
#include "points_test.moc"
