#pragma once
#include "core/compare/comparison.h"
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

// Fills each group's delta, judgment and ranks and the family, from the runs, groups and rules alone. Its parts:
void judge(Comparison& comparison);
void state_family(Comparison& comparison);                                // first: the errors depend on it
Judgement judgement_of(const Comparison& comparison, std::size_t group);  // of a group in best_of_variant
void rank_variants(Comparison& comparison);
// Allowed to the difference of two groups: by the baseline's family where `reference` is what the group is judged
// against, else by the family of all pairs.
double error_of(const Comparison& comparison, std::size_t group, std::size_t reference);
bool is_added_later(const Comparison& comparison, const Group& group);  // a variant that the plan did not have
// "2 runs have not ended", "seed 3 has no run"; "" where all seeds have ended, or were excluded by name.
std::string why_not_complete(const Comparison& comparison, const Group& group);

void add_notes(Comparison& comparison);  // what a reader must know of the runs compared

}  // namespace ablate::study
