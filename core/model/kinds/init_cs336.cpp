#include "core/model/kinds/initial_values.h"

namespace ablate::model {
namespace {

void initialize(const TensorSpec& spec, const KindChoice&, std::int64_t, std::uint64_t seed, at::Tensor& value) {
    const double deviation =
        spec.role == TensorRole::embedding ? 1 : std::sqrt(2.0 / static_cast<double>(spec.shape[0] + spec.shape[1]));
    fill_from_stream(spec, seed, value, [&](RandomStream& stream) { return deviation * stream.truncated_normal(3); });
}

}  // namespace

void register_init_cs336(KindRegistry& registry) {
    KindRow row;
    row.name = "cs336";
    row.label = "CS336";
    row.formula = "matrices N(0, 2/(in + out)), embeddings N(0, 1), both truncated at 3 sigma";
    row.source = "CS336 assignment 1 (spring 2025), section 3.4";
    registry.add_init(row, initialize);
}

}  // namespace ablate::model
