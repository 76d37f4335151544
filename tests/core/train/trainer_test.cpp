#include "core/base/sha256.h"
#include "core/data/batches.h"
#include "core/io/json_file.h"
#include "core/io/safetensors.h"
#include "core/train/checkpoint.h"
#include "core/train/evaluate.h"
#include "core/train/memory.h"
#include "tests/core/train/recording.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>
#include <cstring>
#include <set>

using namespace ablate;
using namespace ablate::test;
using train::Collapse;
using train::Outcome;

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kRare = kTinyVocabulary - 1;

// Tokens in which the id kRare is at a few places of the training set alone.
fs::path tokens_with_a_rare_id(const fs::path& folder) {
    fs::create_directories(folder);
    const auto write = [&](const char* name, std::int64_t count, const std::set<std::int64_t>& rare) {
        std::string bytes = io::npy_header_1d("u2", count);
        for (std::int64_t i = 0; i < count; ++i)
            bytes += {static_cast<char>(rare.contains(i) ? kRare : (i * i + i / 7) % kRare), '\0'};
        atomic_write(folder / name, bytes);
    };
    write("train.npy", 4000, {300, 900, 1500, 2100, 2700, 3300});
    write("val.npy", 800, {});
    return folder;
}

// The steps whose batch reads the rare id.
std::vector<std::int64_t> steps_that_read_it(const data::PreparedData& data, const RunConfig& config) {
    std::vector<std::int64_t> steps;
    for (std::int64_t k = 0; k < config.train.steps; ++k) {
        const auto batch = data::training_batch(*data.train, config.train.batch, config.data.context, 1, k);
        if (std::find(batch.ids.begin(), batch.ids.end(), kRare) != batch.ids.end()) steps.push_back(k);
    }
    return steps;
}

// Changes a tensor of a checkpoint, under a manifest that agrees.
void edit(const fs::path& checkpoint, const char* tensor, const std::function<void(std::vector<float>&)>& change) {
    const fs::path file = checkpoint / "model.safetensors";
    std::string bytes = read_file(file);
    std::uint64_t header = 0;
    std::memcpy(&header, bytes.data(), sizeof header);
    const io::SafetensorsReader reader(file);
    const auto* entry = reader.find(tensor);
    std::vector<float> values(entry->bytes() / sizeof(float));
    char* place = &bytes[sizeof header + header + entry->begin];
    std::memcpy(values.data(), place, entry->bytes());
    change(values);
    std::memcpy(place, values.data(), entry->bytes());
    atomic_write(file, bytes);
    Json manifest = io::read_json(checkpoint / "manifest.json");
    manifest["files"]["model.safetensors"]["sha256"] = sha256_hex(bytes);
    io::write_json(checkpoint / "manifest.json", manifest);
}

// Makes the rare id's embedding infinite.
void poison(const fs::path& checkpoint) {
    edit(checkpoint, "embed.weight", [](std::vector<float>& values) {
        const auto width = static_cast<std::ptrdiff_t>(values.size()) / kTinyVocabulary;
        std::fill_n(values.begin() + kRare * width, width, std::numeric_limits<float>::infinity());
    });
}

// Trains a run whose embedding is infinite for the rare id from step 0 on.
struct Poisoned {
    RunConfig config;
    std::shared_ptr<const data::PreparedData> data;
    Trained trained;
};

Poisoned train_poisoned(const TempFolder& folder, const std::string& name, const Json& options,
                        std::function<train::Request()> ask = {}) {
    Poisoned result;
    Json train = {{"eval_every", 1000}};
    train.update(options);
    result.config = tiny_config(folder / "tokens", 60, train);
    result.data = prepared(result.config, folder.path());
    train_in(folder / name, result.config, result.data, at_poll(0));
    poison(folder / name / "step-000000");
    result.trained = train_in(folder / name, result.config, result.data, std::move(ask));
    return result;
}

std::vector<std::int64_t> skipped(const Trained& trained) {
    std::vector<std::int64_t> steps;
    for (const auto& record : trained.sink.records)
        if (record.skipped) steps.push_back(record.step);
    return steps;
}

}  // namespace

class TrainerTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void a_healthy_run_learns_and_tells_everything() {
        const TempFolder folder;
        const RunConfig config = tiny_config(write_tiny_tokens(folder / "tokens"), 60, {{"checkpoint_every", 20}});
        const Trained run = train_in(folder / "run", config, prepared(config, folder.path()));
        QCOMPARE(run.summary.verdict.outcome, Outcome::healthy);
        QCOMPARE(run.summary.steps_done, 60);
        QCOMPARE(run.sink.records.size(), std::size_t{60});
        QCOMPARE(run.sink.records[1].lr, 0.01);  // warm-up of two steps
        QVERIFY(run.summary.final_train_loss < run.sink.records[0].loss - 0.5);
        std::vector<std::int64_t> evaluated;
        for (const auto& evaluation : run.sink.evaluations) evaluated.push_back(evaluation.step);
        QVERIFY(evaluated == (std::vector<std::int64_t>{0, 10, 20, 30, 40, 50, 60}));
        QVERIFY(std::isnan(run.sink.evaluations[0].bpb));  // no tokenizer, no bytes
        QCOMPARE(run.summary.final_val.at("val"), run.sink.evaluations.back().loss);
        QVERIFY(run.summary.best_val.at("val") <= run.summary.final_val.at("val"));
        QVERIFY(run.summary.peak_memory > 1 << 20 && run.summary.tokens_per_second > 0);
        QCOMPARE(run.summary.weights_sha256, sha256_file(folder / "run/step-000060/model.safetensors"));
    }

    void evaluation_is_the_mean_over_all_targets() {
        const TempFolder folder;
        const RunConfig config = tiny_config(write_tiny_tokens(folder / "tokens"), 10);
        data::PreparedData data = data::prepare_data(config.data, folder / "cache");
        data.token_bytes.assign(kTinyVocabulary, 2);
        data.line_start_bytes = data.token_bytes;
        data.ends_line.assign(kTinyVocabulary, false);
        data.special.assign(kTinyVocabulary, false);
        data.special[3] = true;
        data.token_bytes[3] = data.line_start_bytes[3] = 0;
        const model::Transformer model(config, 1, at::kCPU);
        double nll = 0, masked = 0, bytes = 0, targets = 0;
        for (int k = 0; k < 2; ++k) {
            const auto batch = data::evaluation_batch(*data.validation[0].tokens, 16, 8, 4 * k, 4);
            const at::Tensor ids = at::tensor(batch.ids).view({4, 16}),
                             wanted = at::tensor(batch.targets).view({4, 16});
            const at::Tensor each = model.token_nll(ids, wanted).flatten();
            for (std::size_t i = 0; i < batch.targets.size(); ++i) {
                const double value = each[static_cast<std::int64_t>(i)].item<double>();
                nll += value, ++targets;
                if (batch.targets[i] != 3) masked += value, bytes += 2;
            }
        }
        const auto result = train::evaluate(model, config, data, 7).at(0);
        const auto near = [](double a, double b) { return std::abs(a - b) < 1e-9 * std::abs(b); };
        QCOMPARE(result.step, 7);
        QCOMPARE(result.tokens, 128);
        QVERIFY(near(result.loss, nll / targets));
        QVERIFY(near(result.perplexity, std::exp(nll / targets)));
        QVERIFY(near(result.bpb, nll / std::log(2.0) / bytes));
        QVERIFY(near(result.bpb_masked, masked / std::log(2.0) / bytes));
        QVERIFY(result.bpb_masked < result.bpb);
    }

    // Batch 4 x accumulate 2 and batch 8 train on as many tokens a step, and are scored on the same text.
    void the_validation_text_does_not_depend_on_the_micro_batch() {
        const TempFolder folder;
        const auto tokens = write_tiny_tokens(folder / "tokens");
        const auto evaluated = [&](const Json& options) {
            const RunConfig config = tiny_config(tokens, 10, options);
            return train::evaluate(model::Transformer(config, 1, at::kCPU), config, *prepared(config, folder.path()), 0)
                .at(0);
        };
        const auto split = evaluated({{"batch", 4}, {"accumulate", 2}, {"eval_windows", 21}});
        const auto whole = evaluated({{"batch", 8}, {"eval_windows", 21}});
        QCOMPARE(split.tokens, 21 * 16);
        QCOMPARE(whole.tokens, split.tokens);
        QVERIFY(std::abs(whole.loss - split.loss) < 1e-6 * whole.loss);
        const auto as_before = evaluated({{"batch", 8}, {"eval_batches", 3}});
        QCOMPARE(as_before.tokens, 3 * 8 * 16);
        QVERIFY(std::abs(as_before.loss - whole.loss) > 1e-6);  // another text
    }

    void policy_stop_ends_before_the_non_finite_step() {
        const TempFolder folder;
        tokens_with_a_rare_id(folder / "tokens");
        std::string weights;
        for (const int log_every : {1, 7, 60}) {
            const std::string name = "run" + std::to_string(log_every);
            const Poisoned run = train_poisoned(folder, name, {{"log_every", log_every}});
            const std::int64_t bad = steps_that_read_it(*run.data, run.config).at(0);
            const auto& [summary, sink] = run.trained;
            QCOMPARE(summary.verdict.outcome, Outcome::collapsed);
            QCOMPARE(summary.verdict.collapse, Collapse::non_finite);
            QCOMPARE(summary.verdict.step, bad);
            QCOMPARE(summary.verdict.tensor, std::string("embed.weight"));
            QVERIFY(is_line_with(summary.verdict.cause, {"NaN at step", "embed.weight"}));
            QCOMPARE(summary.steps_done, bad);
            QVERIFY(std::isnan(summary.final_val.at("val")));
            QCOMPARE(sink.records.size(), static_cast<std::size_t>(bad + 1));
            QVERIFY(std::isnan(sink.records.back().loss));
            QVERIFY(sink.reasons() == (std::vector<std::string>{"end"}));  // nothing good to keep
            QCOMPARE(train::list_checkpoints(folder / name).back().step, bad);
            if (weights.empty()) weights = summary.weights_sha256;
            QCOMPARE(summary.weights_sha256, weights);
        }
    }

    void policy_record_leaves_the_step_out_and_goes_on() {
        const TempFolder folder;
        tokens_with_a_rare_id(folder / "tokens");
        std::string weights;
        std::vector<double> losses;
        for (const int log_every : {1, 7, 60}) {
            const std::string name = "run" + std::to_string(log_every);
            const Poisoned run = train_poisoned(folder, name, {{"log_every", log_every}, {"policy", "record"}});
            const auto bad = steps_that_read_it(*run.data, run.config);
            const auto& [summary, sink] = run.trained;
            QVERIFY(bad.size() > 1 && bad.size() < 20);
            QCOMPARE(bad.back(), 59);  // the last step is one of them, so the run does not end well
            QCOMPARE(summary.verdict.outcome, Outcome::collapsed);
            QCOMPARE(summary.verdict.collapse, Collapse::non_finite);
            QCOMPARE(summary.verdict.step, bad.front());
            const auto again = std::count_if(sink.events.begin(), sink.events.end(),
                                             [](const Json& event) { return event["type"] == "finite_again"; });
            QVERIFY(again > 0 && again <= std::ssize(bad));
            QVERIFY(skipped(run.trained) == bad);
            QCOMPARE(summary.skipped_steps, static_cast<std::int64_t>(bad.size()));
            QCOMPARE(summary.steps_done, 60);
            for (std::size_t k = 0; k < 60; ++k) QCOMPARE(sink.records[k].step, static_cast<std::int64_t>(k));
            QVERIFY(summary.final_train_loss < sink.records[0].loss);
            QVERIFY(std::isfinite(summary.final_val.at("val")));
            QCOMPARE(train::list_checkpoints(folder / name).front().step, 0);  // marked: the last one before trouble
            std::vector<double> finite;
            for (const auto& record : sink.records)
                if (!record.skipped) finite.push_back(record.loss);
            if (weights.empty()) weights = summary.weights_sha256, losses = finite;
            QCOMPARE(summary.weights_sha256, weights);
            QVERIFY(finite == losses);
        }
    }

    void a_pause_after_a_skipped_step_forgets_nothing() {
        const TempFolder folder;
        tokens_with_a_rare_id(folder / "tokens");
        const Poisoned whole = train_poisoned(folder, "whole", {{"policy", "record"}});
        const auto bad = steps_that_read_it(*whole.data, whole.config);
        const Poisoned first =
            train_poisoned(folder, "cut", {{"policy", "record"}}, at_poll(static_cast<int>(bad.front()) + 3));
        QCOMPARE(first.trained.summary.verdict.outcome, Outcome::paused);
        QVERIFY(first.trained.summary.skipped_steps > 0);
        const Trained second = train_in(folder / "cut", whole.config, whole.data);
        QCOMPARE(second.summary.skipped_steps, whole.trained.summary.skipped_steps);
        QCOMPARE(to_json(second.summary.verdict).dump(), to_json(whole.trained.summary.verdict).dump());
        QCOMPARE(second.summary.weights_sha256, whole.trained.summary.weights_sha256);
        QVERIFY(second.summary.seconds > first.trained.summary.seconds);
    }

    void the_last_good_weights_are_kept() {
        const TempFolder folder;
        const RunConfig config =
            patched(tiny_config(write_tiny_tokens(folder / "tokens"), 40,
                                {{"optimizer", "sgd"}, {"lr", 1e12}, {"clip", 0}, {"log_every", 20}}),
                    {{"model", {{"norm", {{"attn_in", "none"}, {"ffn_in", "none"}, {"final", "none"}}}}}}, "test");
        const Trained run = train_in(folder / "run", config, prepared(config, folder.path()));
        QCOMPARE(run.summary.verdict.collapse, Collapse::non_finite);
        QVERIFY(run.summary.verdict.tensor.starts_with("blocks.0"));
        QVERIFY(run.sink.reasons() == (std::vector<std::string>{"last good", "end"}));
        QCOMPARE(run.sink.checkpoints[0].step, run.summary.verdict.step);
        const Json state = train::read_trainer_state(train::newest_sound_checkpoint(folder / "run")->folder);
        QCOMPARE(state.at("log_position").at("records").get<std::int64_t>(), run.summary.verdict.step);
    }

    // A head that is suddenly a thousand times as large, and too slow a rate to mend it.
    void an_explosion_ends_the_run_at_a_log_point() {
        const TempFolder folder;
        const RunConfig config = tiny_config(write_tiny_tokens(folder / "tokens"), 400,
                                             {{"lr", 1e-5},
                                              {"schedule", "constant"},
                                              {"weight_decay", 0},
                                              {"spike_recovery", 12},
                                              {"log_every", 5},
                                              {"dead_share", 1.0}});
        const auto data = prepared(config, folder.path());
        train_in(folder / "run", config, data, at_poll(30));
        edit(folder / "run/step-000030", "head.weight", [](std::vector<float>& values) {
            for (float& value : values) value *= 1000;
        });
        const Trained run = train_in(folder / "run", config, data);
        QCOMPARE(run.summary.verdict.collapse, Collapse::exploding);
        QCOMPARE(run.summary.verdict.step, 30);
        QVERIFY(is_line_with(run.summary.verdict.cause, {"has not come back in 12 steps"}));
        QCOMPARE(run.summary.steps_done, 45);  // found at step 42
        QCOMPARE(run.sink.records.size(), std::size_t{15});
        // From before the spike, and before the pause, to the step that tells the explosion.
        QCOMPARE(run.sink.collapses.size(), std::size_t{1});
        QCOMPARE(run.sink.collapses[0].rows.front().step, 0);
        QCOMPARE(run.sink.collapses[0].rows.back().step, 42);
        QCOMPARE(run.sink.collapses[0].rows.size(), std::size_t{43});
        QVERIFY(std::isfinite(run.summary.final_val.at("val")));
        QCOMPARE(run.sink.evaluations.back().step, run.summary.steps_done);
    }

    void the_newest_the_best_and_the_marked_checkpoints_stay() {
        const TempFolder folder;
        const RunConfig config =
            tiny_config(write_tiny_tokens(folder / "tokens"), 40, {{"checkpoint_every", 5}, {"keep_last", 2}});
        const Trained run = train_in(folder / "run", config, prepared(config, folder.path()));
        std::vector<std::int64_t> steps;
        for (const auto& checkpoint : train::list_checkpoints(folder / "run")) steps.push_back(checkpoint.step);
        std::set<std::int64_t> expected{35, 40};
        const std::string best = io::read_json(folder / "run/kept.json").at("best").get<std::string>();
        expected.insert(std::stoll(best.substr(5)));
        QVERIFY(std::equal(steps.begin(), steps.end(), expected.begin(), expected.end()));
        QVERIFY(run.sink.checkpoints.size() >= 8);
    }

    void the_last_checkpoint_is_the_best_where_the_last_evaluation_is() {
        const TempFolder folder;
        const auto tokens = write_tiny_tokens(folder / "tokens");
        const auto data = prepared(tiny_config(tokens, 30), folder.path());
        // What is kept of a run, and the checkpoint that is marked as the best.
        const auto kept = [&](const std::string& name, const Json& options) {
            const Trained run = train_in(folder / name, tiny_config(tokens, 30, options), data);
            std::vector<std::int64_t> steps;
            for (const auto& checkpoint : train::list_checkpoints(folder / name)) steps.push_back(checkpoint.step);
            const fs::path marks = folder / name / "kept.json";
            const std::string best =
                fs::exists(marks) ? io::read_json(marks).value("best", std::string()) : std::string();
            return std::tuple(steps, best, run.summary.best_step.at("val"));
        };
        using Steps = std::vector<std::int64_t>;
        const Json falling = {{"lr", 0.003}, {"eval_every", 10}, {"keep_last", 1}};
        Json with = falling;
        with["checkpoint_every"] = 10;
        QVERIFY(kept("with", with) == std::tuple(Steps{30}, std::string("step-000030"), std::int64_t{30}));
        QVERIFY(kept("without", falling) == std::tuple(Steps{30}, std::string("step-000030"), std::int64_t{30}));
    }

    // Without checkpoints on the way, better weights than those that are marked were not saved.
    void a_mark_does_not_outlive_better_weights() {
        const TempFolder folder;
        const auto tokens = write_tiny_tokens(folder / "tokens");
        const auto options = [](std::int64_t every) {
            return Json{{"lr", 0.003}, {"eval_every", 10}, {"keep_last", 1}, {"checkpoint_every", every}};
        };
        const auto data = prepared(tiny_config(tokens, 60), folder.path());
        train_in(folder / "run", tiny_config(tokens, 60, options(10)), data, at_poll(15));
        QCOMPARE(io::read_json(folder / "run/kept.json").value("best", std::string()), std::string("step-000010"));
        train_in(folder / "run", tiny_config(tokens, 60, options(0)), data, at_poll(10));
        QVERIFY(!io::read_json(folder / "run/kept.json").contains("best"));
        QCOMPARE(train::list_checkpoints(folder / "run").size(), std::size_t{1});
    }

    void a_run_beyond_the_memory_is_refused_before_allocation() {
        const TempFolder folder;
        RunConfig config = tiny_config(write_tiny_tokens(folder / "tokens"), 10);
        const auto data = prepared(config, folder.path());
        config.model.d_model = 1 << 20;
        config.model.layers = 1000;
        RecordingSink sink;
        try {
            train::Trainer trainer({config, 1, data, folder / "run"}, sink);
            QFAIL("a model of a billion wide was allocated");
        } catch (const ResourceError& error) {
            QVERIFY(is_line_with(error.what(), {"would need about", "available"}));
        }
    }

    void out_of_memory_is_one_line() {
        try {
            train::with_memory_errors([] { at::empty({std::int64_t{1} << 48}, at::kByte); });
            QFAIL("256 TiB were allocated");
        } catch (const ResourceError& error) {
            QVERIFY(is_line_with(error.what(), {"out of memory"}));
        }
    }
};

QTEST_GUILESS_MAIN(TrainerTest)
#include "trainer_test.moc"
