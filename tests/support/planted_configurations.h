#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace ablate::test {

// Variants as real configurations, of baselines of random sizes, through the checks before training.
enum class PlantedFault {
    none,        // one change that reaches the computation
    no_op,       // a change that reaches nothing
    not_finite,  // the loss or a gradient of the first step overflows
    confounded   // two independent changes in one variant
};
const char* to_string(PlantedFault fault);

struct PlantedFindings {
    std::int64_t variants = 0, found = 0;
    std::string missed{};  // the first variant that was judged wrongly, as a patch
};
// How many variants with a fault are found; of those with none, how many are found all the same. No-op and overflow are
// found by step 0, two changes by a finding about the variant that is no mere note.
PlantedFindings find_planted(PlantedFault fault, std::int64_t variants, const std::filesystem::path& folder);

}  // namespace ablate::test
