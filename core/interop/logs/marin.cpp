#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/interop/logs/reading.h"
#include "core/io/json_file.h"
#include "core/io/numbers.h"

#include <charconv>
#include <cmath>

// marin's speedruns: speedrun_results.json, {"runs": [{"run_info": {...}}]}, which holds values at the end alone.
namespace ablate::interop::logs {

namespace fs = std::filesystem;

namespace {

constexpr const char* kBitsPerByte = "eval/paloma/c4_en/bpb";
constexpr double kSameFlops = 0.01;  // relative; a wrong count of devices is off by a factor

// Peak bf16 FLOP/s of a chip, as levanter's utils/flop_utils.py has them; `N` of "v5p-N" counts cores where a chip has
// two.
struct Tpu {
    const char* generation;
    double peak;
    std::int64_t cores_of_a_chip;
};
constexpr Tpu kTpus[] = {{"v4", 275e12, 2}, {"v5p", 459e12, 2}, {"v5litepod", 197e12, 1}, {"v6e", 918e12, 1}};

struct Hardware {
    double chips = kUnknown, peak = kUnknown;  // of one chip, FLOP/s
};

Hardware hardware_of(const Json& info, const std::string& where) {
    Hardware hardware;
    const Json resources = info.contains("resources") && info["resources"].is_object() ? info["resources"] : Json();
    const std::string type = resources.is_object() ? text_in(resources, "tpu_type") : "";
    const std::size_t dash = type.find('-');
    for (const Tpu& tpu : kTpus) {
        if (dash == std::string::npos || type.substr(0, dash) != tpu.generation) continue;
        std::int64_t number = 0;
        const char* end = type.data() + type.size();
        const auto read = std::from_chars(type.data() + dash + 1, end, number);
        if (read.ec != std::errc() || read.ptr != end || number < 1 || number > 1'000'000) break;
        const double slices = number_in(resources, "slice_count", where).value_or(1);
        hardware = {static_cast<double>(number) / static_cast<double>(tpu.cores_of_a_chip) * slices, tpu.peak};
    }
    if (const auto chips = number_in(info, "num_chips", where)) hardware.chips = *chips;
    if (const auto peak = number_in(info, "device_flops", where)) hardware.peak = *peak;
    if (resources.is_object())
        if (const auto peak = number_in(resources, "device_flops_override", where)) hardware.peak = *peak;
    return hardware;
}

// Stored with the number of cores in some revisions of the files and of chips in others: recomputed, and both are told.
void add_hardware_flops(const Json& info, const std::string& where, ImportedRun& run) {
    const Hardware hardware = hardware_of(info, where);
    const double stored = number_in(info, "training_hardware_flops", where).value_or(kUnknown);
    const double computed = run.seconds * hardware.chips * hardware.peak;
    if (std::isfinite(stored)) run.summary["hardware_flops_as_stored"] = stored;
    if (!std::isfinite(computed)) {
        if (std::isfinite(stored))
            run.remarks.push_back(
                "its training_hardware_flops cannot be recomputed: time, chips or their peak are not recorded");
        return;
    }
    run.summary["hardware_flops"] = computed;
    if (!std::isfinite(stored) || std::abs(stored / computed - 1) < kSameFlops) return;
    run.remarks.push_back(fmt::format(
        "training_hardware_flops is stored as {}, {} times what {} chips of {} FLOP/s do in its time: {} is taken",
        significant(stored, 5), significant(stored / computed, 3), hardware.chips, significant(hardware.peak, 3),
        significant(computed, 5)));
}

// Keys of ours that follow from theirs.
void derive_model(const Json& model, const std::string& where, ImportedRun& run) {
    for (const auto& [theirs, ours] : {std::pair("hidden_dim", "model.d_model"),
                                       {"intermediate_dim", "model.d_ff"},
                                       {"num_layers", "model.layers"},
                                       {"num_heads", "model.heads"},
                                       {"num_kv_heads", "model.kv_heads"},
                                       {"head_dim", "model.head_dim"},
                                       {"seq_len", "data.context"}})
        if (const auto value = whole_in(model, theirs, where)) derive(run, ours, *value);
    if (model.contains("tie_word_embeddings") && model["tie_word_embeddings"].is_boolean())
        derive(run, "model.tie_embeddings", model["tie_word_embeddings"]);
    const auto rope = model.find("rope");
    if (rope != model.end() && rope->is_object() && number_in(*rope, "factor", where).value_or(1) == 1)
        if (const auto theta = number_in(*rope, "theta", where))
            derive(run, "model.position", {{"kind", "rope"}, {"theta", *theta}});
    if (text_in(model, "activation_function") == "silu") derive(run, "model.ffn", {{"kind", "swiglu"}});
}

void derive_training(const Json& train, const std::string& where, ImportedRun& run) {
    if (const auto steps = whole_in(train, "num_train_steps", where)) derive(run, "train.steps", *steps);
    if (const auto batch = whole_in(train, "train_batch_size", where)) {
        derive(run, "train.batch", *batch);
        derive(run, "train.accumulate", 1);
    }
    if (const auto lr = number_in(train, "learning_rate", where)) derive(run, "train.lr", *lr);
    const auto optimizer = train.find("optimizer_config");
    if (optimizer == train.end() || !optimizer->is_object()) return;
    const bool muon = optimizer->contains("muon_epsilon");
    if (muon) derive(run, "train.optimizer", "muon");
    const std::string schedule = text_in(*optimizer, "lr_schedule");
    if (schedule == "linear" || schedule == "cosine") derive(run, "train.schedule", schedule);
    for (const auto& [theirs, ours] : {std::pair("adam_lr", "train.adam_lr"),
                                       {"momentum", "train.momentum"},
                                       {"beta1", "train.beta1"},
                                       {"beta2", "train.beta2"},
                                       {"weight_decay", "train.weight_decay"},
                                       {"max_grad_norm", "train.clip"},
                                       {"min_lr_ratio", "train.lr_min_ratio"}})
        if (const auto value = number_in(*optimizer, theirs, where)) derive(run, ours, *value);
}

const Json* object_in(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_object() ? &*found : nullptr;
}

ImportedRun read_run(const Json& info, const fs::path& file, const std::string& where) {
    ImportedRun run;
    run.format = "marin-speedrun";
    run.path = file;
    const std::string link = text_in(info, "wandb_run_link");
    const std::string folder = fs::absolute(file).parent_path().filename().string();
    name_after(run, link.empty() ? folder : link.substr(link.find_last_of('/') + 1));
    if (const std::string description = text_in(info, "description"); !description.empty())
        run.label = one_line(description);
    for (const char* key : {"model_config", "train_config", "resources", "tokenized_dataset"})
        if (info.contains(key)) run.stated[key] = info[key];

    if (const Json* model = object_in(info, "model_config")) derive_model(*model, where + ".model_config", run);
    if (const Json* train = object_in(info, "train_config")) {
        derive_training(*train, where + ".train_config", run);
        run.steps = whole_in(*train, "num_train_steps", where).value_or(0);
        if (const auto seed = whole_in(*train, "data_seed", where)) {
            run.seed = *seed;
            run.knows_seed = true;
        }
        run.stated["train_config"].erase("data_seed");  // seeds of one configuration are one group
    }
    checked_step(static_cast<double>(run.steps), where);
    run.seconds = number_in(info, "training_time", where).value_or(kUnknown);
    const double tokens = number_in(info, "total_tokens", where).value_or(kUnknown);
    if (tokens > 0 && run.seconds > 0) run.tokens_per_second = tokens / run.seconds;
    for (const char* key : {"model_flops", "total_tokens"})
        if (const auto value = number_in(info, key, where)) run.summary[key] = io::number_to_json(*value);
    if (const auto size = whole_in(info, "model_size", where); size && *size > 0) {
        run.parameters = size;
        run.remarks.push_back("its parameters are counted as Levanter does, without the gains of q and k norms");
    }
    const auto bpb = number_in(info, kBitsPerByte, where);
    if (!bpb) throw InputError("{}: has no {}", where, kBitsPerByte);
    run.evaluations.push_back({run.steps, "paloma/c4_en", {}, bpb, kUnknown});
    add_hardware_flops(info, where, run);
    return run;
}

}  // namespace

Runs read_marin(const fs::path& path, const ReadOptions& options) {
    refuse_columns(options, path);
    std::error_code error;
    const fs::path file = fs::is_directory(path, error) ? path / "speedrun_results.json" : path;
    const std::string text = read_file(file, kLargestJson);
    const Json json = io::parse_json(text, file.string());
    if (!json.is_object() || !json.contains("runs") || !json["runs"].is_array() || json["runs"].empty())
        throw InputError("{}: has no runs; a speedrun's results are {{\"runs\": [{{\"run_info\": ...}}]}}",
                         file.string());
    if (json["runs"].size() > kMostRuns) throw InputError("{}: more than {} runs", file.string(), kMostRuns);
    Runs runs;
    for (std::size_t i = 0; i < json["runs"].size(); ++i) {
        const std::string where = fmt::format("{}: runs[{}].run_info", file.string(), i);
        const Json& entry = json["runs"][i];
        const Json* info = entry.is_object() ? object_in(entry, "run_info") : nullptr;
        if (!info) throw InputError("{}: is not there", where);
        runs.push_back(read_run(*info, file, where));
        runs.back().sha256 = sha256_hex(text);
    }
    return runs;
}

}  // namespace ablate::interop::logs
