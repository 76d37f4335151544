#pragma once
#include "core/compare/comparison.h"

// Where final values are read: a number belongs to a step, not to a line of a log, so all sides are read at the same
// steps, however often each of them was logged.
namespace ablate::study {

using Points = std::vector<std::pair<double, double>>;  // position -> finite value; positions ascend

// Of what is compared or, with `train`, of the training loss. A log that does not know the step of its only value has
// it at kUnknownStep.
inline constexpr double kUnknownStep = -1;
Points points_of(const ComparedRun& compared, const run::Series& series);

// The steps to read all of `runs` at: of validation values the last step that all have, of training losses those of the
// last ten steps up to it that all have. Where no step near the end is shared but every run was logged close around the
// end of the shortest one, that end, on the line between two logged values. Else none, and `obstacle` says so. Runs
// without a value do not take part.
Span common_span(const Comparison& comparison, const std::vector<const ComparedRun*>& runs, bool train = false);
// The mean over the steps of a span; NaN where the run cannot be read. Of a centered span, a run with finer lines is
// averaged over the steps that the coarsest line is the mean of.
double value_over(const Comparison& comparison, const ComparedRun& compared, const Span& span, bool train = false);

std::vector<const ComparedRun*> healthy_runs(const Comparison& comparison, const Group& group);
Span span_of_both(const Comparison& comparison, const Group& group, const Group& reference);
// Fills in the final values of runs and groups, with the steps they were read at.
void read_finals(Comparison& comparison);
// Own runs whose budgets differ on purpose: each is read at its own end.
bool have_own_ends(const Group& a, const Group& b);

}  // namespace ablate::study
