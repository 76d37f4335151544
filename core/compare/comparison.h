#pragma once
#include "core/compare/comparison_metrics.h"
#include "core/compare/judgement.h"
#include "core/config/study_config.h"
#include "core/run/known_keys.h"
#include "core/statistics/statistics.h"

#include <functional>

// Runs side by side. Grouped by configuration hash without the seed, never by name. No torch in this header.
// Losses are in nats per token, times in seconds; NaN where there is none.
namespace ablate::study {

// What is compared. Of others' logs alone, where none has a validation loss: bits per byte, else the training loss.
enum class Measure { val_loss, val_bpb, train_loss };

// The steps at which final values are read, the same for all runs compared.
struct Span {
    std::vector<double> at;     // ascending; empty: none. Between two steps only where a line is a mean over several
    bool on_line = false;       // where a run has no value it is read on the line between the two around it
    double line_steps = 1;      // a logged line is the mean over as many steps
    bool centered = false;      // or over different numbers of steps: each line is read at the middle of them
    std::string obstacle = {};  // why there is none although runs have values
    bool exists() const { return !at.empty(); }
    double first() const { return at.front(); }  // of one that exists
    double last() const { return at.back(); }
    bool operator==(const Span&) const = default;
};

inline constexpr double kShortestTime = 1;  // seconds: a shorter run was mostly start-up, its time is not compared

struct ComparedRun {
    run::ListedRun listed;
    MetricsPtr metrics;  // never null
    run::Series val;     // of what is compared, as a rule the loss on the validation set: updates done -> value
    // Of a healthy run the final values are those over the steps that all healthy seeds of its group have.
    double final_val = 0, best_val = 0, final_train = 0, min_train = 0, bpb = 0;
    double final_first = 0, final_last = 0;  // the steps of final_val; NaN where there is none or it is not known
    std::vector<double> final_blocks{};      // by block of the validation text at final_last; empty: not known
    double resolution = 0;                   // of the values read: 0.01 where a log has two decimals; 0: full precision
    std::int64_t best_step = 0;              // -1 without a finite validation loss
    double seconds = 0, tokens_per_second = 0, mfu = 0;
    bool shared_machine = false;  // another run of the workspace trained at the same time: its times are rough
    bool healthy() const { return listed.status == run::Status::healthy; }
    bool collapsed() const { return listed.status == run::Status::collapsed; }
};

// The difference of one group's final validation loss to another's: at the last common step, or over the last common
// steps; of own runs with different budgets each at its own end.
struct Delta {
    PairedInterval interval;  // n = 0: no comparison can be made; the judgment says why
    bool paired = true;       // by seed; not where the data order differs (another batch, context or budget)
    double relative = 0;      // of the reference's mean over the seeds compared
    double closeness = 0;     // largest relative difference of one seed
    std::string judgement;    // one computed sentence
    std::string in_short{};   // the same in a few words, for a table
    Span span{};              // where both were read; empty for other losses than the final ones
    bool too_close() const { return interval.n > 0 && closeness < 1e-4; }  // what two runs of one graph look like
};

// One variant at one grid point: its seeds.
struct Group {
    std::string name, variant, label, grid_point, config_hash;
    RunConfig config;
    run::KnownKeys known;                   // what of it is a fact: all, but of an imported log
    std::string source;                     // the format of that log; "" for what was trained here
    std::vector<std::size_t> runs;          // indices into Comparison::runs, by seed
    Interval final_val, best_val;           // over healthy seeds
    Span span, train_span;                  // of final_val; of the seeds' final_train
    std::vector<double> final_val_by_seed;  // of every run in `runs`, collapsed ones included
    PairedInterval delta;                   // of the final validation loss to the baseline's group, by shared seed
    Span delta_span;                        // where both were read
    double delta_relative = 0;
    std::int64_t collapsed = 0, unfinished = 0;            // seeds; a rate, never averaged in
    std::vector<std::string> collapse_causes;              // "seed 1: loss is NaN at step 23, first in ..."
    std::int64_t parameters = 0;                           // 0: not known
    double flops = 0, seconds = 0, tokens_per_second = 0;  // of training one run; means over the runs that have ended
    bool is_baseline = false;
    std::optional<std::size_t> baseline;  // the group `delta` refers to
    bool is_mean = false;                 // imported values that are means over several runs: no seed
    bool too_close = false;               // agrees with the baseline as two runs of the same graph would
    std::string judgement;                // one computed sentence about the delta
    Judgement judged{};                   // empty, with a reason, of the baseline and of points that are not judged
    RankRange ranks{};                    // of its variant, by all pairs; 0 to 0 where it has none
    int color = -1;                       // index of plot::run_color, as everywhere in the workspace
    std::int64_t healthy() const { return final_val.n; }
    bool imported() const { return !source.empty(); }
};

struct Comparison {
    std::string study;
    std::string metric = "val";  // the validation set compared
    Measure measure = Measure::val_loss;
    std::vector<ComparedRun> runs;
    std::vector<Group> groups;                 // study order; within a variant by grid point
    std::vector<std::size_t> baselines;        // group index of the baseline of each grid point
    std::vector<std::size_t> best_of_variant;  // for each variant, the group with the best mean final validation loss
    Rules rules{};                             // what was decided about the study
    FamilyStatement family{};                  // that the judgments of the groups belong to
    std::vector<run::ListedRun> excluded{};    // by name: they are no part of anything above
    std::vector<std::string> notes;            // stand-in text, single seed, different data, damaged runs
    std::vector<ConfigDifference> differences_of(std::size_t group) const;  // to its baseline, as far as known
    bool has_grid() const { return best_of_variant.size() < groups.size(); }
};

bool shared_machine(const Comparison& comparison, const Group& group);     // any of its runs
bool too_short_to_time(const Comparison& comparison, const Group& group);  // any healthy run under kShortestTime

// Below, `kept` is what was read for an earlier comparison: only what is new is read again.

// The runs of a study at exactly its present points: a run belongs to a point when its configuration hash is the
// point's. Where no run does (settings were given on the command line), those of compare_study without points, and a
// note.
Comparison compare_study(const run::RunStore& store, const std::string& study, const std::vector<VariantPoint>& points,
                         MetricsCache* kept = nullptr);
// The same without the study file: of each point name the configuration trained last, in `point_order` or by creation.
Comparison compare_study(const run::RunStore& store, const std::string& study,
                         const std::vector<std::string>& point_order = {}, MetricsCache* kept = nullptr);
// The study at the points that its file in the workspace has now; without one as above. A preset of its name says
// nothing: a copy of it elsewhere may have been trained.
Comparison compare_named_study(const run::RunStore& store, const std::string& study, MetricsCache* kept = nullptr);
// The runs named, by id or unique prefix; the first group is the baseline where none is called so. InputError: no such
// run.
Comparison compare_runs(const run::RunStore& store, const std::vector<std::string>& ids, MetricsCache* kept = nullptr);
// The comparison judged by other rules than the workspace recorded, such as a margin given on the command line.
void judge_by(Comparison& comparison, const Rules& rules);

// Any two groups, as each group is compared to its baseline: for best grid points beside each other.
// Without `error`, the one that the family of the baseline's comparisons or that of all pairs allows to one difference.
Delta compare_groups(const Comparison& comparison, std::size_t group, std::size_t reference,
                     std::optional<double> error = {});
// Like the above, for any other loss of each healthy run. Runs whose value is not finite are left out. No verdict comes
// of it: at 95 % for this difference alone unless `error` says otherwise.
using LossOf = std::function<double(const ComparedRun&)>;
Delta compare_groups(const Comparison& comparison, std::size_t group, std::size_t reference, const LossOf& loss,
                     double error = 0.05);

Json to_json(const Comparison& comparison);  // stable keys, full precision, non-finite as strings
std::string to_csv(
    const Comparison& comparison);  // one row per run; numbers stay numbers, cells that begin = + - @ are quoted with '
std::string csv_cell(std::string text);  // a foreign name as such a cell

// Reading curves.
struct Reached {
    std::optional<double> step, seconds;
};
Reached time_to_loss(const ComparedRun& run, double loss);  // first validation at or below it
std::vector<std::int64_t> crossings(const run::Series& a,
                                    const run::Series& b);  // steps where the sign of a - b changes
// Median gradient norm over the steps in [from, to) that both have as a multiple of the baseline's; finite values only,
// NaN where there are none.
double grad_norm_ratio(const ComparedRun& run, const ComparedRun& baseline, std::int64_t from, std::int64_t to);
double initial_loss(const ComparedRun& run);  // validation before the first update, or NaN

}  // namespace ablate::study
