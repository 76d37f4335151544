#include "core/interop/cs336/model_config.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/interop/logs/reading.h"

#include <algorithm>
#include <array>
#include <map>

namespace ablate::interop::cs336 {

namespace {

constexpr std::array kSizes{std::pair("vocab_size", "data.vocab_size"), std::pair("context_length", "data.context"),
                            std::pair("d_model", "model.d_model"),      std::pair("num_layers", "model.layers"),
                            std::pair("num_heads", "model.heads"),      std::pair("d_ff", "model.d_ff")};
constexpr std::array kSwitches{"remove_rmsnorm", "use_post_norm", "remove_rope"};

void require_known_keys(const Json& json, const std::string& where) {
    std::vector<std::string> known(kSwitches.begin(), kSwitches.end());
    known.insert(known.end(), {"rope_theta", "ffn_type"});
    for (const auto& size : kSizes) known.emplace_back(size.first);
    for (const auto& entry : json.items())
        if (std::find(known.begin(), known.end(), entry.key()) == known.end())
            throw InputError("{}: {} is no option of the assignment's model{}", where, quote(entry.key()),
                             did_you_mean(entry.key(), known));
}

bool is_on(const Json& json, const char* key, const std::string& where) {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return false;
    if (!found->is_boolean()) throw InputError("{}: {} is neither true nor false", where, key);
    return found->get<bool>();
}

Json position(const Json& json, const std::string& where) {
    if (is_on(json, "remove_rope", where)) return {{"kind", "none"}};
    const double theta = logs::number_in(json, "rope_theta", where).value_or(10000);
    return {{"kind", "rope"}, {"theta", theta}, {"layout", "interleaved"}};
}

std::string feed_forward(const Json& json, const std::string& where) {
    const Json type = json.value("ffn_type", Json());
    if (type.is_null() || type == "swiglu") return "swiglu";
    if (type == "silu") return "silu";
    throw InputError("{}: ffn_type {} is neither null, swiglu nor silu", where, type.dump());
}

}  // namespace

RunConfig cs336_config(const Json& json, const std::string& where) {
    if (!json.is_object()) throw InputError("{}: is not a JSON object", where);
    require_known_keys(json, where);
    RunConfig config;
    for (const auto& [theirs, ours] : kSizes) {
        const auto size = logs::whole_in(json, theirs, where);
        if (!size) throw InputError("{}: {} is missing", where, theirs);
        config = patched(config, patch_from_dotted(ours, *size), where + ": " + theirs);
    }
    Json model{{"position", position(json, where)},
               {"ffn", {{"kind", feed_forward(json, where)}}},
               {"init", {{"kind", "cs336"}}},
               {"tie_embeddings", false}};
    if (is_on(json, "use_post_norm", where)) model["placement"] = "post";
    if (is_on(json, "remove_rmsnorm", where))
        for (const char* site : {"attn_in", "attn_out", "ffn_in", "ffn_out", "final"})
            model["norm"][site] = {{"kind", "none"}};
    config = patched(config, {{"model", model}}, where);
    require_valid(config, where);
    return config;
}

std::optional<std::string> cs336_name(std::string_view tensor, const RunConfig& config) {
    if (tensor == "embed.weight") return "token_embeddings.weight";
    if (tensor == "final.weight") return "ln_final.weight";
    if (tensor == "head.weight") return "lm_head.weight";
    constexpr std::string_view blocks = "blocks.";
    const std::size_t dot = tensor.find('.', blocks.size());
    if (!tensor.starts_with(blocks) || dot == std::string_view::npos) return {};
    const bool gated = config.model.ffn.kind == "swiglu";
    const std::map<std::string_view, std::string> names = {
        {"attn.q.weight", "attn.q_proj"}, {"attn.k.weight", "attn.k_proj"},
        {"attn.v.weight", "attn.v_proj"}, {"attn.o.weight", "attn.output_proj"},
        {"attn_in.weight", "ln1"},        {"attn_out.weight", "ln1"},
        {"ffn_in.weight", "ln2"},         {"ffn_out.weight", "ln2"},
        {"ffn.gate.weight", "ffn.w1"},    {"ffn.up.weight", gated ? "ffn.w3" : "ffn.w1"},
        {"ffn.down.weight", "ffn.w2"}};
    const auto found = names.find(tensor.substr(dot + 1));
    if (found == names.end()) return {};
    return fmt::format("layers.{}.{}.weight", tensor.substr(blocks.size(), dot - blocks.size()), found->second);
}

}  // namespace ablate::interop::cs336
