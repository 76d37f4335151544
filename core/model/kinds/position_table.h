#pragma once
#include "core/model/kinds.h"

namespace ablate::model {

// The rows of a table [context, D] for the tokens of a pass: [T, D], or [B, T, D] where sequences have different
// positions.
inline at::Tensor rows_at(const at::Tensor& table, const TokenPositions& positions) {
    if (positions.first.empty()) return table.narrow(0, 0, positions.length);
    std::vector<at::Tensor> rows;
    for (const std::int64_t first : positions.first) rows.push_back(table.narrow(0, first, positions.length));
    return at::stack(rows);
}

}  // namespace ablate::model
