#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/interop/logs/cs336.h"
#include "core/interop/logs/reading.h"
#include "core/interop/torch_file/state_dict_file.h"
#include "core/io/json_file.h"
#include "core/model/tensor_table.h"

#include <ATen/ATen.h>

#include <set>

// CS336's model_config.json with the state dict beside it: no log, but a model that can generate and be scored.
namespace ablate::interop::logs {

namespace fs = std::filesystem;

namespace {

using torch_file::StateDictFile;

constexpr std::uint64_t kLargestConfig = 1u << 20;
constexpr std::string_view kCompiled = "_orig_mod.";  // torch.compile puts it in front of every name

fs::path state_dict_beside(const fs::path& folder) {
    std::set<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        if (entry->path().extension() == ".pt" || entry->path().extension() == ".pth") found.insert(entry->path());
    const fs::path usual = folder / "model.pt";
    if (found.contains(usual)) return usual;
    if (found.empty())
        throw InputError("{}: holds no state dict (model.pt): a configuration alone is no run", folder.string());
    if (found.size() > 1)
        throw InputError("{}: holds {} state dicts; call the one that belongs to model_config.json model.pt",
                         folder.string(), found.size());
    return *found.begin();
}

std::string plain(const std::string& name) {
    return name.starts_with(kCompiled) ? name.substr(kCompiled.size()) : name;
}

std::string shape_text(const std::vector<std::int64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

// The options of model_config.json that a tensor's shape follows from.
const char* options_of(const std::string& name) {
    if (name.find("embeddings") != std::string::npos || name.find("lm_head") != std::string::npos)
        return "vocab_size and d_model";
    return name.find(".ffn.") != std::string::npos ? "d_ff and d_model" : "d_model";
}

// The state dict's tensors under the names of ours.
class Weights {
  public:
    Weights(const fs::path& file, RunConfig& config, ImportedRun& run) : file_(file) {
        std::map<std::string, const StateDictFile::Tensor*> theirs;
        for (const StateDictFile::Tensor& tensor : file_.tensors()) theirs[plain(tensor.name)] = &tensor;
        // Whether a final norm stays with use_post_norm or remove_rmsnorm, the file alone tells. A pre-norm model has
        // one: without it the file is not whole.
        const bool removed = config.model.norm_at(NormSite::final).kind == "none";
        const bool open = removed || config.model.placement == "post";
        if (open && removed == theirs.contains("ln_final.weight"))
            config = patched(config, {{"model", {{"norm", {{"final", {{"kind", removed ? "rms" : "none"}}}}}}}},
                             "final norm");
        for (const TensorSpec& spec : model::tensor_table(config)) {
            const auto name = cs336_name(spec.name, config);
            if (!name) throw std::logic_error("a tensor without a name: " + spec.name);
            take(spec, *name, theirs);
        }
        for (const auto& [name, tensor] : theirs) refuse_or_leave_out(name, run);
    }

    at::Tensor operator()(const TensorSpec& spec) const {
        static const std::map<std::string, at::ScalarType, std::less<>> types = {
            {"F32", at::kFloat}, {"F16", at::kHalf}, {"BF16", at::kBFloat16}, {"F64", at::kDouble}};
        const StateDictFile::Tensor& tensor = *tensors_.at(spec.name);
        at::Tensor value = at::empty(tensor.shape, types.at(tensor.dtype));
        file_.read(tensor, value.data_ptr());
        return value;
    }

  private:
    void take(const TensorSpec& spec, const std::string& name,
              std::map<std::string, const StateDictFile::Tensor*>& theirs) {
        const auto found = theirs.find(name);
        const std::string where = file_.path().string();
        if (found == theirs.end())
            throw InputError("{}: has no {}, which model_config.json asks for", where, quote(name));
        const StateDictFile::Tensor& tensor = *found->second;
        if (tensor.shape != spec.shape)
            throw InputError("{}: {} is {} where model_config.json makes it {}; {} there decide it", where, quote(name),
                             shape_text(tensor.shape), shape_text(spec.shape), options_of(name));
        if (!std::set<std::string>{"F32", "F16", "BF16", "F64"}.contains(tensor.dtype))
            throw InputError("{}: {} is of type {}, not of a float", where, quote(name), tensor.dtype);
        tensors_[spec.name] = &tensor;
        theirs.erase(found);
    }
    // Tables of RoPE are computed here; anything else that has no place would be a silent change.
    void refuse_or_leave_out(const std::string& name, ImportedRun& run) const {
        for (const char* table : {"rope", "rotary", "cos", "sin", "mask"})
            if (name.find(table) != std::string::npos) {
                run.remarks.push_back(
                    fmt::format("{} of the state dict is left out: it is computed here", quote(name)));
                return;
            }
        throw InputError("{}: holds {}, for which model_config.json has no place", file_.path().string(), quote(name));
    }

    StateDictFile file_;
    std::map<std::string, const StateDictFile::Tensor*> tensors_;  // by our names
};

}  // namespace

Runs read_cs336(const fs::path& path, const ReadOptions& options) {
    refuse_columns(options, path);
    std::error_code error;
    const fs::path file = fs::absolute(fs::is_directory(path, error) ? path / "model_config.json" : path);
    const fs::path folder = file.parent_path();
    const std::string text = read_file(file, kLargestConfig);
    ImportedRun run;
    run.format = "cs336-model";
    run.path = file;
    name_after(run, folder.filename().string());
    run.stated = io::parse_json(text, file.string());
    run.config = cs336_config(run.stated, file.string());
    const fs::path state_dict = state_dict_beside(folder);
    const auto weights = std::make_shared<const Weights>(state_dict, run.config, run);
    run.weights = [weights](const TensorSpec& spec) { return (*weights)(spec); };
    run.known = {"model", "data.vocab_size", "data.context"};
    run.parameters = model::parameter_counts(run.config).unique;
    run.data_folder = folder;
    run.remarks.push_back("a model without a log: there is no loss to compare");
    run.sha256 = sha256_hex(text + sha256_file(state_dict));
    return {std::move(run)};
}

}  // namespace ablate::interop::logs
