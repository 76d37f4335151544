#pragma once
#include "core/run/metrics.h"
#include "core/run/run_store.h"
#include "core/study/statistics.h"

// Runs side by side. Grouped by configuration hash without the seed, never by name. No torch in this header.
namespace ablate::study {

struct ComparedRun {
    run::ListedRun listed;
    run::RunMetrics metrics;
    double final_val = 0, best_val = 0, final_train = 0, min_train = 0, bpb = 0;  // NaN where there is none
    std::int64_t best_step = 0;
    double seconds = 0, tokens_per_second = 0, mfu = 0;
};

// One variant at one grid point: its seeds.
struct Group {
    std::string name, variant, label, grid_point, config_hash;
    RunConfig config;
    std::vector<std::size_t> runs;  // indices into Comparison::runs, by seed
    Interval final_val, best_val;   // over healthy seeds
    std::vector<double> final_val_by_seed;
    PairedInterval delta;           // of the final validation loss to the baseline's group, by shared seed
    double delta_relative = 0;
    std::int64_t collapsed = 0, unfinished = 0;  // seeds; a rate, never averaged in
    std::vector<std::string> collapse_causes;    // "seed 1: loss is NaN at step 23, first in ..."
    std::int64_t parameters = 0;
    double flops = 0, seconds = 0;
    bool is_baseline = false;
    std::string judgement;          // one computed sentence about the delta
};

struct Comparison {
    std::string study;
    std::string metric = "val";     // the validation set compared
    std::vector<ComparedRun> runs;
    std::vector<Group> groups;      // study order; within a variant by grid point
    std::vector<std::size_t> baselines;       // group index of the baseline of each grid point
    std::vector<std::size_t> best_of_variant; // for each variant, the group with the best mean final validation loss
    std::vector<std::string> notes;           // stand-in text, single seed, different data, damaged runs
    std::vector<ConfigDifference> differences_of(std::size_t group) const;  // to its baseline
};

// The runs of a study in the store (of the study's present configuration hashes), or the runs named.
Comparison compare_study(const run::RunStore& store, const std::string& study, const std::vector<std::string>& point_order = {});
Comparison compare_runs(const run::RunStore& store, const std::vector<std::string>& ids);

Json to_json(const Comparison& comparison);       // stable keys, full precision, non-finite as strings
std::string to_csv(const Comparison& comparison); // one row per run; numbers stay numbers, cells that begin = + - @ are quoted with '

// Reading curves.
struct Reached { std::optional<double> step, seconds; };
Reached time_to_loss(const ComparedRun& run, double loss);                       // first validation at or below it
std::vector<std::int64_t> crossings(const run::Series& a, const run::Series& b); // steps where the sign of a - b changes
double grad_norm_ratio(const ComparedRun& run, const ComparedRun& baseline, std::int64_t from, std::int64_t to);  // of medians

}  // namespace ablate::study
