#pragma once
#include "core/base/json.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace ablate::train {

inline constexpr std::size_t kHistorySteps = 50;     // steps that a run remembers
inline constexpr std::size_t kLongestHistory = 500;  // while a spike lasts, which began up to so many steps ago

// The gradient norms of the last steps by block, which a run writes when it collapses. No torch in this header.
struct GradientHistory {
    struct Row {
        std::int64_t step = 0;           // counted from 0
        double loss = 0, grad_norm = 0;  // nats; before clipping
        std::vector<double> blocks;      // L2 norm of each block's gradient
    };
    std::vector<std::string> blocks;  // in forward order: "embed", "blocks.0", ..., "final", "head"
    std::deque<Row> rows;             // steps ascend

    void add(Row row, std::size_t longest = kHistorySteps);  // forgets what is older than `longest` rows
};
// {"format": 1, "blocks": [...], "steps": [...], "loss": [...], "grad_norm": [...], "block_grad_norm": [[...], ...]}:
// the last holds a list for each block, with a value for each step.
Json to_json(const GradientHistory& history);
// InputError "WHERE: ..." when lists are missing or differ in length, or the format is a newer one.
GradientHistory gradient_history_from_json(const Json& json, const std::string& where);

}  // namespace ablate::train
