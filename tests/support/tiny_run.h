#pragma once
#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "core/data/prepare.h"
#include "core/io/npy.h"
#include "core/plan/plan.h"
#include "core/run/run_directory.h"
#include "core/train/register.h"

// Runs that train in a blink, over their own token files.
namespace ablate::test {

inline constexpr std::int64_t kTinyVocabulary = 32;

// Ids that follow each other by a rule, now and then by chance: something to learn, never without loss.
inline void write_ids(const std::filesystem::path& file, std::int64_t count, std::uint64_t seed) {
    RandomStream random(seed, "tiny ids");
    std::string bytes = io::npy_header_1d("u2", count);
    std::uint64_t id = 1;
    for (std::int64_t i = 0; i < count; ++i) {
        id = random.uniform() < 0.1 ? random.below(kTinyVocabulary) : (5 * id + 3) % kTinyVocabulary;
        bytes += {static_cast<char>(id & 0xff), static_cast<char>(id >> 8)};
    }
    atomic_write(file, bytes);
}

inline std::filesystem::path write_tiny_tokens(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    write_ids(folder / "train.npy", 4000, 1);
    write_ids(folder / "val.npy", 800, 2);
    return folder;
}

inline Json tiny_baseline(const std::filesystem::path& tokens, std::int64_t steps) {
    return {{"model", {{"d_model", 16}, {"layers", 2}, {"heads", 2}, {"d_ff", 32}}},
            {"data", {{"tokens", tokens.string()}, {"vocab_size", kTinyVocabulary}, {"context", 16}}},
            {"train",
             {{"steps", steps},
              {"batch", 4},
              {"warmup", 2},
              {"lr", 0.01},
              {"precision", "fp32"},
              {"device", "cpu"},
              {"log_every", 2},
              {"stats_every", 5},
              {"eval_every", 10},
              {"eval_batches", 2}}}};
}

inline RunConfig tiny_config(const std::filesystem::path& tokens, std::int64_t steps,
                             const Json& train = Json::object()) {
    train::register_kinds();
    return patched(patched(RunConfig(), tiny_baseline(tokens, steps), "tiny"), {{"train", train}}, "tiny");
}

inline run::RunDirectory create_tiny_run(const std::filesystem::path& workspace, const RunConfig& config,
                                         std::int64_t seed = 1) {
    const data::PreparedData data = data::prepare_data(config.data, workspace / "cache");
    StudyConfig study;
    study.name = "tiny";
    study::PlannedRun planned;
    planned.point = {"baseline", "baseline", "Baseline", "", config};
    planned.seed = seed;
    planned.config_hash = config_hash(config, data.sha256);
    return run::create_run(workspace, study::run_info(study, planned, data));
}

// A run directory that no training has touched: for tests of reading alone.
inline run::RunDirectory create_bare_run(const std::filesystem::path& workspace, const std::string& study = "tiny") {
    train::register_kinds();
    run::RunInfo info;
    info.study = study;
    info.variant = info.label = "baseline";
    info.config_hash = "0123";
    info.data_sha256 = "4567";
    return run::create_run(workspace, info);
}

}  // namespace ablate::test
