#include "core/interop/norm_ablation/export_study.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/base/workspace_layout.h"
#include "core/config/variant_names.h"
#include "core/interop/norm_ablation/layout.h"
#include "core/interop/norm_ablation/metrics.h"
#include "core/interop/norm_ablation/weights.h"
#include "core/io/json_file.h"
#include "core/model/norm_counts.h"
#include "core/model/tensor_table.h"
#include "core/train/checkpoint.h"

#include <algorithm>
#include <optional>
#include <set>

namespace ablate::interop::norm_ablation {

namespace fs = std::filesystem;

namespace {

constexpr const char* kQwen3 = "Qwen/Qwen3-0.6B";
constexpr std::uint64_t kBytesOfALine = 160;  // of a log line as JSON, generously
constexpr std::uint64_t kOtherBytes = 1 << 20;

struct Variant {
    ExportedVariant exported;
    run::RunDirectory directory;
    run::RunInfo info;
    run::RunState state;
    std::optional<train::StoredCheckpoint> start;  // nothing: rebuilt
    train::StoredCheckpoint end;
    std::vector<train::StoredCheckpoint> between;
};

fs::path weights_file(const train::StoredCheckpoint& checkpoint) {
    return checkpoint.folder / checkpoint_files::kWeights;
}

// What the weights of train.start are called: a model's folder, or the run of ".../<run>/checkpoints/step-000600".
std::string start_name(const std::string& start) {
    const fs::path folder(start);
    const std::string name = folder.filename().string();
    return name.starts_with("step-") ? folder.parent_path().parent_path().filename().string() : name;
}

bool is_qwen3_0_6b(const RunConfig& config) {
    const ModelConfig& model = config.model;
    return model.d_model == 1024 && model.layers == 28 && model.heads == 16 && model.key_value_heads() == 8 &&
           model.head_width() == 128 && model.d_ff == 3072 && model.tie_embeddings && config.data.vocab_size == 151936;
}

std::string base_model(const run::RunInfo& info, const StudyExportOptions& options) {
    if (!options.base_model.empty()) return options.base_model;
    if (!info.config.train.start.empty()) return start_name(info.config.train.start);
    return is_qwen3_0_6b(info.config) ? kQwen3 : info.study;
}

// The norms of each site by the name that preview uses as well.
Json norm_counts(const RunConfig& config) {
    const std::vector<model::NormCount> counts = model::norm_counts(config);
    Json by_site = Json::object(), kinds = Json::object();
    for (const model::NormCount& at : counts) {
        by_site[to_string(at.site)] = at.count;
        kinds[to_string(at.site)] = config.model.norm_at(at.site).kind;
    }
    return {{"total", model::total(counts)}, {"by_site", by_site}, {"kinds", kinds}};
}

Json metadata(const Variant& variant, const StudyExportOptions& options) {
    const run::RunInfo& info = variant.info;
    const model::ParameterCounts parameters = model::parameter_counts(info.config);
    const TrainConfig& train = info.config.train;
    Json initial = {{"from", train.start.empty() ? "random" : start_name(train.start)}, {"seed", info.seed}};
    if (!train.start.empty()) initial["sha256"] = train.start_sha256;
    return {{"variant", variant.exported.name},
            {"base_model", base_model(info, options)},
            {"initial_weights", initial},
            {"norm_counts", norm_counts(info.config)},
            {"num_params", parameters.unique},
            {"num_params_tied_head_twice", parameters.tied_head_twice},
            {"dtype", options.dtype},
            {"ablate",
             {{"version", kVersion},
              {"study", info.study},
              {"variant", info.variant},
              {"label", info.label},
              {"grid_point", info.grid_point},
              {"seed", info.seed},
              {"run", info.id},
              {"config", to_json(info.config)}}}};
}

// config.json for transformers, where the configuration is one of its models.
std::optional<Json> hf_config(const RunConfig& run, const std::string& dtype) {
    hf::Config config;
    config.run = run;
    config.architecture = hf::architecture_of(run);
    config.dtype = dtype;
    try {
        return hf::config_to_json(config, "");
    } catch (const InputError&) {
        return {};
    }
}

std::vector<train::StoredCheckpoint> checkpoints_between(const Variant& variant, std::vector<std::string>& notes) {
    std::vector<train::StoredCheckpoint> between;
    for (const train::StoredCheckpoint& stored : train::list_checkpoints(variant.directory.checkpoints())) {
        if (stored.step == 0 || stored.step >= variant.end.step) continue;
        if (const auto problems = train::checkpoint_problems(stored.folder); !problems.empty())
            notes.push_back("left out: " + problems.front());
        else
            between.push_back(stored);
    }
    return between;
}

Variant look_at(const PointToExport& point, const std::string& name, const StudyExportOptions& options,
                std::vector<std::string>& notes) {
    Variant variant{{name, point.run.id(), false, 0, {}}, point.run, point.run.info(), point.run.state(), {}, {}, {}};
    const fs::path& folder = point.run.folder();
    variant.end = train::sound_checkpoint(folder, {});
    variant.exported.step = variant.end.step;
    const auto stored = train::list_checkpoints(point.run.checkpoints());
    const bool kept = !stored.empty() && stored.front().step == 0;
    if (kept) {
        variant.start = train::sound_checkpoint(folder, 0);
    } else if (!variant.info.config.train.start.empty()) {
        throw InputError(
            "run {} ({}): its weights before training are not kept and cannot be rebuilt, for it started from {}; "
            "train it again with --set train.keep_start=true",
            variant.info.id, name, variant.info.config.train.start);
    }
    variant.exported.base_rebuilt = !kept;
    if (options.checkpoints) variant.between = checkpoints_between(variant, notes);
    for (const train::StoredCheckpoint& checkpoint : variant.between)
        variant.exported.checkpoints.push_back(checkpoint.step);
    return variant;
}

// The baseline is called as in the source, unless a variant is called so.
std::vector<std::string> folder_names(const std::vector<PointToExport>& points) {
    const bool taken = std::any_of(points.begin(), points.end(),
                                   [](const auto& point) { return !point.is_baseline && point.variant == kOriginal; });
    std::vector<std::string> names;
    std::set<std::string> folders;
    for (const PointToExport& point : points) {
        std::string name = point_name(point.is_baseline && !taken ? kOriginal : point.variant, point.grid_point);
        std::replace(name.begin(), name.end(), '/', '-');
        for (const std::string& folder : {name, name + kFinetuned})
            if (folder == kTokenizer || !folders.insert(folder).second)
                throw InputError("two folders of the export would be called {}: rename a variant", quote(folder));
        names.push_back(std::move(name));
    }
    return names;
}

std::uint64_t bytes_of(const Variant& variant, const StudyExportOptions& options) {
    const RunConfig& config = variant.info.config;
    const std::uint64_t logs = 2 + variant.between.size();
    std::uint64_t bytes = 2 * state_dict_bytes(config, options.dtype) +
                          variant.between.size() * safetensors_bytes(config, options.dtype) +
                          logs * kBytesOfALine * static_cast<std::uint64_t>(2 * variant.state.step + 100) + kOtherBytes;
    for (const fs::path& file : tokenizer_files(variant.info.data_folder)) bytes += 2 * fs::file_size(file);
    return bytes;
}

void copy_tokenizer(const fs::path& from, const fs::path& to) {
    for (const fs::path& file : tokenizer_files(from)) {
        fs::create_directories(to);
        atomic_write(to / file.filename(), read_file(file));
    }
}

// Writes the folders of the variants, one after another.
class Writer {
  public:
    Writer(const StudyExportOptions& options, const ExportProgress& progress, std::uint64_t bytes)
        : options_(options), progress_(progress), bytes_(bytes) {}

    void write(const Variant& variant, const fs::path& target) {
        const std::string& name = variant.exported.name;
        const fs::path base = target / name, finetuned = target / (name + kFinetuned);
        fs::create_directories(base);
        fs::create_directories(finetuned);
        write_base(variant, base);
        atomic_write(base / kMetadata, python_json(metadata(variant, options_)));

        const Json history = log_history(variant.directory, variant.info, variant.state);
        write_weights(finetuned / kWeights, name + kFinetuned, variant, stored_weights(weights_file(variant.end)));
        atomic_write(finetuned / kTrainMetrics, python_json(history));
        atomic_write(finetuned / kTrainerState, python_json(trainer_state(history, variant.info, variant.state.step)));
        for (const train::StoredCheckpoint& checkpoint : variant.between)
            write_checkpoint(variant, checkpoint, history, finetuned / fmt::format("checkpoint-{}", checkpoint.step));
        copy_tokenizer(variant.info.data_folder, finetuned);
        if (!fs::exists(target / kTokenizer)) copy_tokenizer(variant.info.data_folder, target / kTokenizer);
        all_[name] = final_metrics(history, variant.info, variant.state);
    }
    const Json& all() const { return all_; }

  private:
    const StudyExportOptions& options_;
    const ExportProgress& progress_;
    const std::uint64_t bytes_;
    std::uint64_t written_ = 0;
    Json all_ = Json::object();

    // Asked at every tensor, so that an interruption is heard at once.
    hf::TensorSource watched(const std::string& what, const hf::TensorSource& value) {
        return [this, what, value](const TensorSpec& spec) {
            if (progress_) progress_(what, std::min(1.0, static_cast<double>(written_) / static_cast<double>(bytes_)));
            written_ += static_cast<std::uint64_t>(spec.count()) * (options_.dtype == "bfloat16" ? 2 : 4);
            return value(spec);
        };
    }
    void write_weights(const fs::path& file, const std::string& what, const Variant& variant,
                       const hf::TensorSource& value) {
        write_state_dict(file, variant.info.config, options_.dtype, watched(what, value));
    }
    void write_base(const Variant& variant, const fs::path& base) {
        const hf::TensorSource value =
            variant.start ? stored_weights(weights_file(*variant.start))
                          : initial_weights(variant.info.config, static_cast<std::uint64_t>(variant.info.seed));
        write_weights(base / kWeights, variant.exported.name, variant, value);
        if (const auto config = hf_config(variant.info.config, options_.dtype))
            io::write_json(base / "config.json", *config);
    }
    void write_checkpoint(const Variant& variant, const train::StoredCheckpoint& checkpoint, const Json& history,
                          const fs::path& folder) {
        fs::create_directories(folder);
        const std::string what = fmt::format("{}{} step {}", variant.exported.name, kFinetuned, checkpoint.step);
        write_safetensors(folder / "model.safetensors", variant.info.config, options_.dtype,
                          watched(what, stored_weights(weights_file(checkpoint))));
        atomic_write(folder / kTrainerState, python_json(trainer_state(history, variant.info, checkpoint.step)));
        if (const auto config = hf_config(variant.info.config, options_.dtype))
            io::write_json(folder / "config.json", *config);
    }
};

}  // namespace

ExportedStudy export_study(const std::vector<PointToExport>& points, const fs::path& target,
                           const StudyExportOptions& options, const ExportProgress& progress) {
    ExportedStudy exported;
    std::vector<Variant> variants;
    const std::vector<std::string> names = folder_names(points);
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (progress) progress("checking " + names[i], 0);
        variants.push_back(look_at(points[i], names[i], options, exported.notes));
        exported.reserved += bytes_of(variants.back(), options);
        exported.has_tokenizer = exported.has_tokenizer || !tokenizer_files(variants.back().info.data_folder).empty();
    }
    remove_leftovers(fs::absolute(target / "..").lexically_normal());
    require_free_space(target, exported.reserved);
    atomic_directory(target, [&](const fs::path& beside) {
        Writer writer(options, progress, exported.reserved);
        for (const Variant& variant : variants) writer.write(variant, beside);
        atomic_write(beside / kAllMetrics, python_json(writer.all()));
        for (const auto& entry : fs::recursive_directory_iterator(beside))
            if (entry.is_regular_file()) exported.bytes += entry.file_size();
    });
    for (Variant& variant : variants) exported.variants.push_back(std::move(variant.exported));
    return exported;
}

}  // namespace ablate::interop::norm_ablation
