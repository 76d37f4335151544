#include "core/model/kinds/initial_values.h"

namespace ablate::model {
namespace {

bool feeds_residual(const std::string& name) {
    return name.ends_with(".attn.o.weight") || name.ends_with(".ffn.down.weight");
}

void initialize(const TensorSpec& spec, const KindChoice&, std::int64_t layers, std::uint64_t seed, at::Tensor& value) {
    const double deviation = feeds_residual(spec.name) ? 0.02 / std::sqrt(2.0 * static_cast<double>(layers)) : 0.02;
    fill_from_stream(spec, seed, value, [&](RandomStream& stream) { return deviation * stream.normal(); });
}

}  // namespace

void register_init_gpt2(KindRegistry& registry) {
    KindRow row;
    row.name = "gpt2";
    row.label = "GPT-2";
    row.formula = "N(0, 0.02²), what is added to the residual stream divided by sqrt(2 · layers)";
    row.source = "Radford et al. 2019, section 2.3";
    registry.add_init(row, initialize);
}

}  // namespace ablate::model
