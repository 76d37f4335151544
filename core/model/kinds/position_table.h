#pragma once
#include "core/model/kinds.h"

namespace ablate::model {

// The rows of a table [context, D] for the tokens of a pass: [T, D], or [B, T, D] where sequences stand apart.
inline at::Tensor rows_at(const at::Tensor& table, const Places& places) {
    if (places.first.empty()) return table.narrow(0, 0, places.length);
    std::vector<at::Tensor> rows;
    for (const std::int64_t first : places.first) rows.push_back(table.narrow(0, first, places.length));
    return at::stack(rows);
}

}  // namespace ablate::model
