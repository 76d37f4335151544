#include "core/config/config_hash_0_1.h"

#include "core/base/sha256.h"
#include "core/config/run_config.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace ablate {
namespace {

// Version 0.1 hashed every option that it knew and that was in use, but for these.
constexpr std::array<std::string_view, 12> kNotHashed = {
    "data.text",       "data.tokens",       "data.tokenizer",         "data.val",
    "train.start",     "train.keep_start",  "train.threads",          "train.device",
    "train.log_every", "train.stats_every", "train.checkpoint_every", "train.keep_last"};

bool was_hashed(const std::string& key) {
    return std::find(kNotHashed.begin(), kNotHashed.end(), key) == kNotHashed.end();
}

}  // namespace

std::string config_hash_0_1(const Json& stored, const std::string& data_sha256) {
    const Json all = to_json(stored_run_config(stored, "run.json"));  // whether an option is in use depends on others
    Json canonical{{"model", Json::object()}, {"data", Json::object()}, {"train", Json::object()}};
    for (const ListedField& field : run_config_fields()) {
        const Json* value = schema_detail::find(stored, field.key);
        if (value && was_hashed(field.key) && field.info->visible(all.at(field.group)))
            schema_detail::put(canonical, field.key, *value);
    }
    if (canonical["train"].contains("epochs") && canonical["train"]["epochs"] == 0) canonical["train"].erase("epochs");
    canonical["data"]["sha256"] = data_sha256;
    return sha256_hex(canonical.dump());
}

}  // namespace ablate
