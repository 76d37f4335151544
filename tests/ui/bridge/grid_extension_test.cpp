#include "ui/bridge/grid_extension.h"

#include "core/base/workspace_layout.h"
#include "core/io/json_file.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>
#include <filesystem>

using namespace ablate;
using namespace ablate::ui;
namespace fs = std::filesystem;

class GridExtensionTest : public QObject {
    Q_OBJECT

    static StudyConfig swept() {
        StudyConfig study;
        study.name = "swept";
        study.baseline = test::synthetic_baseline();
        study.variants = {{"nope", "NoPE", test::kNoPE}};
        study.grid.emplace_back("train.lr", std::vector<Json>{0.003, 0.01});
        return study;
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void the_file_gets_the_value_and_only_its_points_are_trained() {
        const test::TempFolder workspace;
        const fs::path file = study_file_named(workspace.path(), "swept");
        fs::create_directories(file.parent_path());
        io::write_json(file, to_json(swept()));
        const StudyConfig trained = extend_grid(workspace.path(), {"swept", "train.lr", 0.001});
        QVERIFY(load_study(file).grid[0].second == (std::vector<Json>{0.001, 0.003, 0.01}));
        const std::vector<VariantPoint> points = expand(trained);
        QCOMPARE(points.size(), std::size_t{2});
        QCOMPARE(points[0].grid_point, std::string("train.lr=0.001"));
        QCOMPARE(points[1].name, std::string("nope@train.lr=0.001"));
    }

    void a_study_without_a_file_gets_one_from_its_runs() {
        const test::TempFolder workspace;
        for (const double lr : {0.003, 0.01})
            for (const bool nope : {false, true}) {
                test::SyntheticRun run{.study = "swept", .grid_point = lr < 0.005 ? "train.lr=0.003" : "train.lr=0.01"};
                run.patch = {{"train", {{"lr", lr}}}};
                if (nope) {
                    run.variant = "nope";
                    run.label = "NoPE";
                    run.patch.merge_patch(test::kNoPE);
                }
                test::write_synthetic_run(workspace.path(), run);
            }
        const StudyConfig trained = extend_grid(workspace.path(), {"swept", "train.lr", 0.03});
        QCOMPARE(expand(trained).size(), std::size_t{2});
        const StudyConfig kept = load_study(study_file_named(workspace.path(), "swept"));
        QCOMPARE(kept.grid.size(), std::size_t{1});
        QCOMPARE(kept.grid[0].second.size(), std::size_t{3});
    }

    void what_cannot_be_extended_is_refused() {
        const auto refusal = [](const char* key, const Json& value) {
            return test::input_error([&] { with_grid_value(swept(), {"swept", key, value}); });
        };
        QVERIFY(test::is_line_with(refusal("train.lr", 0.01), {"swept", "train.lr = 0.01 already"}));
        QVERIFY(test::is_line_with(refusal("train.warmup", 10), {"swept", "its grid has no train.warmup"}));
        QVERIFY(!refusal("train.lr", -1.0).empty());  // out of the option's range
        const test::TempFolder workspace;
        QVERIFY(test::is_line_with(test::input_error([&] {
                                       extend_grid(workspace.path(), {"nowhere", "train.lr", 0.1});
                                   }),
                                   {"nowhere"}));
    }
};

QTEST_GUILESS_MAIN(GridExtensionTest)
#include "grid_extension_test.moc"
