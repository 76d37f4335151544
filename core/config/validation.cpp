#include "core/base/error.h"
#include "core/base/text.h"
#include "core/config/run_config.h"

// Rules that tie several options together; what concerns one option alone is its range in the schema.
namespace ablate {
namespace {

void require_heads(const ModelConfig& model, const std::string& where) {
    if (model.head_dim == 0 && model.d_model % model.heads != 0)
        throw InputError("{}.model.heads: d_model {} is not divisible by {} heads; set model.head_dim or other heads",
                         where, model.d_model, model.heads);
    if (model.heads % model.key_value_heads() != 0)
        throw InputError("{}.model.kv_heads: {} heads cannot share {} key-value heads evenly", where, model.heads,
                         model.key_value_heads());
    if (model.position.kind == "rope" && model.head_width() % 2 != 0)
        throw InputError(
            "{}.model.position: RoPE turns pairs, and the head width {} is odd; choose an even model.head_dim", where,
            model.head_width());
    if (model.position.kind == "rope" && model.position.text("scaling") == "llama3" &&
        model.position.real("high_freq_factor") <= model.position.real("low_freq_factor"))
        throw InputError("{}.model.position: high_freq_factor {} must be above low_freq_factor {}", where,
                         model.position.real("high_freq_factor"), model.position.real("low_freq_factor"));
    if (model.position.kind == "sinusoidal" && model.d_model % 2 != 0)
        throw InputError("{}.model.position: sinusoidal positions come in pairs, and d_model {} is odd", where,
                         model.d_model);
}

void require_norms(const ModelConfig& model, const std::string& where) {
    for (const NormSite site : kNormSites) {
        const std::string place = where + ".model.norm." + to_string(site);
        const KindRow& row = KindTable::instance().get("norm", model.norm_at(site).kind, place);
        if (row.query_key_only && site != NormSite::q && site != NormSite::k)
            throw InputError("{}: {} is defined for queries and keys only (sites q and k)", place, row.label);
    }
    const auto q_only = [&](NormSite site) {
        return KindTable::instance().get("norm", model.norm_at(site).kind, where).query_key_only;
    };
    if (q_only(NormSite::q) != q_only(NormSite::k))
        throw InputError("{}.model.norm: {} replaces the scale of q·k, so q and k must both have it", where,
                         model.norm_at(q_only(NormSite::q) ? NormSite::q : NormSite::k).kind);
}

void require_texts(const DataConfig& data, const std::string& where) {
    for (const auto& [name, text] : data.val)
        if (trim(text).empty())
            throw InputError("{}.data.val.{}: is empty; name a file or a folder of validation data", where, name);
}

void require_budget(const TrainConfig& train, const std::string& where) {
    // With epochs the steps are known only once the text is: resolving them looks at the warm-up again.
    if (train.epochs == 0 && train.warmup > train.steps)
        throw InputError("{}.train.warmup: {} steps of warm-up do not fit into {} steps", where, train.warmup,
                         train.steps);
    const bool cuda = train.device.starts_with("cuda:") && train.device.size() > 5 &&
                      train.device.find_first_not_of("0123456789", 5) == std::string::npos && train.device.size() < 9;
    if (train.device != "auto" && train.device != "cpu" && !cuda)
        throw InputError("{}.train.device: '{}' is not a device; use auto, cpu or cuda:N", where, train.device);
}

}  // namespace

void require_valid(const RunConfig& config, const std::string& where) {
    require_heads(config.model, where);
    require_norms(config.model, where);
    require_texts(config.data, where);
    require_budget(config.train, where);
}

}  // namespace ablate
