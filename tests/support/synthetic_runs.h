#pragma once
#include "core/config/study_config.h"
#include "core/io/json_lines.h"
#include "core/io/numbers.h"
#include "core/io/tensorboard.h"
#include "core/run/metrics.h"
#include "core/run/run_directory.h"
#include "core/train/register.h"

#include <cmath>

// Run directories as training leaves them, with losses of our choice: written by the writers of core/run and core/io.
namespace ablate::test {

struct SyntheticRun {
    std::string study = "quick", variant = "baseline", label = "Baseline", grid_point = "";
    Json patch = Json::object();
    std::int64_t seed = 1;
    double initial = 7.64, final_loss = 3.65;
    std::int64_t nan_at = -1;  // the run collapses there
    std::string cause = "loss is NaN at step 23, first in blocks.2.attn";
    bool ended = true;
    std::string data_sha256 = "aaaa1111bbbb2222", data_note = "";
    double seconds = 30, grad_norm = 1.0;
    std::int64_t spikes = 0;
    std::vector<double> final_blocks = {};  // of the last evaluation; empty: not known, as of earlier versions
};

inline Json synthetic_baseline() {
    return {{"model", {{"d_model", 128}, {"layers", 4}, {"heads", 4}, {"d_ff", 344}}},
            {"data", {{"vocab_size", 2048}, {"context", 128}}},
            {"train", {{"steps", 100}, {"batch", 32}, {"lr", 0.01}, {"warmup", 10}, {"eval_every", 20}}}};
}

inline RunConfig synthetic_config(const Json& patch) {
    train::register_kinds();
    return patched(patched(RunConfig(), synthetic_baseline(), "synthetic"), patch, "synthetic");
}

inline double synthetic_loss(const SyntheticRun& run, std::int64_t step, std::int64_t steps) {
    const double progress = static_cast<double>(step) / static_cast<double>(steps);
    const double decayed = (std::exp(-5 * progress) - std::exp(-5)) / (1 - std::exp(-5));
    return run.final_loss + (run.initial - run.final_loss) * decayed;
}

inline void write_synthetic_logs(const SyntheticRun& run, const run::RunDirectory& directory, const RunConfig& config) {
    const std::int64_t steps = config.train.steps;
    const std::int64_t last = run.nan_at >= 0 ? run.nan_at + 1 : run.ended ? steps : steps / 2;
    io::TensorBoardWriter metrics(directory.folder());
    io::JsonLinesWriter events(directory.folder() / "events.jsonl");
    const auto evaluate = [&](std::int64_t step) {
        const double loss = synthetic_loss(run, step, steps);
        Json evaluation = {{"type", "evaluation"},
                           {"step", step},
                           {"set", "val"},
                           {"loss", io::number_to_json(loss)},
                           {"bpb", io::number_to_json(loss / 2.5)},
                           {"time", 1000.0 + static_cast<double>(step)}};
        if (step == steps && !run.final_blocks.empty()) evaluation["blocks"] = run.final_blocks;
        events.append(evaluation);
    };
    for (std::int64_t step = 0; step < last; ++step) {
        if (step % config.train.eval_every == 0) evaluate(step);
        const bool broken = step == run.nan_at;
        const double loss = broken ? NAN : synthetic_loss(run, step, steps) + 0.01 * std::sin(step * 1.7);
        metrics.append({1000.0 + static_cast<double>(step),
                        step,
                        {{run::kTrainLoss, static_cast<float>(loss)},
                         {run::kGradNorm, broken ? INFINITY : static_cast<float>(run.grad_norm)},
                         {run::kLearningRate, static_cast<float>(config.train.lr)},
                         {run::kTokensPerSecond, 20000.0f}}});
    }
    metrics.flush();
    if (run.nan_at < 0 && run.ended) evaluate(steps);
    for (std::int64_t i = 0; i < run.spikes; ++i) events.append({{"type", "spike"}, {"step", 10 + i}});
    if (run.nan_at >= 0) events.append({{"type", "non_finite"}, {"step", run.nan_at}, {"loss", "NaN"}});
}

inline run::RunDirectory write_synthetic_run(const std::filesystem::path& workspace, const SyntheticRun& run) {
    const RunConfig config = synthetic_config(run.patch);
    run::RunInfo info;
    info.study = run.study;
    info.variant = run.variant;
    info.label = run.label;
    info.grid_point = run.grid_point;
    info.seed = run.seed;
    info.config = config;
    info.data_sha256 = run.data_sha256;
    info.data_note = run.data_note;
    info.config_hash = config_hash(config, run.data_sha256);
    info.parameters = 1315968;
    info.flops_per_token = 2.5e6;
    info.unigram_entropy = 5.9;
    const run::RunDirectory directory = run::create_run(workspace, info);
    write_synthetic_logs(run, directory, config);

    run::RunState state;
    state.phase = run.ended || run.nan_at >= 0 ? "ended" : "training";
    state.step = run.nan_at >= 0 ? run.nan_at : run.ended ? config.train.steps : config.train.steps / 2;
    state.last_loss = run.nan_at >= 0 ? NAN : run.final_loss;
    state.tokens_per_second = 20000;
    if (state.phase == "ended") {
        train::Verdict verdict;
        if (run.nan_at >= 0)
            verdict = {train::Outcome::collapsed, train::Collapse::non_finite, run.nan_at, "blocks.2.attn", run.cause};
        state.verdict = verdict;
        state.summary = {{"final_train_loss", io::number_to_json(*state.last_loss)},
                         {"seconds", run.seconds},
                         {"tokens_per_second", 20000.0},
                         {"steps_done", state.step}};
    }
    directory.write_state(state);
    return directory;
}

// The seeds of one variant with the final losses given.
inline void write_synthetic_seeds(const std::filesystem::path& workspace, SyntheticRun run,
                                  const std::vector<double>& final_losses) {
    for (std::size_t i = 0; i < final_losses.size(); ++i) {
        run.seed = static_cast<std::int64_t>(i) + 1;
        run.final_loss = final_losses[i];
        write_synthetic_run(workspace, run);
    }
}

inline const Json kNoPE{{"model", {{"position", {{"kind", "none"}}}}}};
inline const Json kSiLU{{"model", {{"ffn", {{"kind", "silu"}}}, {"d_ff", 512}}}};
inline const Json kNoNorm{
    {"model",
     {{"norm", {{"attn_in", {{"kind", "none"}}}, {"ffn_in", {{"kind", "none"}}}, {"final", {{"kind", "none"}}}}}}}};

// Measured in PyTorch at lr 1e-3: a baseline, NoPE and SiLU over three seeds.
inline void write_measured_study(const std::filesystem::path& workspace) {
    write_synthetic_seeds(workspace, {}, {3.6582, 3.6502, 3.6458});
    write_synthetic_seeds(workspace, {.variant = "nope", .label = "NoPE", .patch = kNoPE, .grad_norm = 1.3},
                          {3.7404, 3.7335, 3.7247});
    write_synthetic_seeds(workspace, {.variant = "silu", .label = "SiLU", .patch = kSiLU, .seconds = 27},
                          {3.8136, 3.7844, 3.7824});
}

}  // namespace ablate::test
