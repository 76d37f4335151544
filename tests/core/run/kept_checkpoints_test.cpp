#include "core/run/kept_checkpoints.h"

#include "tests/support/temp_folder.h"

#include <QTest>

using namespace ablate;

class KeptCheckpointsTest : public QObject {
    Q_OBJECT

    using Names = std::vector<std::string>;

    // The checkpoints of steps 10 and 20; that of step 20 was the best when it was saved.
    static void make(const test::TempFolder& folder) {
        for (const char* name : {"checkpoints/step-000010", "checkpoints/step-000020"})
            std::filesystem::create_directories(folder / name);
        folder.write("checkpoints/step-000020/model.safetensors", "12345");
        folder.write("checkpoints/step-000020/trainer.json", "{}");
        folder.write("checkpoints/kept.json", R"({"best": "step-000020", "last good": "step-000020"})");
    }

  private Q_SLOTS:
    void the_log_says_why_a_checkpoint_was_saved_and_its_loss() {
        const test::TempFolder folder;
        make(folder);
        const std::vector<train::Event> events{{10, train::CheckpointEvent{"step-000010", "cadence", ""}},
                                               {20, train::EvaluationEvent{.set = "web", .loss = 3.5}},
                                               {20, train::EvaluationEvent{.set = "books", .loss = 4.5}}};
        const auto kept = run::kept_checkpoints(folder.path(), events);
        QCOMPARE(kept.size(), std::size_t{2});
        QCOMPARE(kept[0].step, std::int64_t{10});
        QCOMPARE(kept[0].reason, std::string("cadence"));
        QCOMPARE(kept[0].bytes, std::uint64_t{0});
        QVERIFY(kept[0].marks.empty() && !kept[0].loss);
        QCOMPARE(kept[1].folder.filename().string(), std::string("step-000020"));
        QCOMPARE(kept[1].reason, std::string());
        QCOMPARE(kept[1].bytes, std::uint64_t{7});
        QCOMPARE(kept[1].marks, (Names{"best", "last good"}));
        QVERIFY(kept[1].loss == 3.5);  // of the first set
    }

    void damaged_marks_are_none() {
        const test::TempFolder folder;
        make(folder);
        folder.write("checkpoints/kept.json", "[3");
        const auto kept = run::kept_checkpoints(folder.path(), {});
        QCOMPARE(kept.size(), std::size_t{2});
        QVERIFY(kept[1].marks.empty());
    }

    void a_run_without_checkpoints_has_none() {
        const test::TempFolder folder;
        QVERIFY(run::kept_checkpoints(folder.path(), {}).empty());
    }
};

QTEST_GUILESS_MAIN(KeptCheckpointsTest)
#include "kept_checkpoints_test.moc"
