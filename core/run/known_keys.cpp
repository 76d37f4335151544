#include "core/run/known_keys.h"

#include "core/base/error.h"

#include <algorithm>
#include <limits>

namespace ablate::run {

namespace {

// The texts of an array that a stranger may have written.
std::vector<std::string> texts(const Json& source, const char* key) {
    std::vector<std::string> list;
    if (source.is_object() && source.contains(key) && source[key].is_array())
        for (const Json& one : source[key])
            if (one.is_string() && !one.get_ref<const std::string&>().empty()) list.push_back(one.get<std::string>());
    return list;
}

void keep_known(Json& value, const std::string& key, const KnownKeys& known) {
    if (known.has(key)) return;
    if (!value.is_object()) {
        value = nullptr;
        return;
    }
    for (auto member = value.begin(); member != value.end();) {
        keep_known(member.value(), key.empty() ? member.key() : key + "." + member.key(), known);
        member = member.value().is_null() ? value.erase(member) : std::next(member);
    }
    if (value.empty()) value = nullptr;
}

}  // namespace

void refuse_imported_log(const RunInfo& info, std::string_view what) {
    if (is_imported_log(info))
        throw InputError("run {}: is an imported log ({}) and cannot be {}", info.id, source_format(info), what);
}

std::vector<std::string> source_remarks(const RunInfo& info) { return texts(info.source, "remarks"); }

std::string source_format(const RunInfo& info) {
    const Json& source = info.source;
    return source.is_object() && source.contains("format") && source["format"].is_string()
               ? source["format"].get<std::string>()
           : source.is_null() ? ""
                              : "unknown";
}

KnownKeys::KnownKeys(const RunInfo& info) {
    if (is_imported_log(info)) listed_ = texts(info.source, "known");
}

bool KnownKeys::has(std::string_view key) const {
    return !listed_ || std::any_of(listed_->begin(), listed_->end(), [key](const std::string& listed) {
        return key == listed || (key.starts_with(listed) && key[listed.size()] == '.');
    });
}

double known_tokens_per_step(const RunConfig& config, const KnownKeys& known) {
    for (const char* key : {"train.batch", "train.accumulate", "data.context"})
        if (!known.has(key)) return std::numeric_limits<double>::quiet_NaN();
    return tokens_per_step(config);
}

std::vector<ConfigDifference> known_difference(const RunConfig& before, const KnownKeys& of_before,
                                               const RunConfig& after, const KnownKeys& of_after) {
    std::vector<ConfigDifference> differences = difference(before, after);
    std::erase_if(differences,
                  [&](const ConfigDifference& one) { return !of_before.has(one.key) || !of_after.has(one.key); });
    return differences;
}

Json known_config(const RunConfig& config, const KnownKeys& known) {
    Json json = to_json(config);
    if (!known.all()) keep_known(json, "", known);
    return json;
}

}  // namespace ablate::run
