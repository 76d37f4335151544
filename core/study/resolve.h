#pragma once
#include "core/config/study_config.h"
#include "core/data/prepare.h"

#include <span>

// What a study leaves to the workspace: where its runs start, and how many steps an epoch is. No torch in this header.
namespace ablate::study {

// train.start becomes the folder of the weights, with their sha256, and every tensor finds its place. InputError: no
// such weights, other shapes.
void resolve_starts(std::span<VariantPoint> points, const std::filesystem::path& workspace);

// train.steps of train.epochs: as many steps as read epochs × the tokens of the training set, rounded up. Windows are
// drawn at random, so an epoch is an amount of text, not a pass over it.
void resolve_epochs(std::vector<VariantPoint>& points, const data::PreparedData& data);

}  // namespace ablate::study
