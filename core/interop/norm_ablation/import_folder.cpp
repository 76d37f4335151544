#include "core/interop/norm_ablation/import_folder.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/config/study_config.h"
#include "core/config/variant_names.h"
#include "core/data/tokenizers/load.h"
#include "core/interop/imported_run_judge.h"
#include "core/interop/logs/reading.h"
#include "core/interop/norm_ablation/import_metrics.h"
#include "core/interop/norm_ablation/layout.h"
#include "core/interop/norm_ablation/recognise.h"
#include "core/io/json_file.h"
#include "core/model/tensor_table.h"
#include "core/train/tensor_file.h"

#include <algorithm>

namespace ablate::interop::norm_ablation {

namespace fs = std::filesystem;

namespace {

using io::torch_file::StateDictFile;

constexpr std::uint64_t kLargestMetadata = 16 << 20;

// The folders of a folder whose names end in `_finetuned`, and those that might be base stages.
struct Stages {
    std::vector<std::string> finetuned, others;
};
Stages stages_in(const fs::path& folder) {
    Stages stages;
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    if (error) throw InputError("{}: {}", folder.string(), error.message());
    for (; entry != fs::directory_iterator(); entry.increment(error)) {
        if (error) throw InputError("{}: {}", folder.string(), error.message());
        if (!entry->is_directory(error)) continue;
        const std::string name = entry->path().filename().string();
        const bool finetuned = name.ends_with(kFinetuned) && name != kFinetuned;
        (finetuned ? stages.finetuned : stages.others).push_back(name);
    }
    // The control comes first: the others are compared with it.
    const auto place = [](const std::string& name) {
        return std::pair(name != std::string(kOriginal) + kFinetuned, name);
    };
    std::sort(stages.finetuned.begin(), stages.finetuned.end(),
              [&](const auto& a, const auto& b) { return place(a) < place(b); });
    std::sort(stages.others.begin(), stages.others.end());
    return stages;
}

Json read_object(const fs::path& file, std::string& read_bytes) {
    const std::string bytes = read_file(file, kLargestMetadata);
    read_bytes += bytes;
    Json json = io::parse_json(bytes, file.string());
    if (!json.is_object()) throw InputError("{}: is not a JSON object", file.string());
    return json;
}

std::string first_text(const Json& json, std::initializer_list<const char*> keys) {
    for (const char* key : keys)
        if (std::string text = logs::text_in(json, key); !text.empty()) return text;
    return "";
}

// One variant while it is read.
class VariantReader {
  public:
    VariantReader(const fs::path& folder, std::string name, const Json& all_metrics)
        : folder_(folder),
          name_(std::move(name)),
          finetuned_(folder / (name_ + kFinetuned)),
          entry_(metrics_entry(all_metrics, name_)) {}

    ImportedRun read(bool with_weights) {
        run_.format = "norm-ablation";
        run_.path = finetuned_;
        read_metadata();
        name_run();
        look_at_weights();
        if (!ours_.is_null())
            take_own_config();
        else
            take_config_of_source();
        read_metrics(finetuned_, entry_, !ours_.is_null(), run_, read_bytes_);
        run_.sha256 = sha256_hex(name_ + "\n" + read_bytes_);
        judge_variant();
        if (with_weights) take_weights();
        return std::move(run_);
    }

  private:
    const fs::path& folder_;
    const std::string name_;
    const fs::path finetuned_;
    const Json entry_;  // of all_train_metrics.json
    ImportedRun run_;
    Json metadata_ = Json::object(), ours_;  // ours: what Ablate wrote into it; null for the source's
    std::shared_ptr<const StateDictFile> weights_;
    std::optional<NormKinds> kinds_;
    std::string mismatch_ =
        "its configuration is not known whole";  // why the weights cannot come along; "" for nothing
    std::string read_bytes_;

    void read_metadata() {
        for (const fs::path& folder : {folder_ / name_, finetuned_}) {
            if (!is_file(folder / kMetadata)) continue;
            metadata_ = read_object(folder / kMetadata, read_bytes_);
            if (metadata_.contains("ablate") && metadata_["ablate"].is_object()) ours_ = metadata_["ablate"];
            return;
        }
        run_.remarks.push_back("its metadata.json is missing");
    }

    // The source's control is what the others are compared with.
    void name_run() {
        const std::string called = first_text(metadata_, {"variant", "variant_name", "name"});
        if (!called.empty() && called != name_)
            run_.remarks.push_back(fmt::format("its metadata.json calls it {}", quote(called)));
        std::string name = ours_.is_null() ? name_ : first_text(ours_, {"variant"});
        if (name.empty()) name = name_;
        if (name == kOriginal) {
            run_.variant = kBaseline;
            run_.label = kOriginal;
        } else {
            logs::name_after(run_, name);
        }
        if (ours_.is_null()) return;
        if (const std::string label = first_text(ours_, {"label"}); !label.empty()) run_.label = one_line(label);
        if (const std::string point = first_text(ours_, {"grid_point"}); !point.empty())
            run_.grid_point = logs::plain_name(point);
        const auto seed = logs::whole_in(ours_, "seed", (folder_ / name_ / kMetadata).string());
        run_.seed = seed.value_or(1);
        run_.knows_seed = seed.has_value();
    }

    // The finetuned weights tell what was trained; those before training stand in for them.
    void look_at_weights() {
        for (const fs::path& folder : {finetuned_, folder_ / name_}) {
            if (!is_file(folder / kWeights)) continue;
            try {
                weights_ = std::make_shared<const StateDictFile>(folder / kWeights);
            } catch (const InputError& error) {
                run_.remarks.push_back(fmt::format("its weights are not read: {}", error.what()));
                continue;
            }
            kinds_ = norm_kinds(*weights_);
            // Our baseline is called original whatever it is.
            const std::string wrong = ours_.is_null() || name_ != kOriginal ? contradiction(name_, *kinds_) : "";
            if (!wrong.empty()) run_.remarks.push_back(wrong);
            if (!weights_->others().empty())
                run_.remarks.push_back(fmt::format("its model.pt holds more than weights: {} and {} others",
                                                   quote(weights_->others().front()), weights_->others().size() - 1));
            return;
        }
        run_.remarks.push_back("without its model.pt, only names say what the variant is");
    }

    void take_own_config() {
        run_.stated = ours_.value("config", Json::object());
        if (run_.stated.is_object()) run_.stated["variant"] = run_.variant;
        try {
            const std::string where = (folder_ / name_ / kMetadata).string() + ": config";
            run_.config = run_config_from_json(ours_.value("config", Json()), where);
            require_valid(run_.config, where);
        } catch (const InputError& error) {
            run_.config = RunConfig();
            run_.remarks.push_back(fmt::format("its configuration is left unknown: {}", error.what()));
            return;
        }
        run_.config.train.start.clear();  // a path of where it was trained
        run_.known = {"model", "data.vocab_size", "data.context"};
        for (const ListedField& field : run_config_fields())
            if (field.group == "train" && !field.key.starts_with("train.start")) run_.known.push_back(field.key);
        take_parameters();
    }

    // The published model's shape is known; which norms it has is read off the tensors, its remaining options are not
    // told.
    void take_config_of_source() {
        run_.stated = metadata_;
        const std::string base = first_text(metadata_, {"base_model", "base_model_id", "model_id", "base_model_name"});
        if (!base.ends_with("Qwen3-0.6B") || !weights_) {
            if (!base.empty() && !base.ends_with("Qwen3-0.6B"))
                run_.remarks.push_back(
                    fmt::format("its base model {} is not known here: its configuration is left unknown", quote(base)));
            return;
        }
        const StudyConfig preset = load_study(presets_folder() / "qwen3-0.6b.json");
        RunConfig config = run_config_from_json(preset.baseline, preset.name);
        bool replaced = false;
        for (std::size_t i = 0; i < kAblatedSites.size(); ++i) {
            KindChoice& norm = config.model.norm_at(kAblatedSites[i]);
            const std::string kind = kinds_->kind[i] == "none" && name_ == "replace_l2norm" ? "l2" : kinds_->kind[i];
            if (kind == norm.kind || kind == "mixed") continue;
            norm = kind_from_json("norm", {{"kind", kind}}, "norm");
            replaced = replaced || kind != "none";
        }
        if (const std::string wrong = difference_in_tensors(*weights_, config); !wrong.empty()) {
            run_.remarks.push_back(fmt::format("its model.pt is not of {}: {}", base, wrong));
            return;
        }
        if (replaced) run_.remarks.push_back("the eps of its norms is not recorded: their defaults are used");
        run_.config.model = config.model;
        run_.config.data.vocab_size = config.data.vocab_size;
        run_.known = {"model", "data.vocab_size"};
        take_parameters();
    }

    void take_parameters() {
        run_.parameters = model::parameter_counts(run_.config).unique;
        if (!weights_) return;
        mismatch_ = difference_in_tensors(*weights_, run_.config);
        if (mismatch_.empty()) return;
        mismatch_ = "its model.pt is not of its configuration: " + mismatch_;
        run_.remarks.push_back(mismatch_);
    }

    // What Ablate wrote says how the run ended; every other log is judged by its numbers.
    void judge_variant() {
        if (ours_.is_null() || !entry_.is_object() || !entry_.contains("verdict")) {
            logs::judge_average(run_);
            if (run_.verdict.outcome != train::Outcome::collapsed) judge(run_);
            return;
        }
        judge(run_);
        try {
            run_.verdict = train::verdict_from_json(entry_["verdict"]);
        } catch (const Json::exception& error) {
            throw InputError("{}: the verdict of {}: {}", (folder_ / kAllMetrics).string(), quote(name_), error.what());
        }
    }

    void take_weights() {
        const bool readable = weights_ && weights_->path() == finetuned_ / kWeights;
        if (!readable || !mismatch_.empty() || ours_.is_null())
            throw InputError("{}: its weights cannot come along: {}", finetuned_.string(),
                             !readable         ? "it has no model.pt that is read"
                             : ours_.is_null() ? "its context is unknown because Ablate did not write it"
                                               : mismatch_);
        run_.data_folder = data::find_tokenizer(finetuned_) ? fs::absolute(finetuned_) : fs::path();
        run_.weights = [weights = weights_](const TensorSpec& spec) {
            const StateDictFile::Tensor& tensor = *find_weight(*weights, spec);
            at::Tensor value = at::empty(spec.shape, train::float_type(tensor.dtype).value());
            weights->read(tensor, value.mutable_data_ptr());
            return value;
        };
    }
};

}  // namespace

FolderImport read_folder(const fs::path& folder, bool with_weights) {
    const Stages stages = stages_in(folder);
    if (stages.finetuned.empty())
        throw InputError("{}: holds no folder VARIANT{}, such as {}{}", folder.string(), kFinetuned, kOriginal,
                         kFinetuned);
    FolderImport result;
    Json all;
    if (is_file(folder / kAllMetrics))
        all = io::read_json(folder / kAllMetrics, kLargestMetadata);
    else
        result.notes.push_back(fmt::format("{} is missing", kAllMetrics));
    const std::string study = logs::plain_name(fs::weakly_canonical(folder).filename().string());
    for (const std::string& stage : stages.finetuned) {
        const std::string name = stage.substr(0, stage.size() - std::string_view(kFinetuned).size());
        result.runs.push_back(VariantReader(folder, name, all).read(with_weights));
        result.runs.back().study = study;
    }
    for (const std::string& other : stages.others) {
        const bool trained =
            std::find(stages.finetuned.begin(), stages.finetuned.end(), other + kFinetuned) != stages.finetuned.end();
        if (!trained && other != kTokenizer && is_file(folder / other / kWeights))
            result.notes.push_back(fmt::format("{} was not trained: there is no {}{}", other, other, kFinetuned));
    }
    return result;
}

}  // namespace ablate::interop::norm_ablation
