#include "core/model/kinds.h"

namespace ablate::model {
namespace {

// 2^(−8h/H) for a power of two; other counts take every second slope of the next power, as the authors' code does.
std::vector<double> slopes(std::int64_t heads) {
    std::int64_t power = 1;
    while (power * 2 <= heads) power *= 2;
    std::vector<double> slopes;
    for (std::int64_t head = 1; head <= power; ++head) slopes.push_back(std::exp2(-8.0 * head / power));
    for (std::int64_t head = 1; head <= heads - power; ++head)
        slopes.push_back(std::exp2(-4.0 * (2 * head - 1) / power));
    return slopes;
}

class Alibi final : public Position {
  public:
    Alibi(const KindDims& dims, at::Device device)
        : slopes_(at::tensor(slopes(dims.heads), at::kDouble).view({dims.heads, 1, 1}).to(device)) {}

    // Computed in each pass: if kept, it would be the largest tensor of a long context.
    at::Tensor score_bias(std::int64_t first, std::int64_t length, at::ScalarType type) const override {
        const at::Tensor position = at::arange(first + length, slopes_.options().dtype(type));
        const at::Tensor queries = position.narrow(0, first, length);
        const at::Tensor distance = position.unsqueeze(0) - queries.unsqueeze(1);  // key - query
        const at::Tensor past = distance.masked_fill(distance.gt(0), -std::numeric_limits<double>::infinity());
        return slopes_.to(type) * past;
    }

  private:
    at::Tensor slopes_;  // [H, 1, 1]
};

}  // namespace

void register_position_alibi(KindRegistry& registry) {
    KindRow row;
    row.name = "alibi";
    row.label = "ALiBi";
    row.formula = "scores − m_h · distance, m_h = 2^(−8h/H)";
    row.source = "Press, Smith and Lewis 2021, arXiv 2108.12409";
    registry.add_position(row, [](const KindChoice&, const KindDims& dims, const Bind&, at::Device device) {
        return std::make_unique<Alibi>(dims, device);
    });
}

}  // namespace ablate::model
