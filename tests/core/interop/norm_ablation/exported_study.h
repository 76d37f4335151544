#pragma once
#include "core/interop/norm_ablation/export_study.h"
#include "core/model/transformer.h"
#include "core/train/checkpoint.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

namespace ablate::test {

// A tiny Qwen3, and what the source's variants change of it.
inline Json tiny_qwen3() {
    const Json rms = {{"kind", "rms"}, {"eps", 1e-6}};
    return {{"model",
             {{"d_model", 16},
              {"layers", 2},
              {"heads", 2},
              {"kv_heads", 1},
              {"head_dim", 8},
              {"d_ff", 24},
              {"tie_embeddings", true},
              {"norm", {{"attn_in", rms}, {"ffn_in", rms}, {"final", rms}, {"q", rms}, {"k", rms}}}}},
            {"data", {{"vocab_size", 32}, {"context", 16}}},
            {"train", {{"steps", 40}, {"batch", 2}, {"eval_every", 10}}}};
}
inline Json with_norms(const std::vector<std::string>& sites, const std::string& kind) {
    Json patch = tiny_qwen3();
    for (const std::string& site : sites) patch["model"]["norm"][site] = {{"kind", kind}};
    return patch;
}

// Runs with logs and checkpoints, as training leaves them.
class StudyOfRuns {
  public:
    std::filesystem::path workspace() const { return folder_ / "workspace"; }
    const TempFolder& folder() const { return folder_; }

    // Weights count on from tensor to tensor; those of step S begin at S.
    interop::norm_ablation::PointToExport add(SyntheticRun run, const std::vector<std::int64_t>& checkpoints,
                                              const Json& train = Json::object()) const {
        run.study = "norms";
        if (run.patch.empty()) run.patch = tiny_qwen3();
        run.patch["train"].update(train);
        const run::RunDirectory directory = write_synthetic_run(workspace(), run);
        const RunConfig config = directory.info().config;
        train::CheckpointStore store(directory.checkpoints(), 100);
        for (const std::int64_t step : checkpoints)
            store.save(step, "cadence", weights(config, step), {},
                       {{"format", 1}, {"config", to_json(config)}, {"data_folder", ""}});
        return {run.variant, run.grid_point, run.variant == "baseline", directory};
    }
    static std::vector<train::NamedTensor> weights(const RunConfig& config, std::int64_t step) {
        const model::Transformer transformer(config, 9, at::kCPU);
        std::vector<train::NamedTensor> tensors;
        for (const model::Parameter& parameter : transformer.parameters())
            tensors.push_back({parameter.spec.name, parameter.value.detach() + static_cast<double>(step) +
                                                        static_cast<double>(tensors.size())});
        return tensors;
    }

  private:
    TempFolder folder_;
};

}  // namespace ablate::test
