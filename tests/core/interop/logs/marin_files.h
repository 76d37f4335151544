#pragma once
#include "core/base/json.h"

#include <filesystem>
#include <fstream>
#include <vector>

// The results of marin's QK-norm speedruns (Qwen3 beside Llama, Muon, four sizes) in the form of its
// speedrun_results.json, with its figures. Some revisions of these files count cores as devices, others chips.
namespace ablate::test {

struct Speedrun {
    const char *architecture, *size;
    double bpb, seconds, model_flops;
    std::int64_t parameters, tokens, steps, batch, width, layers;
    double devices_as_stored;
};

inline const std::vector<Speedrun>& speedruns() {
    static const std::vector<Speedrun> all = {
        {"qwen3", "130m", 1.1662893295288086, 1398.2412777869936, 1.777337490915459e18, 154147328, 2599944192, 4959,
         128, 512, 6, 32},
        {"llama", "130m", 1.169844388961792, 1205.1528844969798, 1.777337490915459e18, 154147328, 2599944192, 4959, 128,
         512, 6, 32},
        {"qwen3", "300m", 1.0582433938980103, 6845.316445300022, 9.99035877535934e18, 299649792, 5999951872, 11444, 128,
         768, 12, 16},
        {"llama", "300m", 1.061553716659546, 5554.509147469862, 9.99035877535934e18, 299649792, 5999951872, 11444, 128,
         768, 12, 16},
        {"qwen3", "520m", 0.9887921214103699, 25013.066006776095, 4.210403636805422e19, 602457088, 10399776768, 19836,
         128, 1024, 24, 16},
        {"llama", "520m", 0.9908430576324463, 20870.254475583984, 4.210403636805422e19, 602457088, 10399776768, 19836,
         128, 1024, 24, 32},
        {"qwen3", "1.2b", 0.9355724453926086, 58205.05476876007, 2.071634014279733e20, 1431373824, 23999807488, 22888,
         256, 2048, 16, 32},
        {"llama", "1.2b", 0.936806321144104, 57270.171354926984, 2.071634014279733e20, 1431373824, 23999807488, 22888,
         256, 2048, 16, 16}};
    return all;
}

inline Json speedrun_json(const Speedrun& run) {
    const Json model{{"activation_function", "silu"},
                     {"head_dim", nullptr},
                     {"hidden_dim", run.width},
                     {"num_layers", run.layers},
                     {"rope", {{"factor", 1.0}, {"theta", 10000}}},
                     {"seq_len", 4096},
                     {"tie_word_embeddings", false}};
    const Json train{
        {"data_seed", nullptr},
        {"learning_rate", 0.008},
        {"num_train_steps", run.steps},
        {"train_batch_size", run.batch},
        {"optimizer_config", {{"adam_lr", 0.0024}, {"muon_epsilon", 1e-5}, {"momentum", 0.98}, {"max_grad_norm", 1}}}};
    const Json info{{"description", std::string(run.architecture) + " " + run.size},
                    {"eval/paloma/c4_en/bpb", run.bpb},
                    {"model_config", model},
                    {"model_flops", run.model_flops},
                    {"model_size", run.parameters},
                    {"resources", {{"device_flops_override", nullptr}, {"slice_count", 1}, {"tpu_type", "v5p-32"}}},
                    {"total_tokens", run.tokens},
                    {"train_config", train},
                    {"training_hardware_flops", run.seconds * run.devices_as_stored * 4.59e14},
                    {"training_time", run.seconds},
                    {"wandb_run_link", "https://wandb.ai/m/m/runs/" + std::string(run.architecture) + "_" + run.size}};
    return {{"runs", {{{"run_info", info}}}}};
}

inline std::filesystem::path write_speedrun(const std::filesystem::path& folder, const Speedrun& run) {
    const std::filesystem::path own = folder / run.architecture / run.size;
    std::filesystem::create_directories(own);
    std::ofstream(own / "speedrun_results.json") << speedrun_json(run).dump(2);
    return own / "speedrun_results.json";
}

}  // namespace ablate::test
