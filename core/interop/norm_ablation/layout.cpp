#include "core/interop/norm_ablation/layout.h"

#include "core/data/tokenizers/load.h"
#include "core/interop/hf/tensor_names.h"
#include "core/io/numbers.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace ablate::interop::norm_ablation {

namespace fs = std::filesystem;

namespace {

struct OwnName {
    std::string_view ours, here;
};
constexpr std::array kOutside = {OwnName{"embed_norm.", "model.embed_norm."}, OwnName{"position.", "model.position."}};
constexpr std::array kInBlock = {OwnName{"attn_out.", "post_self_attn_layernorm."},
                                 OwnName{"ffn_out.", "post_mlp_layernorm."}};
constexpr std::string_view kBlocks = "blocks.";

// The names that Hugging Face's checkpoints have no word for; else theirs.
std::string module_name(std::string_view tensor) {
    for (const OwnName& name : kOutside)
        if (tensor.starts_with(name.ours)) return fmt::format("{}{}", name.here, tensor.substr(name.ours.size()));
    if (tensor.starts_with(kBlocks)) {
        const std::size_t dot = tensor.find('.', kBlocks.size());
        const std::string_view layer = tensor.substr(kBlocks.size(), dot - kBlocks.size()),
                               rest = tensor.substr(dot + 1);
        for (const OwnName& name : kInBlock)
            if (rest.starts_with(name.ours))
                return fmt::format("model.layers.{}.{}{}", layer, name.here, rest.substr(name.ours.size()));
    }
    return hf::checkpoint_name(tensor);
}

void append(std::string& out, const Json& value, std::size_t depth) {
    const auto line = [&](std::size_t level) { out += "\n" + std::string(level, ' '); };
    if (value.is_structured() && !value.empty()) {
        out += value.is_object() ? '{' : '[';
        bool first = true;
        for (const auto& [key, item] : value.items()) {
            if (!std::exchange(first, false)) out += ',';
            line(depth + 1);
            if (value.is_object()) out += Json(key).dump(-1, ' ', true, Json::error_handler_t::replace) + ": ";
            append(out, item, depth + 1);
        }
        line(depth);
        out += value.is_object() ? '}' : ']';
    } else if (value.is_number_float() && !std::isfinite(value.get<double>())) {
        out += io::number_to_json(value.get<double>()).get<std::string>();
    } else {
        out += value.dump(-1, ' ', true, Json::error_handler_t::replace);
    }
}

}  // namespace

std::string weight_name(const TensorSpec& tensor) {
    constexpr std::string_view leaf = ".weight";
    std::string name = module_name(tensor.name);
    if (tensor.role == TensorRole::scalar && name.ends_with(leaf))
        name.replace(name.size() - leaf.size(), leaf.size(), ".scale");
    return name;
}

std::vector<fs::path> tokenizer_files(const fs::path& folder) {
    if (folder.empty() || !data::find_tokenizer(folder)) return {};
    return data::tokenizer_files(folder);
}

std::string python_json(const Json& value) {
    std::string out;
    append(out, value, 0);
    return out + "\n";
}

}  // namespace ablate::interop::norm_ablation
