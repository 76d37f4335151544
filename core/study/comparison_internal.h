#pragma once
#include "core/study/comparison.h"

// The steps of a comparison: select runs, group them (compare), judge the groups, note what limits the comparison.
namespace ablate::study {

inline constexpr const char* kBaseline = "baseline";  // the name of the implicit first variant

struct CompareOptions {
    std::string study;
    std::vector<std::string> notes;
    MetricsCache* kept = nullptr;     // what was read before
    bool fall_back_on_first = false;  // the first group is the baseline where none is called so
};

std::string point_name(const run::RunInfo& info);  // "no-norm@train.lr=0.01"
// One run a seed and hash, in the order the groups shall have.
Comparison compare(std::vector<run::ListedRun> listed, const CompareOptions& options);
void judge(Comparison& comparison);      // fills each group's delta and judgement
void add_notes(Comparison& comparison);  // what a reader must know of the runs compared

}  // namespace ablate::study
