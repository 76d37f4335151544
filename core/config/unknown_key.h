#pragma once
#include "core/base/json.h"

#include <optional>
#include <string>

// What is said of a key that no option has. Every reader of configurations uses it: --set, study files, run.json.
namespace ablate {

// The option that `key` ("model.context", "lr", "learning_rate") was probably meant to be, with its group:
// "data.context". The options of kinds count too: "model.position.theta".
std::optional<std::string> nearest_option(const std::string& key);
// "; did you mean 'data.context'?", or "". Seeds are no option: "seed" and "train.seed" are told where they belong.
std::string did_you_mean_option(const std::string& key);

// "WHERE.KEY", or "WHERE KEY" where `where` ends with a space and so names no key yet ("--set ").
std::string place_of(const std::string& where, const std::string& key);

// InputError "WHERE.model: unknown key 'context'; did you mean 'data.context'?" for the first key of a configuration
// or patch that is neither an option nor a group of options.
void require_known_options(const Json& config, const std::string& where);

}  // namespace ablate
