#pragma once
#include "core/config/run_config.h"

// The declarations behind run_config.h: one schema per group of options.
namespace ablate {

const Schema<ModelConfig>& model_schema();
const Schema<DataConfig>& data_schema();
const Schema<TrainConfig>& train_schema();

}  // namespace ablate
