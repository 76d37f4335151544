#pragma once
#include <string>
#include <utility>
#include <vector>

namespace ablate {

// What to show for variants side by side, given as (name, label): the label, or the name where there is no label. Where
// two names would show the same text, each has its name appended: "No norm (no-norm-2)". A name may occur several
// times.
std::vector<std::string> distinct_labels(const std::vector<std::pair<std::string, std::string>>& names_and_labels);

}  // namespace ablate
