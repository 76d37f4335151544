#include "core/model/kinds.h"
#include "core/ops/rope.h"

#include <numbers>

namespace ablate::model {
namespace {

class Rope final : public Position {
  public:
    // `frequencies`: fp64 [hd/2], in radians per position.
    Rope(const KindChoice& choice, const KindDims& dims, const at::Tensor& frequencies, at::Device device)
        : layout_(choice.text("layout") == "half" ? ops::RopeLayout::half : ops::RopeLayout::interleaved),
          single_(ops::rope_table(dims.context, frequencies, at::kFloat, device)),
          double_(ops::rope_table(dims.context, frequencies, at::kDouble, device)) {}

    void rotate(at::Tensor& q, at::Tensor& k, const TokenPositions& positions) const override {
        const ops::RopeTable& table = q.scalar_type() == at::kDouble ? double_ : single_;
        q = ops::rope(q, table, layout_, positions.first);
        k = ops::rope(k, table, layout_, positions.first);
    }

  private:
    ops::RopeLayout layout_;
    ops::RopeTable single_, double_;
};

// Wavelengths that fit into the original context more than high_freq_factor times are kept, those that fit fewer than
// low_freq_factor times are stretched, and those between are blended. As transformers' _compute_llama3_parameters.
at::Tensor llama3_frequencies(const at::Tensor& plain, const KindChoice& choice) {
    const double factor = choice.real("factor"), context = static_cast<double>(choice.integer("original_context"));
    const double low = choice.real("low_freq_factor"), high = choice.real("high_freq_factor");
    const at::Tensor fits = context / (2 * std::numbers::pi) * plain;  // wavelengths in the original context
    const at::Tensor share = (fits - low) / (high - low);
    const at::Tensor blended = (1 - share) * plain / factor + share * plain;
    return at::where(fits > high, plain, at::where(fits < low, plain / factor, blended));
}

at::Tensor frequencies(const KindChoice& choice, const KindDims& dims) {
    const at::Tensor plain = ops::rope_frequencies(dims.head_dim, choice.real("theta"));
    const std::string scaling = choice.text("scaling");
    if (scaling == "linear") return plain / choice.real("factor");
    return scaling == "llama3" ? llama3_frequencies(plain, choice) : plain;
}

std::vector<FieldBuilder> options() {
    const auto scaled = [](const Json& rope) { return rope.value("scaling", Json()) != "none"; };
    const auto llama3 = [](const Json& rope) { return rope.value("scaling", Json()) == "llama3"; };
    return {option("theta", 10000.0, "Theta").above(0).doc("base of the wavelengths"),
            option("layout", "half", "Layout")
                .one_of({"half", "interleaved"})
                .doc("half pairs i with i + hd/2 (Hugging Face), interleaved 2i with 2i + 1 (CS336)"),
            option("scaling", "none", "Scaling")
                .one_of({"none", "linear", "llama3"})
                .doc("how a longer context is reached. linear: t / factor in place of t; llama3: stretches the long "
                     "wavelengths by the factor, keeps the short ones and blends those between"),
            option("factor", 8.0, "Factor")
                .above(0)
                .doc("scaling linear and llama3: how many times longer the context has become")
                .when(scaled),
            option("low_freq_factor", 1.0, "Low-frequency factor")
                .above(0)
                .doc("scaling llama3: wavelengths that fit fewer times into the original context are stretched")
                .when(llama3),
            option("high_freq_factor", 4.0, "High-frequency factor")
                .above(0)
                .doc("scaling llama3: wavelengths that fit more often into the original context are kept; above the "
                     "low-frequency factor")
                .when(llama3),
            option("original_context", std::int64_t{8192}, "Original context")
                .range(1, 1 << 24)
                .in("tokens")
                .doc("scaling llama3: the context before it was extended")
                .when(llama3)};
}

std::string scaling_in_words(const KindChoice& choice) {
    const std::string scaling = choice.text("scaling");
    if (scaling == "none") return {};
    return scaling == "llama3" ? "Llama 3 scaling" : scaling + " scaling";
}

}  // namespace

void register_position_rope(KindRegistry& registry) {
    KindRow row;
    row.name = "rope";
    row.label = "RoPE";
    row.formula = "pairs of q and k turned by t · theta^(−2i/hd), more slowly with scaling";
    row.source =
        "Su et al. 2021, arXiv 2104.09864; scaling linear: Chen et al. 2023, arXiv 2306.15595; scaling llama3: Llama "
        "3.1; both as Hugging Face's rope_type";
    row.options = options();
    row.label_addition = scaling_in_words;
    row.former.push_back({"rope_linear", Json{{"scaling", "linear"}}, Json{{"factor", 2.0}}});
    row.former.push_back({"rope_llama3", Json{{"scaling", "llama3"}}, Json{{"theta", 500000.0}}});
    registry.add_position(row, [](const KindChoice& choice, const KindDims& dims, const Bind&, at::Device device) {
        return std::make_unique<Rope>(choice, dims, frequencies(choice, dims), device);
    });
}

}  // namespace ablate::model
