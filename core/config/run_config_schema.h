#pragma once
#include "core/config/run_config.h"

// The declarations behind run_config.h: one schema per group of options.
namespace ablate {

const Schema<ModelConfig>& model_schema();
const Schema<DataConfig>& data_schema();
const Schema<TrainConfig>& train_schema();

// The field that `key` names, or the kind or map that it belongs to; null for none.
const ListedField* find_field(const std::string& key);
// What declares the value at `key`, be it a kind's option ("model.norm.final.bias"); null for none.
const FieldInfo* find_option(const std::string& key);

}  // namespace ablate
