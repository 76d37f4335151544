#pragma once
#include "core/compare/comparison.h"

#include <CLI/CLI.hpp>
#include <memory>

namespace ablate::app {

// What a reader decides about finished runs. It was not decided before, and the judgments say so.
struct LateRules {
    double margin = 0, smallest_difference = 0;  // nats; 0: as the study's plan has it
    bool paired = false;
};

inline void add_rules_options(CLI::App& parser, LateRules& rules) {
    const auto above_zero = CLI::Range(1e-12, 1e12);
    parser
        .add_option("--margin", rules.margin, "nats within which losses count as equal, chosen after seeing the data")
        ->check(above_zero);
    parser
        .add_option("--smallest-difference", rules.smallest_difference,
                    "nats that matter: the seeds that would decide are counted for it")
        ->check(above_zero);
    parser.add_flag("--paired", rules.paired, "imported logs share their data order by seed, so pair them");
}

inline void apply(const LateRules& late, study::Comparison& comparison) {
    study::Rules rules = comparison.rules;
    if (late.margin > 0) {
        rules.margin = late.margin;
        rules.chosen_after = true;
    }
    if (late.smallest_difference > 0) rules.smallest_difference = late.smallest_difference;
    rules.paired_logs = rules.paired_logs || late.paired;
    if (late.margin > 0 || late.smallest_difference > 0 || late.paired) study::judge_by(comparison, rules);
}

}  // namespace ablate::app
