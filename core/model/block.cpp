#include "core/model/block.h"

#include "core/model/sites.h"

namespace ablate::model {

Block::Block(const RunConfig& config, std::int64_t layer, const Tensors& tensors, const Position& position,
             at::Device device)
    : name_(block_name(layer)),
      post_(config.model.placement == "post"),
      attention_(config, layer, tensors, position, device) {
    attention_site_ = {name_ + ".attn", make_norm(config, NormSite::attn_in, layer, tensors, device),
                       make_norm(config, NormSite::attn_out, layer, tensors, device)};
    feed_forward_site_ = {name_ + ".ffn", make_norm(config, NormSite::ffn_in, layer, tensors, device),
                          make_norm(config, NormSite::ffn_out, layer, tensors, device)};
    const Bind bind = [&](const std::string& name) { return tensors(name_ + ".ffn." + name); };
    feed_forward_ = kind_registry().feed_forward(config.model.ffn, feed_forward_dims(config), bind, device);
}

Block::SiteNorm Block::make_norm(const RunConfig& config, NormSite site, std::int64_t layer, const Tensors& tensors,
                                 at::Device device) const {
    const std::string name = norm_name(site, layer);
    if (!config.model.site_in_use(site)) return {name, nullptr};
    const Bind bind = [&](const std::string& part) { return tensors(name + "." + part); };
    return {name, kind_registry().norm(config.model.norm_at(site), norm_dims(config, site, layer), bind, device)};
}

at::Tensor Block::SiteNorm::forward(const at::Tensor& x, at::ScalarType result, const Pass& pass) const {
    if (!norm) return x.to(result);
    const at::Tensor y = norm->forward(x, result);
    pass.look(name, y);
    return y;
}

template <class Function>
at::Tensor Block::apply(const SubLayer& sub_layer, const at::Tensor& x, const Pass& pass, Function function) const {
    at::Tensor y = function(sub_layer.in.forward(x, pass.product_type, pass));
    pass.look(sub_layer.name, y);
    y = pass.dropout(y);
    if (post_) return sub_layer.out.forward(x + y, x.scalar_type(), pass);
    if (sub_layer.out.norm) y = sub_layer.out.forward(y, x.scalar_type(), pass);
    return x + y;
}

at::Tensor Block::forward(const at::Tensor& x, const Pass& pass) const {
    const at::Tensor mixed = apply(attention_site_, x, pass, [&](const at::Tensor& in) {
        return attention_.forward(in, pass.positions, pass.dropout, pass.continuation);
    });
    const at::Tensor y =
        apply(feed_forward_site_, mixed, pass, [&](const at::Tensor& in) { return feed_forward_->forward(in); });
    pass.look(name_, y);
    return y;
}

}  // namespace ablate::model
