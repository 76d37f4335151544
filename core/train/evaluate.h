#pragma once
#include "core/model/transformer.h"
#include "core/train/trainer.h"

namespace ablate::train {

// The validation sets at the weights as they are, `updates` steps in: train.eval_batches batches of train.batch
// windows, evenly spaced, the same for every run. Bits per byte are the exact ratio sum(nll) / ln 2 / sum(bytes of the
// targets).
std::vector<Evaluation> evaluate(const model::Transformer& model, const RunConfig& config,
                                 const data::PreparedData& data, std::int64_t updates);

}  // namespace ablate::train
