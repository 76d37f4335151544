#include "core/interop/norm_ablation/recognise.h"

#include "core/base/text.h"
#include "core/interop/norm_ablation/layout.h"
#include "core/model/tensor_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace ablate::interop::norm_ablation {
namespace {

using Tensor = io::torch_file::StateDictFile::Tensor;

// What a site's module is called after the layer's prefix (the final norm has none).
constexpr std::array<std::string_view, kAblatedSites.size()> kModules = {
    "input_layernorm", "post_attention_layernorm", "self_attn.q_norm", "self_attn.k_norm", "model.norm"};

// The module and leaf of "model.layers.3.self_attn.q_norm.weight"; names outside the layers stay whole.
struct Parts {
    std::string_view layer, module, leaf;
};
Parts parts_of(std::string_view name) {
    constexpr std::string_view layers = "model.layers.";
    Parts parts;
    if (name.starts_with(layers)) {
        name.remove_prefix(layers.size());
        const std::size_t dot = std::min(name.find('.'), name.size());
        parts.layer = name.substr(0, dot);
        name.remove_prefix(std::min(dot + 1, name.size()));
    }
    const std::size_t dot = name.rfind('.');
    parts.module = name.substr(0, dot);
    parts.leaf = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
    return parts;
}

// The tensors of one norm by their leaves: "weight" -> elements.
using Leaves = std::map<std::string, std::uint64_t, std::less<>>;
std::string kind_of(const Leaves& leaves) {
    const auto elements = [&](std::string_view leaf) {
        const auto found = leaves.find(leaf);
        return found == leaves.end() ? 0 : found->second;
    };
    if (elements("scale") == 1 || elements("g") == 1 || elements("weight") == 1) return "scale";
    if (elements("weight") > 1) return elements("bias") > 0 ? "layer" : "rms";
    return leaves.empty() ? "none" : "mixed";
}

struct Shape {
    const char* variant;
    // Of the layers' norms, of q and k, of the final one; "*": any.
    const char *layers, *query_key, *final;
};
constexpr std::array kShapes = {
    Shape{"original", "rms", "rms", "rms"},           Shape{"no_qk_norm", "rms", "none", "rms"},
    Shape{"no_layer_norm", "none", "rms", "*"},       Shape{"no_all_norm", "none", "none", "*"},
    Shape{"replace_l2norm", "none", "none", "*"},     Shape{"replace_layernorm", "layer", "layer", "*"},
    Shape{"replace_scalenorm", "scale", "scale", "*"}};

std::string_view wanted_at(const Shape& shape, NormSite site) {
    if (site == NormSite::final) return shape.final;
    return site == NormSite::q || site == NormSite::k ? shape.query_key : shape.layers;
}

const Shape* shape_of(const std::string& name) {
    const auto found =
        std::find_if(kShapes.begin(), kShapes.end(), [&](const Shape& shape) { return name == shape.variant; });
    return found == kShapes.end() ? nullptr : &*found;
}

}  // namespace

NormKinds norm_kinds(const io::torch_file::StateDictFile& file) {
    NormKinds kinds;
    std::set<std::string, std::less<>> layers;
    for (const Tensor& tensor : file.tensors())
        if (const Parts parts = parts_of(tensor.name); !parts.layer.empty()) layers.emplace(parts.layer);
    for (std::size_t site = 0; site < kAblatedSites.size(); ++site) {
        std::map<std::string, Leaves, std::less<>> norms;  // by layer
        if (kAblatedSites[site] == NormSite::final)
            norms[""];
        else
            for (const std::string& layer : layers) norms[layer];
        for (const Tensor& tensor : file.tensors()) {
            const Parts parts = parts_of(tensor.name);
            if (parts.module != kModules[site]) continue;
            norms[std::string(parts.layer)][std::string(parts.leaf)] = tensor.elements();
            if (kinds.tensor[site].empty()) kinds.tensor[site] = tensor.name;
        }
        std::set<std::string> found;
        for (const auto& [layer, leaves] : norms) found.insert(kind_of(leaves));
        kinds.kind[site] = found.size() == 1 ? *found.begin() : found.empty() ? "none" : "mixed";
    }
    return kinds;
}

std::vector<std::string> variants_with(const NormKinds& kinds) {
    std::vector<std::string> variants;
    for (const Shape& shape : kShapes) {
        bool fits = true;
        for (std::size_t i = 0; i < kAblatedSites.size(); ++i) {
            const std::string_view wanted = wanted_at(shape, kAblatedSites[i]);
            fits = fits && (wanted == "*" || wanted == kinds.kind[i]);
        }
        if (fits) variants.emplace_back(shape.variant);
    }
    return variants;
}

std::string contradiction(const std::string& name, const NormKinds& kinds) {
    const Shape* shape = shape_of(name);
    if (!shape) return "";
    for (std::size_t i = 0; i < kAblatedSites.size(); ++i) {
        const std::string_view wanted = wanted_at(*shape, kAblatedSites[i]);
        if (wanted == "*" || wanted == kinds.kind[i]) continue;
        const std::vector<std::string> fitting = variants_with(kinds);
        const std::string site = to_string(kAblatedSites[i]);
        return fmt::format(
            "called {}, but its model.pt {}: {}", name,
            fitting.empty() ? "is none of the source's variants" : "has the norms of " + join(fitting, " or "),
            kinds.tensor[i].empty()
                ? "no norm has a tensor at " + site
                : fmt::format("the norm at {} is {} there ({})", site, kinds.kind[i], quote(kinds.tensor[i])));
    }
    return "";
}

const Tensor* find_weight(const io::torch_file::StateDictFile& file, const TensorSpec& tensor) {
    const std::string name = weight_name(tensor);
    if (const Tensor* found = file.find(name)) return found;
    constexpr std::string_view leaf = ".scale";
    if (tensor.role != TensorRole::scalar || !name.ends_with(leaf)) return nullptr;
    for (const char* other : {".g", ".weight"})
        if (const Tensor* found = file.find(name.substr(0, name.size() - leaf.size()) + other)) return found;
    return nullptr;
}

std::string difference_in_tensors(const io::torch_file::StateDictFile& file, const RunConfig& config) {
    std::set<std::string, std::less<>> wanted;
    for (const TensorSpec& spec : model::tensor_table(config)) {
        const Tensor* found = find_weight(file, spec);
        if (!found) return fmt::format("it lacks {}", quote(weight_name(spec)));
        if (found->shape != spec.shape && !(spec.count() == 1 && found->elements() == 1))
            return fmt::format("its {} is [{}], not [{}]", quote(found->name), fmt::join(found->shape, ", "),
                               fmt::join(spec.shape, ", "));
        if (found->dtype != "F32" && found->dtype != "BF16" && found->dtype != "F16")
            return fmt::format("its {} is of type {}", quote(found->name), found->dtype);
        wanted.insert(found->name);
    }
    for (const Tensor& tensor : file.tensors())
        if (!wanted.contains(tensor.name) && !(tensor.name == kHead && config.model.tie_embeddings))
            return fmt::format("it holds {} as well", quote(tensor.name));
    return "";
}

}  // namespace ablate::interop::norm_ablation
