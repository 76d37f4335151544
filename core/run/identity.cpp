#include "core/run/identity.h"

#include "core/base/sha256.h"
#include "core/io/json_file.h"
#include "core/run/known_keys.h"

#include <algorithm>
#include <array>

namespace ablate::run {

bool is_bookkeeping(std::string_view name) {
    // Options of Hugging Face's Trainer, LLaMA-Factory, Lightning, nanoGPT and Megatron-LM.
    static constexpr auto names = std::to_array<std::string_view>(
        {"always_save_checkpoint", "checkpoint_dir", "checkpoint_interval", "disable_tqdm", "eval_delay", "eval_interval", "eval_on_start", "eval_steps", "eval_strategy", "evaluation_strategy", "include_num_input_tokens_seen",
         "log_dir", "log_every", "log_every_n_steps", "log_interval", "log_level", "log_level_replica", "log_on_each_node",
         "logging_dir", "logging_first_step", "logging_nan_inf_filter", "logging_steps", "logging_strategy", "out_dir",
         "output_dir", "overwrite_output_dir", "plot_loss", "project", "push_to_hub", "report_to", "resume_from_checkpoint",
         "run_name", "save_dir", "save_every", "save_interval", "save_on_each_node", "save_only_model", "save_safetensors",
         "save_steps", "save_strategy", "save_total_limit", "skip_memory_metrics", "tensorboard_dir", "tracker",
         "trackio_space_id"});
    return std::find(names.begin(), names.end(), name) != names.end() || name.starts_with("hub_") || name.starts_with("wandb_");
}

Json without_bookkeeping(const Json& stated) {
    if (!stated.is_object()) return stated;
    Json kept = Json::object();
    for (const auto& [name, value] : stated.items())
        if (!is_bookkeeping(name)) kept[name] = without_bookkeeping(value);
    return kept;
}

std::string identity_hash(const RunInfo& info) {
    if (!is_imported_log(info)) return config_hash(info.config, info.data_sha256);
    const Json stated = info.source.is_object() ? info.source.value("config", Json()) : Json();
    const Json identity{{"imported", source_format(info)},
                        {"study", info.study},
                        {"variant", info.variant},
                        {"grid_point", info.grid_point},
                        {"config", without_bookkeeping(stated)}};
    return sha256_hex(io::dump_line(identity));
}

}  // namespace ablate::run
