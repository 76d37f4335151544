#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ablate {

inline constexpr std::size_t kMostSeeds = 1000;  // of a study

// Seeds as people type them, in the window and after --seeds: whole numbers from 0 and ranges, separated by commas or
// spaces ("1,2,5", "1-3", "1-3 7"). InputError "WHERE: ..." for anything else, a seed given twice, none at all, or more
// than kMostSeeds of them.
std::vector<std::int64_t> seeds_from_text(std::string_view text, const std::string& where);

}  // namespace ablate
