#pragma once
#include "core/compare/curves.h"

#include <string>

namespace ablate::study {

// A group against its baseline where both have cost the same: what wins per step may lose per second, and a table of
// final losses does not tell (the QK-norm speedruns: facts of a pair disagree).
struct EqualCost {
    std::size_t group = 0, baseline = 0;
    double step = 0, seconds = 0;   // how far both can be read; seconds of training alone
    Delta at_step{}, at_seconds{};  // of the validation loss, read on the line between two evaluations
    double slower = 0;              // time of a step relative to the baseline's, less one
    // The two speeds differ by more than a factor of two for the same work: runs that did not have the machine to
    // themselves, whose times say nothing. at_seconds is then empty, and `step` the last that both were validated at.
    bool disturbed = false;
    bool shared = false;     // runs of either trained at the same time on one machine: the times are rough
    bool too_short = false;  // a run took less than a second: its time is not compared, and at_seconds is empty
    bool has_times() const { return !disturbed && !too_short; }
};

// Of every group with a baseline, both with healthy seeds whose speed is known.
std::vector<EqualCost> equal_costs(const Comparison& comparison);

// What a step takes more or less than the baseline's: "-3.72 %", "≈ -4 %" where the machine was shared, else "–".
std::string step_time_text(const EqualCost& cost);

// One sentence where the two readings disagree, or where the times are no measure; else empty.
std::string remark(const Comparison& comparison, const EqualCost& cost);

}  // namespace ablate::study
