#include "core/model/kinds/initial_values.h"

namespace ablate::model {
namespace {

void initialize(const TensorSpec& spec, const KindChoice& choice, std::int64_t, std::uint64_t seed, at::Tensor& value) {
    const double deviation = choice.real("std");
    fill_from_stream(spec, seed, value, [&](RandomStream& stream) { return deviation * stream.normal(); });
}

}  // namespace

void register_init_normal(KindRegistry& registry) {
    KindRow row;
    row.name = "normal";
    row.label = "Normal";
    row.formula = "every matrix and embedding N(0, std²)";
    row.source = "Hugging Face initializer_range";
    row.options = {option("std", 0.02, "Standard deviation").above(0)};
    registry.add_init(row, initialize);
}

}  // namespace ablate::model
