#pragma once
#include "core/config/run_config.h"

#include <string_view>

// The schemas from which run_config.h reads and writes a configuration: one for each group of options.
namespace ablate {

const Schema<ModelConfig>& model_schema();
const Schema<DataConfig>& data_schema();
const Schema<TrainConfig>& train_schema();
// Whether an option of this key belongs to every optimizer and schedule, rather than being declared by one of them.
bool is_shared_train_option(std::string_view key);

// The field that `key` names, or the kind or map that it belongs to; null for none.
const ListedField* find_field(const std::string& key);
// What declares the value at `key`, be it a kind's option ("model.norm.final.bias"); null for none.
const FieldInfo* find_option(const std::string& key);

}  // namespace ablate
