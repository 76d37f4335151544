#pragma once
#include "core/compare/comparison.h"

// What a comparison comes to in one line: which variants are better or worse than the baseline, and which are not
// decided. It claims nothing beyond the judgments of the groups.
namespace ablate::study {

// Labels in study order. Where there is a grid, each variant is taken at its own best grid point and compared with the
// baseline at its best. The outcomes are those of Group::judged.
struct Verdict {
    std::vector<std::string> better, worse, equivalent;
    std::vector<std::string> undecided;
    std::vector<std::string> unstable;          // a seed collapsed, not every seed
    std::vector<std::string> collapsed;         // every seed did
    std::vector<std::size_t> groups_undecided;  // the groups of `undecided`
    // The line shown: "NoPE and SiLU are worse. Post-norm is undecided." Never empty: it says why nothing can be said.
    std::string sentence;
};
Verdict verdict(const Comparison& comparison);

// The group that each of them is compared with above: the baseline at its best where there is a grid, else the group's
// own baseline. None where the baseline has no run.
std::optional<std::size_t> verdict_reference(const Comparison& comparison, std::size_t group);

}  // namespace ablate::study
