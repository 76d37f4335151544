#pragma once
#include "core/data/prepare.h"
#include "core/model/transformer.h"
#include "core/train/records.h"

namespace ablate::train {

// The validation sets at the present weights, after `updates` steps. Each loss is a mean over
// data::evaluation_windows(train) windows of data.context tokens, which are evenly spaced over the set. The model reads
// train.batch of them at a time, which does not change the text. Bits per byte are the exact ratio
// sum(nll) / ln 2 / sum(bytes of the targets).
std::vector<Evaluation> evaluate(const model::Transformer& model, const RunConfig& config,
                                 const data::PreparedData& data, std::int64_t updates);

}  // namespace ablate::train
