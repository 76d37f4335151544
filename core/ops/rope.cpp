#include "core/ops/rope.h"

#include "core/ops/precision.h"

namespace ablate::ops {

RopeTable rope_table(std::int64_t length, std::int64_t head_dim, double theta, at::ScalarType type, at::Device device) {
    const at::Tensor pair = at::arange(head_dim / 2, at::kDouble);
    const at::Tensor frequency = at::exp(pair * (-2.0 / head_dim * std::log(theta)));
    const at::Tensor angle = at::outer(at::arange(length, at::kDouble), frequency);
    return {angle.cos().to(device, type), angle.sin().to(device, type)};
}

at::Tensor reference::rope(const at::Tensor& x, const RopeTable& table, RopeLayout layout) {
    const at::ScalarType type = accumulate_type(x.scalar_type());
    const std::int64_t length = x.size(-2), pairs = x.size(-1) / 2;
    const at::Tensor cosine = table.cosine.narrow(0, 0, length).to(type),
                     sine = table.sine.narrow(0, 0, length).to(type);
    const at::Tensor wide = x.to(type);
    if (layout == RopeLayout::half) {
        const at::Tensor a = wide.narrow(-1, 0, pairs), b = wide.narrow(-1, pairs, pairs);
        return at::cat({a * cosine - b * sine, b * cosine + a * sine}, -1).to(x.scalar_type());
    }
    const at::Tensor both = wide.unflatten(-1, {pairs, 2});
    const at::Tensor a = both.select(-1, 0), b = both.select(-1, 1);
    return at::stack({a * cosine - b * sine, b * cosine + a * sine}, -1).flatten(-2).to(x.scalar_type());
}

at::Tensor rope(const at::Tensor& x, const RopeTable& table, RopeLayout layout) {
    return reference::rope(x, table, layout);
}

}  // namespace ablate::ops
