#pragma once
#include "core/compare/comparison.h"
#include "core/compare/family.h"
#include "core/compare/judging.h"
#include "core/compare/outcomes.h"
#include "core/plot/palette.h"

#include <span>

// The steps of a comparison: select runs, group them (compare), judge the groups, note what limits the comparison.
namespace ablate::study {

// What is the baseline where no group is called so.
enum class StandIn {
    none,
    first_group,   // of all others, whatever their grid points: runs that were named one by one
    first_variant  // at each grid point its first group
};

struct CompareOptions {
    std::string study;
    std::vector<std::string> notes;
    MetricsCache* kept = nullptr;  // what was read before
    StandIn stand_in = StandIn::none;
    std::span<const run::ListedRun> workspace_runs = {};  // all of them: others may have trained meanwhile
    plot::VariantColors colors = {};                      // of all runs of the workspace
    Rules rules = {};
};

std::string point_name(const run::RunInfo& info);  // "no-norm@train.lr=0.01"
// One run a seed and hash, in the order the groups shall have.
Comparison compare(std::vector<run::ListedRun> listed, const CompareOptions& options);

// Those of `workspace_runs` outside of `listed` that may have trained here while one of `listed` did, as far as can be
// told without reading their metrics.
std::vector<run::ListedRun> possible_neighbors(const std::vector<run::ListedRun>& listed,
                                               std::span<const run::ListedRun> workspace_runs);
// Own runs that trained while another one did. `others`: the metrics of possible_neighbors().
void mark_shared_machine(Comparison& comparison, std::span<const MetricsPtr> others);

std::string collapse_rate(const Group& group);       // "1 of 3 seeds collapsed"
std::string reference_name(const Group& reference);  // "the baseline", or the name of the group in its place
// Why a difference that can be told from noise is still no claim, since the means leave collapsed seeds out; "" where
// it is one.
std::string reservation(const PairedInterval& difference, const Group& group, const Group& reference);

void add_notes(Comparison& comparison);  // what a reader must know of the runs compared

}  // namespace ablate::study
