#include "core/model/kinds/position_table.h"

namespace ablate::model {
namespace {

class LearnedPosition final : public Position {
  public:
    explicit LearnedPosition(at::Tensor table) : table_(std::move(table)) {}
    at::Tensor embedding(const TokenPositions& positions) const override { return rows_at(table_, positions); }

  private:
    at::Tensor table_;  // [context, D]
};

}  // namespace

void register_position_learned(KindRegistry& registry) {
    KindRow row;
    row.name = "learned";
    row.label = "Learned positions";
    row.formula = "x + P[t], P learned for each position of the context";
    row.source = "GPT-2";
    row.tensors = [](const KindChoice&, const KindDims& dims) {
        return std::vector<TensorSpec>{{"weight", {dims.context, dims.width}, TensorRole::embedding, 0}};
    };
    registry.add_position(row, [](const KindChoice&, const KindDims&, const Bind& bind, at::Device) {
        return std::make_unique<LearnedPosition>(bind("weight"));
    });
}

}  // namespace ablate::model
