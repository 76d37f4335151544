#include "core/train/start.h"

#include "core/io/json_file.h"
#include "core/model/transformer.h"
#include "core/train/checkpoint.h"
#include "tests/core/train/recording.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using namespace ablate::test;
namespace fs = std::filesystem;

// A run of five steps, and others that begin from its weights.
class StartTest : public QObject {
    Q_OBJECT
    TempFolder folder_;
    fs::path workspace_, run_;
    RunConfig first_ = tiny_config(folder_ / "tokens", 5);
    std::shared_ptr<const data::PreparedData> data_;

    RunConfig starting(const std::string& start, const Json& more = Json::object()) const {
        RunConfig config = first_;
        config.train.start = start;
        config = patched(config, more, "test");
        train::resolve_start(config, workspace_, "test");
        return config;
    }

    static std::vector<float> values(const model::Transformer& transformer, const std::string& name) {
        for (const model::Parameter& parameter : transformer.parameters())
            if (parameter.spec.name == name) {
                const at::Tensor host = parameter.value.detach().contiguous();
                return {host.const_data_ptr<float>(), host.const_data_ptr<float>() + host.numel()};
            }
        return {};
    }

  private Q_SLOTS:
    void initTestCase() {
        workspace_ = folder_ / "workspace";
        write_tiny_tokens(folder_ / "tokens");
        data_ = prepared(first_, workspace_);
        run_ = create_tiny_run(workspace_, first_).folder();
        train_in(run_ / "checkpoints", first_, data_);
    }

    void a_run_a_checkpoint_and_a_path_name_the_same_weights() {
        const RunConfig by_id = starting(run_.filename().string());
        QCOMPARE(by_id.train.start, (run_ / "checkpoints/step-000005").string());
        QCOMPARE(by_id.train.start_sha256, train::stored_weights_sha256(run_ / "checkpoints/step-000005"));
        QCOMPARE(starting(run_.string()).train.start_sha256, by_id.train.start_sha256);
        QCOMPARE(starting(by_id.train.start).train.start, by_id.train.start);
    }

    void what_cannot_be_a_start_is_refused() {
        const auto message = [&](const std::string& start) { return input_error([&] { starting(start); }); };
        QVERIFY(is_line_with(message("nothing"), {"train.start", "nothing", "neither a model nor a run"}));
        QVERIFY(is_line_with(message((folder_ / "absent").string()), {"no such folder"}));
        QVERIFY(is_line_with(message((folder_ / "tokens").string()), {"neither an imported model"}));
        fs::create_directories(folder_ / "hub");
        atomic_write(folder_ / "hub/config.json", "{}");
        QVERIFY(is_line_with(message((folder_ / "hub").string()), {"ablate import hf"}));
        const std::string other = input_error([&] {
            starting(run_.string(), {{"train", {{"start_sha256", "beef"}}}});
        });
        QVERIFY(is_line_with(other, {"test.train.start", "beef"}));
    }

    void the_hash_knows_the_weights_not_their_place() {
        const RunConfig config = starting(run_.string());
        QVERIFY(config_hash(config, "") != config_hash(first_, ""));
        RunConfig elsewhere = config;
        elsewhere.train.start = "/somewhere/else";
        QCOMPARE(config_hash(elsewhere, ""), config_hash(config, ""));
    }

    void kept_tensors_are_those_of_the_start_and_new_ones_as_initialized() {
        const RunConfig config = starting(run_.string(), {{"model", {{"norm", {{"final", {{"kind", "layer"}}}}}}}});
        model::Transformer fresh(config, 7, at::kCPU), begun(config, 7, at::kCPU);
        const model::StartPlan plan = train::load_start(begun, config);
        QCOMPARE(plan.dropped.size(), std::size_t{1});
        QVERIFY(values(begun, "embed.weight") != values(fresh, "embed.weight"));
        QCOMPARE(values(begun, "final.weight"), std::vector<float>(16, 1));
    }

    void weights_that_changed_are_refused() {
        const fs::path copy = folder_ / "copy";
        fs::copy(run_ / "checkpoints/step-000005", copy);
        const RunConfig config = starting(copy.string());
        std::string bytes = read_file(copy / "model.safetensors");
        bytes.back() ^= 1;
        atomic_write(copy / "model.safetensors", bytes);
        model::Transformer transformer(config, 1, at::kCPU);
        QVERIFY(is_line_with(input_error([&] { train::load_start(transformer, config); }), {"no longer the weights"}));
    }

    // What the start was worth is what validation says before the first step.
    void training_goes_on_from_there_and_says_so() {
        const auto trained = train_in(folder_ / "second", starting(run_.string()), data_);
        const auto anew = train_in(folder_ / "anew", first_, data_);
        QCOMPARE(trained.sink.evaluations.front().loss, anew.summary.final_val.at("val"));
        QCOMPARE(trained.sink.events.front().at("type").get<std::string>(), "start");
        QCOMPARE(trained.sink.events.front().at("kept").size(), std::size_t{21});
        QVERIFY(trained.sink.events.front().at("dropped").empty());

        // The average of the weights begins there too.
        const RunConfig config = starting(run_.string(), {{"train", {{"optimizer", "schedule_free"}}}});
        const auto averaged = train_in(folder_ / "averaged", config, data_);
        QCOMPARE(averaged.sink.evaluations.front().loss, anew.summary.final_val.at("val"));
    }

    void the_start_stays_and_a_resume_continues_after_it() {
        RunConfig config =
            starting(run_.string(), {{"train", {{"keep_start", true}, {"checkpoint_every", 1}, {"keep_last", 1}}}});
        const auto whole = train_in(folder_ / "whole", config, data_);
        QVERIFY(train::checkpoint_problems(folder_ / "whole/step-000000").empty());
        train_in(folder_ / "broken", config, data_, at_poll(0));
        QVERIFY(fs::remove(folder_ / "broken/kept.json"));  // as if it ended right after the checkpoint
        const auto resumed = train_in(folder_ / "broken", config, data_);
        QCOMPARE(resumed.summary.weights_sha256, whole.summary.weights_sha256);
        QVERIFY(fs::exists(folder_ / "broken/step-000000"));
    }
};

QTEST_GUILESS_MAIN(StartTest)
#include "start_test.moc"
