#pragma once
#include "core/base/json.h"

#include <cstdint>
#include <string>

namespace ablate::train {

// How a run ended. `running` is never stored: it is the lock (core/README.md).
enum class Outcome { healthy, collapsed, stopped, paused, failed, interrupted };
enum class Collapse { none, non_finite, exploding, dead_loss, contradicted_loss };
const char* to_string(Outcome outcome);
const char* to_string(Collapse collapse);

struct Verdict {
    Outcome outcome = Outcome::healthy;
    Collapse collapse = Collapse::none;
    std::int64_t step = -1;         // where it happened, counted from 0; -1 when it has no step
    std::string tensor;             // non-finite: the first one
    std::string cause;              // one line for people: "loss is NaN at step 23, first in blocks.2.attn"
    bool out_of_resources = false;  // failed because disk or memory did not suffice: exit code 3
};
Json to_json(const Verdict& verdict);
Verdict verdict_from_json(const Json& json);

}  // namespace ablate::train
