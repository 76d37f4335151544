#pragma once
#include "core/config/study_config.h"
#include "core/data/prepare.h"

#include <span>

// What a study leaves to the workspace: where its runs start, and how many steps an epoch is. No torch in this header.
namespace ablate::study {

// train.start becomes the folder of the weights, with the SHA-256 of the checkpoint, and every tensor gets its place.
// InputError: no such weights, other shapes.
void resolve_starts(std::span<VariantPoint> points, const std::filesystem::path& workspace);

// train.steps of train.epochs: as many steps as read epochs × the tokens of the training set, rounded up. Windows are
// drawn at random, so an epoch is an amount of text, not a pass over it.
void resolve_epochs(std::vector<VariantPoint>& points, const data::PreparedData& data);

// Schedule wsd: train.decay_share becomes at most the share of the steps that the warm-up leaves, so that the decay
// begins after the warm-up instead of letting the learning rate jump there. True where it had to be cut. Called once
// train.steps are known; run.json therefore holds the schedule as it was trained, and runs of version 0.1, which did
// not cut it, keep their own identity and resume as they began.
bool decay_after_warmup(TrainConfig& train);
void resolve_schedules(std::vector<VariantPoint>& points);

// A point's configuration as planning made it for a run that has `steps` steps.
RunConfig as_planned(RunConfig config, std::int64_t steps);

}  // namespace ablate::study
