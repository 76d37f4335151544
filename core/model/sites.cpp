#include "core/model/sites.h"

namespace ablate::model {

std::string block_name(std::int64_t layer) { return "blocks." + std::to_string(layer); }

std::string norm_name(NormSite site, std::int64_t layer) {
    switch (site) {
        case NormSite::embed:
            return "embed_norm";
        case NormSite::final:
            return "final";
        case NormSite::q:
            return block_name(layer) + ".attn.q_norm";
        case NormSite::k:
            return block_name(layer) + ".attn.k_norm";
        default:
            return block_name(layer) + "." + to_string(site);
    }
}

KindDims norm_dims(const RunConfig& config, NormSite site, std::int64_t layer) {
    const ModelConfig& model = config.model;
    KindDims dims;
    dims.width = model.d_model;
    dims.context = config.data.context;
    dims.layer = layer;
    if (site == NormSite::q || site == NormSite::k) {
        const std::int64_t heads = site == NormSite::q ? model.heads : model.key_value_heads();
        dims.width = model.head_width() * (model.qk_norm_scope == "projection" ? heads : 1);
        dims.key_site = site == NormSite::k;
    }
    return dims;
}

KindDims position_dims(const RunConfig& config) {
    KindDims dims;
    dims.width = config.model.d_model;
    dims.context = config.data.context;
    dims.heads = config.model.heads;
    dims.head_dim = config.model.head_width();
    return dims;
}

KindDims feed_forward_dims(const RunConfig& config) {
    KindDims dims;
    dims.width = config.model.d_model;
    dims.d_ff = config.model.d_ff;
    dims.bias = config.model.ffn_bias;
    return dims;
}

bool is_query_key_norm(const std::string& tensor_name) {
    return tensor_name.find(".attn.q_norm.") != std::string::npos ||
           tensor_name.find(".attn.k_norm.") != std::string::npos;
}

}  // namespace ablate::model
