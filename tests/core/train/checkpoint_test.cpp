#include "core/train/checkpoint.h"

#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using namespace ablate::test;
using namespace ablate::train;

namespace {

namespace fs = std::filesystem;

std::vector<NamedTensor> tensors(double value) {
    return {{"a", at::full({3, 2}, value)}, {"b", at::full({5}, -value)}, {"scalar", at::full({}, value)}};
}

CheckpointInfo save(CheckpointStore& store, std::int64_t step, const std::string& reason = "cadence") {
    const auto value = static_cast<double>(step);
    return store.save(step, reason, tensors(value), tensors(2 * value),
                      {{"format", kCheckpointFormat}, {"log_position", step}}, reason == "best");
}

std::vector<std::int64_t> steps(const fs::path& folder) {
    std::vector<std::int64_t> result;
    for (const auto& checkpoint : list_checkpoints(folder)) result.push_back(checkpoint.step);
    return result;
}

using Steps = std::vector<std::int64_t>;

}  // namespace

class CheckpointTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void loads_what_it_saved() {
        const TempFolder folder;
        CheckpointStore store(folder / "checkpoints", 2);
        const CheckpointInfo info = save(store, 400);
        QCOMPARE(info.folder.filename().string(), std::string("step-000400"));
        QCOMPARE(info.weights_sha256, stored_weights_sha256(info.folder));
        QVERIFY(checkpoint_problems(info.folder).empty());
        const auto loaded = tensors(0);
        load_tensors(info.folder / "model.safetensors", loaded);
        for (std::size_t i = 0; i < loaded.size(); ++i) QVERIFY(loaded[i].value.equal(tensors(400)[i].value));
        QCOMPARE(newest_sound_checkpoint(folder / "checkpoints")->step, 400);
        QCOMPARE(read_trainer_state(info.folder).at("log_position").get<int>(), 400);
        QVERIFY(!newest_sound_checkpoint(folder / "nowhere"));
    }

    void refuses_other_names_shapes_and_types() {
        const TempFolder folder;
        const fs::path file = folder / "x.safetensors";
        save_tensors(file, tensors(1));
        auto other = tensors(0);
        other[1].name = "c";
        QVERIFY(is_line_with(input_error([&] { load_tensors(file, other); }), {"x.safetensors", "'c' is missing"}));
        other = tensors(0);
        other[0].value = at::zeros({2, 3});
        QVERIFY(is_line_with(input_error([&] { load_tensors(file, other); }), {"'a'", "[3, 2]", "[2, 3]"}));
        other[0].value = at::zeros({3, 2}, at::kDouble);
        QVERIFY(is_line_with(input_error([&] { load_tensors(file, other); }), {"'a'", "F32", "F64"}));
        other.pop_back();
        QVERIFY(is_line_with(input_error([&] { load_tensors(file, other); }), {"3 tensors", "2"}));
    }

    void every_damage_is_found_and_passed_over() {
        const TempFolder folder;
        CheckpointStore store(folder.path(), 9);
        save(store, 10);
        for (const char* file : {"model.safetensors", "optimizer.safetensors", "trainer.json", "manifest.json"}) {
            const fs::path damaged = save(store, 20).folder / file;
            std::string bytes = read_file(damaged);
            bytes[bytes.size() - 3] ^= 4;
            for (const std::string& content : {bytes, bytes.substr(0, bytes.size() / 2), std::string()}) {
                atomic_write(damaged, content);
                std::vector<std::string> told;
                const auto newest =
                    newest_sound_checkpoint(folder.path(), [&](const std::string& line) { told.push_back(line); });
                QCOMPARE(newest->step, 10);
                QCOMPARE(told.size(), std::size_t{1});
                QVERIFY(is_line_with(told[0], {"step-000020", file}));
            }
            fs::remove(damaged);
            QCOMPARE(newest_sound_checkpoint(folder.path())->step, 10);
            QVERIFY(verify_checkpoints(folder.path()).size() == 1);
        }
        save(store, 20);  // written anew over the damaged one
        QCOMPARE(newest_sound_checkpoint(folder.path())->step, 20);
    }

    void keeps_the_newest_and_the_marked() {
        const TempFolder folder;
        CheckpointStore store(folder.path(), 2);
        save(store, 10, "best");
        for (const int step : {20, 30, 40}) save(store, step);
        QVERIFY(steps(folder.path()) == (Steps{10, 30, 40}));
        save(store, 50, "last good");
        save(store, 60, "best");
        save(store, 70);
        save(store, 80);
        QVERIFY(steps(folder.path()) == (Steps{50, 60, 70, 80}));
        store.mark_newest("last good", 75);
        store = CheckpointStore(folder.path(), 1);  // marks outlive the process
        save(store, 90);
        QVERIFY(steps(folder.path()) == (Steps{60, 70, 90}));
        store.unmark("last good");
        save(store, 100);
        QVERIFY(steps(folder.path()) == (Steps{60, 100}));
        store.discard_after(70);
        QVERIFY(steps(folder.path()) == (Steps{60}));
    }

    // The last checkpoint of a run is saved because it is the last, and may be the best as well.
    void a_checkpoint_saved_for_another_reason_can_be_the_best() {
        const TempFolder folder;
        CheckpointStore store(folder.path(), 2);
        save(store, 10, "best");
        for (const int step : {20, 30, 40}) save(store, step);
        store.save(50, "end", tensors(50), tensors(100), {{"format", kCheckpointFormat}}, true);
        QVERIFY(steps(folder.path()) == (Steps{40, 50}));
        save(store, 60);
        save(store, 70);
        QVERIFY(steps(folder.path()) == (Steps{50, 60, 70}));
    }

    void a_failed_save_leaves_the_old_ones() {
        const TempFolder folder;
        CheckpointStore store(folder.path(), 1);
        save(store, 10);
        const auto unsaveable = std::vector<NamedTensor>{{"a", at::zeros({2}, at::kComplexFloat)}};
        QVERIFY_THROWS_EXCEPTION(std::logic_error, store.save(20, "cadence", unsaveable, unsaveable, Json::object()));
        QVERIFY(steps(folder.path()) == (Steps{10}));
        QVERIFY(verify_checkpoints(folder.path()).empty());
        QVERIFY((folder.names() == std::vector<std::string>{"step-000010"}));
    }

    void names_that_are_no_checkpoint_are_left_alone() {
        const TempFolder folder;
        for (const char* name : {"step-", "step-12", "step-0000012x", "step-99999999999999999999", "notes"})
            fs::create_directory(folder / name);
        QVERIFY(list_checkpoints(folder.path()).empty());
        CheckpointStore store(folder.path(), 1);
        save(store, 1234567);
        QVERIFY(steps(folder.path()) == (Steps{1234567}));
        QVERIFY(fs::exists(folder / "notes"));
    }

    void a_newer_format_is_refused() {
        const TempFolder folder;
        folder.write("trainer.json", R"({"format": 99})");
        QVERIFY(is_line_with(input_error([&] { read_trainer_state(folder.path()); }), {"99", "newer"}));
    }
};

QTEST_GUILESS_MAIN(CheckpointTest)
#include "checkpoint_test.moc"
