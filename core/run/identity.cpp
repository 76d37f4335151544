#include "core/run/identity.h"

#include "core/base/sha256.h"
#include "core/io/json_file.h"
#include "core/run/known_keys.h"

#include <algorithm>
#include <array>

namespace ablate::run {

bool is_bookkeeping(std::string_view name) {
    // Of Hugging Face's Trainer, LLaMA-Factory, marin and Lightning.
    static constexpr auto names = std::to_array<std::string_view>({
        // saving
        "checkpoint_dir",
        "checkpoint_interval",
        "default_root_dir",
        "load_checkpoint_path",
        "output_dir",
        "overwrite_output_dir",
        "push_to_hub",
        "resume_from_checkpoint",
        "save_dir",
        "save_every",
        "save_interval",
        "save_on_each_node",
        "save_only_model",
        "save_safetensors",
        "save_steps",
        "save_strategy",
        "save_total_limit",
        "steps_per_export",
        "steps_per_hf_export",
        // logging
        "disable_tqdm",
        "include_num_input_tokens_seen",
        "log_dir",
        "log_every",
        "log_every_n_steps",
        "log_interval",
        "log_level",
        "log_level_replica",
        "log_on_each_node",
        "logging_dir",
        "logging_first_step",
        "logging_nan_inf_filter",
        "logging_steps",
        "logging_strategy",
        "plot_loss",
        "report_to",
        "run_name",
        "skip_memory_metrics",
        "tensorboard_dir",
        "trackio_space_id",
        "tracker",
        // evaluating
        "check_val_every_n_epoch",
        "eval_delay",
        "eval_interval",
        "eval_on_start",
        "eval_steps",
        "eval_strategy",
        "evaluation_strategy",
        "num_sanity_val_steps",
        "steps_per_eval",
        "steps_per_task_eval",
        "val_check_interval",
    });
    return std::find(names.begin(), names.end(), name) != names.end() || name.starts_with("hub_") ||
           name.starts_with("wandb_");
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
