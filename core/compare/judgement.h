#pragma once
#include "core/statistics/family_interval.h"
#include "core/statistics/multiple_tests.h"

#include <optional>
#include <string>
#include <vector>

// What a comparison is allowed to claim, and by which rules. All outputs (command line, window, report, JSON) show
// these values and claim nothing beyond them. Differences are in the unit of what is compared, as a rule nats.
namespace ablate::study {

// What was decided about a study: before its first run (studies/NAME.plan.json), or afterwards.
struct Rules {
    double alpha = 0.05;
    std::optional<double> margin{};               // within it two losses count as equal
    std::optional<double> smallest_difference{};  // that the study shall find
    bool chosen_after = false;  // margin, metric or variants were set after a run had finished: no "equivalent"
    std::optional<std::int64_t> comparisons{};  // k, where the plan recorded it; else the variants compared are counted
    std::vector<std::int64_t> seeds{};          // that every variant shall have; empty: not recorded
    std::vector<std::int64_t> looks{};          // numbers of seeds, declared beforehand; empty: one look at the end
    std::int64_t additions = 0;                 // of seeds, without a plan
    std::vector<std::string> added_later{};     // variants that the plan did not have: a separate family
    std::vector<std::string> excluded{};        // ids of runs left out by name
    bool paired_logs = false;                   // the user says that imported logs share their data order by seed
    bool recorded = false;                      // there is a plan that was written before the first run
    struct Kept {                               // a verdict reached at a declared look is kept
        std::string variant, outcome;           // to_string(Outcome)
        std::int64_t seeds = 0;
    };
    std::vector<Kept> kept{};
};

enum class Outcome {
    better,  // the interval excludes zero
    worse,
    equivalent,  // it contains zero and lies inside the margin
    undecided,
    unstable  // a seed collapsed; `direction` may still say worse
};
const char* to_string(Outcome outcome);  // "better", as in JSON and tables

// Of one variant against its baseline.
struct Judgement {
    Outcome outcome = Outcome::undecided;
    bool within_margin = false;    // better or worse by less than the margin
    bool survivors_worse = false;  // unstable, and its healthy seeds are worse as well (or the baseline's, reversed)
    PairedInterval interval{};     // the one interval; its `error` is the family's
    bool paired = true;
    std::optional<double> holm_p{}, sign_flip_p{};
    std::int64_t better_seeds = 0, seeds = 0;  // "better on 4 of 5 seeds"
    // Undecided: at most so far apart, the far end of the interval; none without an interval.
    std::optional<double> at_most{};
    // Seeds that would decide, by the margin or the smallest difference, else if the difference is as observed; none
    // where no number would: more validation text is needed (`needs_text`), or nothing can.
    std::optional<std::int64_t> seeds_needed{};
    bool needs_text = false;
    bool as_observed = false;  // seeds_needed holds if the true difference is the one observed
    std::string reason{};      // why there is no verdict: "one seed gives no interval"; "" where there is one
    std::string sentence{};    // all of it in one sentence
};

// The family that the judgments keep their error in, said in a sentence.
struct FamilyStatement {
    Family family{};
    std::string metric{};                // "final validation loss at equal tokens"
    std::string sentence{};              // "Five variants are judged together: ..."
    std::vector<std::string> remarks{};  // "chosen after seeing data", "no losses by block: ..."
};

}  // namespace ablate::study
