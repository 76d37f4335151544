#include "core/interop/cs336/import_model.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/interop/cs336/model_config.h"
#include "core/interop/logs/reading.h"
#include "core/io/json_file.h"
#include "core/io/torch_file/state_dict_file.h"
#include "core/model/tensor_table.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <set>

namespace ablate::interop::cs336 {

namespace fs = std::filesystem;

namespace {

using io::torch_file::StateDictFile;

constexpr std::uint64_t kLargestConfig = 1u << 20;
// What torch.compile, DDP and FSDP put between the parts of every name, or of those of a block that is wrapped alone.
constexpr std::array<std::string_view, 4> kWrappers = {"_orig_mod", "module", "_fsdp_wrapped_module",
                                                       "_checkpoint_wrapped_module"};
// Numbers that checkpoints hold as tensors beside the weights: by the last part of the name.
constexpr std::array<std::string_view, 8> kCounters = {"step",     "global_step", "iteration",           "iter",
                                                       "iter_num", "epoch",       "num_batches_tracked", "n_averaged"};
constexpr std::string_view kLightning = "model.";  // the attribute that holds the model, in front of every name

fs::path state_dict_beside(const fs::path& folder) {
    std::set<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        if (entry->path().extension() == ".pt" || entry->path().extension() == ".pth") found.insert(entry->path());
    fs::path usual = folder / "model.pt";
    if (found.contains(usual)) return usual;
    if (found.empty())
        throw InputError("{}: holds no state dict (model.pt): a configuration alone is no run", folder.string());
    if (found.size() > 1)
        throw InputError("{}: holds {} state dicts; call the one that belongs to model_config.json model.pt",
                         folder.string(), found.size());
    return *found.begin();
}

bool is_counter(const std::string& name) {
    const std::string last = name.substr(name.rfind('.') + 1);
    return std::find(kCounters.begin(), kCounters.end(), last) != kCounters.end();
}

bool is_wrapper(const std::string& part) {
    return std::find(kWrappers.begin(), kWrappers.end(), part) != kWrappers.end();
}

std::string unwrapped(const std::string& name) {
    std::vector<std::string> parts = split(name, '.');
    std::erase_if(parts, is_wrapper);
    return join(parts, ".");
}

// The tensors by the names they have without wrappers. InputError: two of them come out alike.
std::map<std::string, const StateDictFile::Tensor*> by_plain_name(const StateDictFile& file, ImportedRun& run) {
    std::map<std::string, const StateDictFile::Tensor*> named;
    std::set<std::string> left_out;
    std::vector<std::string> names;
    for (const StateDictFile::Tensor& tensor : file.tensors()) {
        names.push_back(unwrapped(tensor.name));
        for (const std::string& part : split(tensor.name, '.'))
            if (is_wrapper(part)) left_out.insert("'" + part + ".'");
    }
    const bool of_module = !names.empty() && std::all_of(names.begin(), names.end(), [](const std::string& name) {
        return name.starts_with(kLightning);
    });
    for (std::size_t i = 0; i < names.size(); ++i) {
        const StateDictFile::Tensor& tensor = file.tensors()[i];
        const std::string name = of_module ? names[i].substr(kLightning.size()) : names[i];
        if (!named.emplace(name, &tensor).second)
            throw InputError("{}: {} and another tensor are both {} without the prefixes of wrappers",
                             file.path().string(), quote(tensor.name), quote(name));
    }
    if (of_module) left_out.insert("'model.'");
    if (!left_out.empty())
        run.remarks.push_back(
            fmt::format("the names of the state dict are read without {}, which wrappers of the model "
                        "put there",
                        join(std::vector(left_out.begin(), left_out.end()), " and ")));
    return named;
}

// What a checkpoint holds beside the weights is not imported, and said.
void remark_on_members(const StateDictFile& file, ImportedRun& run) {
    if (file.member().empty() && file.others().empty()) return;
    std::vector<std::string> names;
    for (const std::string& name : file.others())
        if (names.size() < 8) names.push_back(quote(name));
    if (names.size() < file.others().size())
        names.push_back(fmt::format("{} more", file.others().size() - names.size()));
    run.remarks.push_back(fmt::format(
        "{}{}", file.member().empty() ? "" : fmt::format("the weights are the checkpoint's {}", quote(file.member())),
        names.empty() ? ""
                      : fmt::format("{}{} not imported", file.member().empty() ? "" : "; ",
                                    join(names, ", ") + (names.size() == 1 ? " is" : " are"))));
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
        remark_on_members(file_, run);
        std::map<std::string, const StateDictFile::Tensor*> theirs = by_plain_name(file_, run);
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
        for (const auto& [name, tensor] : theirs) refuse_or_leave_out(name, *tensor, run);
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
    static std::vector<std::string> names_of(const std::map<std::string, const StateDictFile::Tensor*>& tensors) {
        std::vector<std::string> names;
        for (const auto& entry : tensors) names.push_back(entry.first);
        return names;
    }
    void take(const TensorSpec& spec, const std::string& name,
              std::map<std::string, const StateDictFile::Tensor*>& theirs) {
        const auto found = theirs.find(name);
        const std::string where = file_.path().string();
        if (found == theirs.end())
            throw InputError("{}: has no {}, which model_config.json asks for{}", where, quote(name),
                             did_you_mean(name, names_of(theirs)));
        const StateDictFile::Tensor& tensor = *found->second;
        if (tensor.shape != spec.shape)
            throw InputError("{}: {} is {} where model_config.json makes it {}; {} there decide it", where, quote(name),
                             shape_text(tensor.shape), shape_text(spec.shape), options_of(name));
        if (!std::set<std::string>{"F32", "F16", "BF16", "F64"}.contains(tensor.dtype))
            throw InputError("{}: {} is of type {}, not of a float", where, quote(name), tensor.dtype);
        tensors_[spec.name] = &tensor;
        theirs.erase(found);
    }
    // Counters are no weights, and tables of RoPE are computed here; anything else that has no place would be a silent
    // change, a single number too: it may be a learned gain.
    void refuse_or_leave_out(const std::string& name, const StateDictFile::Tensor& tensor, ImportedRun& run) const {
        if (tensor.shape.empty() && is_counter(name)) {
            run.remarks.push_back(
                fmt::format("{} of the state dict is left out: it counts, and is not a weight of the "
                            "model",
                            quote(name)));
            return;
        }
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

std::vector<ImportedRun> read_model(const fs::path& path, const logs::ReadOptions& options) {
    logs::refuse_columns(options, path);
    std::error_code error;
    const fs::path file = fs::absolute(fs::is_directory(path, error) ? path / "model_config.json" : path);
    const fs::path folder = file.parent_path();
    const std::string text = read_file(file, kLargestConfig);
    ImportedRun run;
    run.format = "cs336-model";
    run.path = file;
    logs::name_after(run, folder.filename().string());
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

}  // namespace ablate::interop::cs336
