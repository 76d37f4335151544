#include "core/interop/hf/tensor_names.h"

#include <fmt/format.h>

#include <charconv>
#include <span>
#include <stdexcept>

namespace ablate::interop::hf {
namespace {

// What a row or a column of a tensor is counted by.
enum class Extent { none, hidden, vocabulary, feed_forward, queries, keys, head };

struct Name {
    std::string_view ours, theirs;
    Extent rows, columns;  // of the weight; a bias has the rows
};

constexpr Name kOutside[] = {
    {"embed", "model.embed_tokens", Extent::vocabulary, Extent::hidden},
    {"final", "model.norm", Extent::hidden, Extent::none},
    {"head", "lm_head", Extent::vocabulary, Extent::hidden},
};

// After "blocks.N." and "model.layers.N."; post_attention_layernorm is the norm before the feed-forward.
constexpr Name kInBlock[] = {
    {"attn_in", "input_layernorm", Extent::hidden, Extent::none},
    {"attn.q", "self_attn.q_proj", Extent::queries, Extent::hidden},
    {"attn.k", "self_attn.k_proj", Extent::keys, Extent::hidden},
    {"attn.v", "self_attn.v_proj", Extent::keys, Extent::hidden},
    {"attn.o", "self_attn.o_proj", Extent::hidden, Extent::queries},
    {"attn.q_norm", "self_attn.q_norm", Extent::head, Extent::none},
    {"attn.k_norm", "self_attn.k_norm", Extent::head, Extent::none},
    {"ffn_in", "post_attention_layernorm", Extent::hidden, Extent::none},
    {"ffn.gate", "mlp.gate_proj", Extent::feed_forward, Extent::hidden},
    {"ffn.up", "mlp.up_proj", Extent::feed_forward, Extent::hidden},
    {"ffn.down", "mlp.down_proj", Extent::hidden, Extent::feed_forward},
};

constexpr std::string_view kOurBlocks = "blocks.", kTheirLayers = "model.layers.";

// "model.layers.3.mlp.up_proj.weight" as its parts. A name outside the layers has no layer.
struct Parts {
    std::string_view layer, module, leaf;
};
Parts parts_of(std::string_view name, std::string_view layers) {
    Parts parts;
    if (name.starts_with(layers)) {
        name.remove_prefix(layers.size());
        const std::size_t dot = name.find('.');
        parts.layer = name.substr(0, dot);
        name = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
    }
    const std::size_t dot = name.rfind('.');
    parts.module = name.substr(0, dot);
    parts.leaf = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
    return parts;
}

std::span<const Name> table_for(const Parts& parts) {
    return parts.layer.empty() ? std::span<const Name>(kOutside) : std::span<const Name>(kInBlock);
}

const Name* find_theirs(const Parts& parts) {
    for (const Name& name : table_for(parts))
        if (name.theirs == parts.module) return &name;
    return nullptr;
}

std::string in_config(const std::string& option) { return "; " + option + " in config.json would fit"; }

// The option that brings an extent to `size`.
std::string option_for_extent(Extent extent, std::int64_t size, const ModelConfig& model) {
    const auto heads = [&](const char* option, std::int64_t now) {
        std::string text;
        if (size % model.head_width() == 0) text = fmt::format("{} {}", option, size / model.head_width());
        if (size % now == 0) text += fmt::format("{}head_dim {}", text.empty() ? "" : " or ", size / now);
        return text;
    };
    switch (extent) {
        case Extent::hidden:
            return fmt::format("hidden_size {}", size);
        case Extent::vocabulary:
            return fmt::format("vocab_size {}", size);
        case Extent::feed_forward:
            return fmt::format("intermediate_size {}", size);
        case Extent::queries:
            return heads("num_attention_heads", model.heads);
        case Extent::keys:
            return heads("num_key_value_heads", model.key_value_heads());
        case Extent::head:
            return fmt::format("head_dim {}", size);
        case Extent::none:
            break;
    }
    return {};
}

}  // namespace

std::string checkpoint_name(std::string_view tensor) {
    const Parts parts = parts_of(tensor, kOurBlocks);
    for (const Name& name : table_for(parts)) {
        if (name.ours != parts.module) continue;
        if (parts.layer.empty()) return fmt::format("{}.{}", name.theirs, parts.leaf);
        return fmt::format("{}{}.{}.{}", kTheirLayers, parts.layer, name.theirs, parts.leaf);
    }
    throw std::logic_error(fmt::format("tensor '{}' has no name in a Hugging Face checkpoint", tensor));
}

std::string option_for_shape(std::string_view tensor, const std::vector<std::int64_t>& found,
                             const std::vector<std::int64_t>& wanted, const ModelConfig& model) {
    const Name* name = find_theirs(parts_of(tensor, kTheirLayers));
    if (!name || found.size() != wanted.size() || found.empty()) return {};
    const bool rows = found[0] != wanted[0], columns = found.size() > 1 && found[1] != wanted[1];
    if (rows == columns) return {};
    const std::string option =
        rows ? option_for_extent(name->rows, found[0], model) : option_for_extent(name->columns, found[1], model);
    return option.empty() ? option : in_config(option);
}

std::string option_without(std::string_view tensor, const ModelConfig& model) {
    const Parts parts = parts_of(tensor, kTheirLayers);
    if (parts.module == "lm_head" && parts.leaf == "weight") return in_config("tie_word_embeddings true");
    if (parts.leaf == "bias")
        return in_config(parts.module.starts_with("mlp.") ? "mlp_bias false" : "attention_bias false");
    if (parts.module == "self_attn.q_norm" || parts.module == "self_attn.k_norm") return in_config("model_type llama");
    std::int64_t layer = 0;
    const char* end = parts.layer.data() + parts.layer.size();
    if (!parts.layer.empty() && std::from_chars(parts.layer.data(), end, layer).ptr == end && layer > 0 &&
        layer < model.layers)
        return fmt::format("; num_hidden_layers {} in config.json would do without it", layer);
    return {};
}

std::string option_with(std::string_view tensor, const ModelConfig& model) {
    const Parts parts = parts_of(tensor, kTheirLayers);
    std::int64_t layer = 0;
    const char* end = parts.layer.data() + parts.layer.size();
    if (!parts.layer.empty() && std::from_chars(parts.layer.data(), end, layer).ptr == end && layer >= model.layers &&
        layer < 10000)
        return in_config(fmt::format("num_hidden_layers {} or more", layer + 1));
    if (parts.module == "lm_head" && parts.leaf == "weight") return in_config("tie_word_embeddings false");
    if (parts.leaf == "bias" && find_theirs(parts)) {
        if (parts.module.starts_with("self_attn.")) return in_config("attention_bias true");
        if (parts.module.starts_with("mlp.")) return in_config("mlp_bias true");
    }
    if (parts.module == "self_attn.q_norm" || parts.module == "self_attn.k_norm") return in_config("model_type qwen3");
    return {};
}

}  // namespace ablate::interop::hf
