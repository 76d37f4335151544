#pragma once
#include "core/compare/comparison.h"
#include "core/plot/x_axis.h"
#include "core/statistics/mean_curve.h"

// Curves of a comparison along steps, tokens, FLOPs or seconds, and the loss differences read off them.
namespace ablate::study {

using plot::XAxis;

// What one optimizer step of a run advances along x. FLOPs: forward and backward. NaN where an imported log does not
// tell, and for seconds, which run.json does not tell.
double per_step(const run::RunInfo& info, XAxis axis);
// Like the above. Seconds: training alone, at the run's mean speed, as in time_to_loss, or while it still trains at its
// last one; NaN while that is not known.
double per_step(const ComparedRun& compared, XAxis axis);

using SeriesOf = std::function<const run::Series&(const ComparedRun&)>;

// Over a group's healthy seeds, along an axis (core/statistics/mean_curve.h).
MeanCurve mean_curve(const Comparison& comparison, const Group& group, const SeriesOf& series, XAxis axis);

// Where an axis of losses ends, half a nat above a uniform guess (ln V): what is far above would flatten the rest.
double end_of_loss_axis(const RunConfig& config);
std::optional<double> end_of_loss_axis(const Group& group);  // none where the vocabulary is not known

// The validation loss of a run at x, on the line between two evaluations; NaN before the first and after the last.
double validation_at(const ComparedRun& compared, XAxis axis, double x);
// The difference of two groups' validation losses at the same x.
Delta difference_at(const Comparison& comparison, std::size_t group, std::size_t reference, XAxis axis, double x);
// The position of a step of the group: the mean over its healthy seeds; NaN without one.
double position(const Comparison& comparison, const Group& group, double step, XAxis axis);
// The furthest step of the reference at which each of `groups` (those without a healthy seed aside) can be read along
// every axis whose length is known; NaN when there is none.
double furthest_common_step(const Comparison& comparison, const std::vector<std::size_t>& groups,
                            std::size_t reference);

}  // namespace ablate::study
