#include "core/interop/hf/config.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/json_file.h"

#include <map>

namespace ablate::interop::hf {
namespace {

// What the files leave out: the defaults of transformers' configuration classes.
struct Architecture {
    const char *label, *model_class;
    std::int64_t max_position_embeddings;
};
const std::map<std::string, Architecture>& architectures() {
    static const std::map<std::string, Architecture> table = {{"llama", {"Llama", "LlamaForCausalLM", 2048}},
                                                              {"qwen3", {"Qwen3", "Qwen3ForCausalLM", 32768}}};
    return table;
}

// hidden_act: the feed-forward kind that is gated by it.
const std::map<std::string, std::string>& activations() {
    static const std::map<std::string, std::string> table = {
        {"silu", "swiglu"}, {"swish", "swiglu"}, {"gelu", "geglu"}};
    return table;
}

template <class Map>
std::vector<std::string> keys_of(const Map& map) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : map) keys.push_back(key);
    return keys;
}

// The values of config.json by key; null counts as absent, as in transformers.
class Values {
  public:
    Values(const Json& json, const std::string& where) : json_(json), where_(where) {
        if (!json.is_object()) throw InputError("{}: must hold one JSON object", where);
    }

    const Json* find(const char* key) const {
        const auto found = json_.find(key);
        return found == json_.end() || found->is_null() ? nullptr : &*found;
    }

    std::int64_t integer(const char* key, std::optional<std::int64_t> absent = {}) const {
        const Json* value = find(key);
        if (!value && absent) return *absent;
        if (!value) throw InputError("{}: {} is missing", where_, key);
        if (!value->is_number_integer() || *value < 1 || *value > std::int64_t{1} << 31)
            wrong(key, *value, "a positive integer");
        return value->get<std::int64_t>();
    }

    double number(const char* key, std::optional<double> absent = {}) const {
        const Json* value = find(key);
        if (!value && absent) return *absent;
        if (!value) throw InputError("{}: {} is missing", where_, key);
        if (!value->is_number()) wrong(key, *value, "a number");
        return value->get<double>();
    }

    bool flag(const char* key) const {
        const Json* value = find(key);
        if (value && !value->is_boolean()) wrong(key, *value, "true or false");
        return value && value->get<bool>();
    }

    std::string text(const char* key, const char* absent = "") const {
        const Json* value = find(key);
        if (value && !value->is_string()) wrong(key, *value, "a string");
        return value ? value->get<std::string>() : absent;
    }

    [[noreturn]] void wrong(const char* key, const Json& value, const char* wanted) const {
        throw InputError("{}: {} must be {}, not {}", where_, key, wanted, quote(io::dump_line(value)));
    }
    const std::string& where() const { return where_; }

  private:
    const Json& json_;
    const std::string& where_;
};

std::string architecture_named_in(const Values& values) {
    const std::string name = values.text("model_type");
    if (name.empty()) throw InputError("{}: model_type is missing; qwen3 and llama are read", values.where());
    if (!architectures().contains(name))
        throw InputError("{}: model_type {} is not built here; qwen3 and llama are", values.where(), quote(name));
    const Json* classes = values.find("architectures");
    const char* wanted = architectures().at(name).model_class;
    if (classes && *classes != Json::array({wanted}))
        throw InputError("{}: architectures {} is not built here; {} is", values.where(),
                         quote(io::dump_line(*classes)), wanted);
    return name;
}

// Every layer attends to all positions before it, as the model here does.
void require_full_attention(const Values& values, const std::string& architecture, std::int64_t layers,
                            std::int64_t context) {
    if (const Json* types = values.find("layer_types")) {
        if (!types->is_array() || types->size() != static_cast<std::size_t>(layers))
            values.wrong("layer_types", *types, "a list with a word for each of num_hidden_layers");
        for (const Json& type : *types)
            if (type != "full_attention")
                throw InputError("{}: layer_types holds {}, and only full_attention is built here", values.where(),
                                 quote(io::dump_line(type)));
        return;
    }
    const Json* window = values.find("sliding_window");
    if (!window || (architecture == "qwen3" && !values.flag("use_sliding_window"))) return;
    const std::int64_t first = architecture == "qwen3" ? values.integer("max_window_layers", 28) : 0;
    if (first < layers && values.integer("sliding_window") < context)
        throw InputError("{}: sliding_window {} is not built here; every layer attends to the whole context",
                         values.where(), window->dump());
}

// The position kind with its options.
Json position(const Values& values) {
    const char* key = values.find("rope_parameters") ? "rope_parameters" : "rope_scaling";
    const Json none = Json::object(), *given = values.find(key);
    const std::string where = values.where() + ": " + key;
    const Values rope(given ? *given : none, where);
    for (const auto& [name, value] : (given ? *given : none).items())
        if (value.is_object()) rope.wrong(name.c_str(), value, "a value for all layers");
    if (rope.number("partial_rotary_factor", values.number("partial_rotary_factor", 1)) != 1)
        throw InputError("{}: partial_rotary_factor is not built here; whole heads are turned", values.where());

    const std::string kind = rope.text("rope_type", rope.text("type", "default").c_str());
    const double theta = rope.number("rope_theta", values.number("rope_theta", 10000));
    if (kind == "default") return {{"kind", "rope"}, {"theta", theta}};
    if (kind == "linear")
        return {{"kind", "rope"}, {"theta", theta}, {"scaling", "linear"}, {"factor", rope.number("factor")}};
    if (kind == "llama3")
        return {{"kind", "rope"},
                {"theta", theta},
                {"scaling", "llama3"},
                {"factor", rope.number("factor")},
                {"low_freq_factor", rope.number("low_freq_factor")},
                {"high_freq_factor", rope.number("high_freq_factor")},
                {"original_context", rope.integer("original_max_position_embeddings")}};
    throw InputError("{}: {} {} is not built here; default, linear and llama3 are", values.where(), key, quote(kind));
}

// The same as rope_scaling.
Json scaling(const KindChoice& position) {
    const std::string scaling = position.options.value("scaling", std::string("none"));
    if (scaling == "linear") return {{"rope_type", "linear"}, {"factor", position.real("factor")}};
    if (scaling == "llama3")
        return {{"rope_type", "llama3"},
                {"factor", position.real("factor")},
                {"low_freq_factor", position.real("low_freq_factor")},
                {"high_freq_factor", position.real("high_freq_factor")},
                {"original_max_position_embeddings", position.integer("original_context")}};
    return nullptr;
}

void require_nothing_else(const Values& values) {
    if (values.number("attention_dropout", 0) != 0)
        throw InputError("{}: attention_dropout is not built here on its own; set it to 0", values.where());
    if (values.find("quantization_config"))
        throw InputError("{}: quantization_config: quantized weights are not read; use the float checkpoint",
                         values.where());
}

std::string feed_forward_kind(const Values& values) {
    const std::string name = values.text("hidden_act", "silu");
    const auto found = activations().find(name);
    if (found == activations().end())
        throw InputError("{}: hidden_act {} is not built here; {} are", values.where(), quote(name),
                         join(keys_of(activations()), ", "));
    return found->second;
}

std::string dtype_of(const Values& values) {
    std::string name = values.text("dtype", values.text("torch_dtype", "float32").c_str());
    if (name.starts_with("torch.")) name.erase(0, 6);
    if (name != "float32" && name != "float16" && name != "bfloat16")
        throw InputError("{}: dtype {} is not read; float32, float16 and bfloat16 are", values.where(), quote(name));
    return name;
}

Json token_id(const Values& values, const char* key) {
    const Json* value = values.find(key);
    if (!value) return nullptr;
    for (const Json& id : value->is_array() ? *value : Json::array({*value}))
        if (!id.is_number_integer()) values.wrong(key, *value, "a token's id");
    return *value;
}

Json norms(const std::string& architecture, double eps) {
    Json norms = Json::object();
    for (const NormSite site : kNormSites) {
        const bool query_key = site == NormSite::q || site == NormSite::k;
        if (site == NormSite::embed || (query_key && architecture != "qwen3"))
            norms[to_string(site)] = {{"kind", "none"}};
        else if (site != NormSite::attn_out && site != NormSite::ffn_out)
            norms[to_string(site)] = {{"kind", "rms"}, {"eps", eps}};
    }
    return norms;
}

// What makes no difference to a forward pass, or is said in two ways, is brought to one value.
RunConfig comparable(RunConfig config) {
    const RunConfig plain;
    ModelConfig& model = config.model;
    model.kv_heads = model.key_value_heads();
    model.head_dim = model.head_width();
    model.dropout = 0;
    model.init = plain.model.init;
    model.position = without_unused_options("position", model.position);
    for (const NormSite site : kNormSites)
        if (!model.site_in_use(site)) model.norm_at(site) = plain.model.norm_at(site);
    if (model.norm_at(NormSite::q).kind == "none" && model.norm_at(NormSite::k).kind == "none")
        model.qk_norm_scope = plain.model.qk_norm_scope;
    config.data = plain.data;
    config.train = plain.train;
    return config;
}

void require_expressible(const Config& config, const Json& json, const std::string& where) {
    const Architecture& architecture = architectures().at(config.architecture);
    std::vector<std::string> misfits;
    for (const ConfigDifference& item :
         difference(comparable(config_from_json(json, where).run), comparable(config.run)))
        misfits.push_back(fmt::format("{} is {}, must be {}", label_of(item.key), value_in_words(item.key, item.after),
                                      value_in_words(item.key, item.before)));
    if (!misfits.empty())
        throw InputError("{}: does not fit {}: {}", where, architecture.model_class, join(misfits, "; "));
    const ModelConfig& model = config.run.model;
    if (config.architecture == "llama" && model.d_model % model.heads != 0)
        throw InputError("{}: does not fit {}: transformers wants a width ({}) that is a multiple of the heads ({})",
                         where, architecture.model_class, model.d_model, model.heads);
}

}  // namespace

Config config_from_json(const Json& json, const std::string& where) {
    const Values values(json, where);
    Config config;
    config.architecture = architecture_named_in(values);
    const std::int64_t layers = values.integer("num_hidden_layers");
    const std::int64_t heads = values.integer("num_attention_heads");
    const std::int64_t context =
        values.integer("max_position_embeddings", architectures().at(config.architecture).max_position_embeddings);
    require_full_attention(values, config.architecture, layers, context);
    require_nothing_else(values);

    const Json model = {{"d_model", values.integer("hidden_size")},
                        {"layers", layers},
                        {"heads", heads},
                        {"kv_heads", values.integer("num_key_value_heads", heads)},
                        {"head_dim", values.find("head_dim") ? values.integer("head_dim") : 0},
                        {"d_ff", values.integer("intermediate_size")},
                        {"norm", norms(config.architecture, values.number("rms_norm_eps", 1e-6))},
                        {"position", position(values)},
                        {"ffn", {{"kind", feed_forward_kind(values)}}},
                        {"init", {{"kind", "normal"}, {"std", values.number("initializer_range", 0.02)}}},
                        {"tie_embeddings", values.flag("tie_word_embeddings")},
                        {"attn_bias", values.flag("attention_bias")},
                        {"ffn_bias", config.architecture == "llama" && values.flag("mlp_bias")}};
    config.run = run_config_from_json(
        {{"model", model}, {"data", {{"vocab_size", values.integer("vocab_size")}, {"context", context}}}}, where);
    require_valid(config.run, where);
    config.dtype = dtype_of(values);
    config.bos_token_id = token_id(values, "bos_token_id");
    config.eos_token_id = token_id(values, "eos_token_id");
    config.pad_token_id = token_id(values, "pad_token_id");
    return config;
}

Config read_config(const std::filesystem::path& file) {
    return config_from_json(io::read_json(file, 16ull << 20), file.string());
}

std::string architecture_of(const RunConfig& run) {
    const bool normed = run.model.norm_at(NormSite::q).kind != "none" || run.model.norm_at(NormSite::k).kind != "none";
    return normed ? "qwen3" : "llama";
}

Json config_to_json(const Config& config, const std::string& where) {
    const ModelConfig& model = config.run.model;
    const KindChoice& norm = model.norm_at(NormSite::final);
    Json json = {{"architectures", {architectures().at(config.architecture).model_class}},
                 {"model_type", config.architecture},
                 {"vocab_size", config.run.data.vocab_size},
                 {"max_position_embeddings", config.run.data.context},
                 {"hidden_size", model.d_model},
                 {"intermediate_size", model.d_ff},
                 {"num_hidden_layers", model.layers},
                 {"num_attention_heads", model.heads},
                 {"num_key_value_heads", model.key_value_heads()},
                 {"head_dim", model.head_width()},
                 {"hidden_act", model.ffn.kind == "geglu" ? "gelu" : "silu"},
                 {"initializer_range", model.init.options.value("std", 0.02)},
                 {"rms_norm_eps", norm.options.value("eps", 1e-6)},
                 {"rope_theta", model.position.options.value("theta", 10000.0)},
                 {"rope_scaling", scaling(model.position)},
                 {"tie_word_embeddings", model.tie_embeddings},
                 {"attention_bias", model.attn_bias},
                 {"attention_dropout", 0.0},
                 {"use_cache", true},
                 {"torch_dtype", config.dtype},
                 {"bos_token_id", config.bos_token_id},
                 {"eos_token_id", config.eos_token_id},
                 {"pad_token_id", config.pad_token_id}};
    if (config.architecture == "llama") json["mlp_bias"] = model.ffn_bias;
    if (config.architecture == "qwen3") json["use_sliding_window"] = false;
    require_expressible(config, json, where);
    return json;
}

}  // namespace ablate::interop::hf
