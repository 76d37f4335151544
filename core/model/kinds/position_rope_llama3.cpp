#include "core/model/kinds/rotation.h"

#include <numbers>

namespace ablate::model {
namespace {

// By wavelength: those that fit high_freq_factor times into the original context stay, those that do not fit
// low_freq_factor times are stretched, those between are blended. As transformers' _compute_llama3_parameters.
at::Tensor frequencies(const KindChoice& choice, const KindDims& dims) {
    const double factor = choice.real("factor"), context = static_cast<double>(choice.integer("original_context"));
    const double low = choice.real("low_freq_factor"), high = choice.real("high_freq_factor");
    const at::Tensor plain = ops::rope_frequencies(dims.head_dim, choice.real("theta"));
    const at::Tensor fits = context / (2 * std::numbers::pi) * plain;  // wavelengths in the original context
    const at::Tensor share = (fits - low) / (high - low);
    const at::Tensor blended = (1 - share) * plain / factor + share * plain;
    return at::where(fits > high, plain, at::where(fits < low, plain / factor, blended));
}

}  // namespace

void register_position_rope_llama3(KindRegistry& registry) {
    KindRow row;
    row.name = "rope_llama3";
    row.label = "RoPE, Llama 3 scaling";
    row.formula = "RoPE, its long wavelengths stretched by the factor, its short ones kept, those between blended";
    row.source = "Llama 3.1; Hugging Face rope_type llama3";
    row.options = {
        rotation_theta(500000),
        option("factor", 8.0, "Factor").above(0).doc("how much the long wavelengths are stretched"),
        option("low_freq_factor", 1.0, "Low-frequency factor")
            .above(0)
            .doc("wavelengths that fit fewer times into the original context are stretched"),
        option("high_freq_factor", 4.0, "High-frequency factor")
            .above(0)
            .doc("wavelengths that fit more often into the original context are kept; above the low-frequency factor"),
        option("original_context", std::int64_t{8192}, "Original context")
            .range(1, 1 << 24)
            .in("tokens")
            .doc("the context before it was extended"),
        rotation_layout()};
    registry.add_position(row, [](const KindChoice& choice, const KindDims& dims, const Bind&, at::Device device) {
        return std::make_unique<Rotation>(choice, dims, frequencies(choice, dims), device);
    });
}

}  // namespace ablate::model
