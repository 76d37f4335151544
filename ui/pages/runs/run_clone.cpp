#include "ui/pages/runs/run_clone.h"

#include "core/base/text.h"

namespace ablate::ui {

namespace {

// What a merge patch says of an object: members that are gone are null.
Json object_patch(const Json& from, const Json& to) {
    Json patch = Json::object();
    for (const auto& [key, value] : to.items())
        if (!from.contains(key) || from[key] != value) patch[key] = value;
    for (const auto& [key, value] : from.items())
        if (!to.contains(key)) patch[key] = nullptr;
    return patch;
}

bool is_shared_data(const std::string& key) { return key.starts_with("data.") && key != "data.context"; }

}  // namespace

Json patch_between(const RunConfig& from, const RunConfig& to) {
    const Json before = to_json(from), after = to_json(to);
    Json patch = Json::object();
    for (const ListedField& field : run_config_fields()) {
        const Json &left = *schema_detail::find(before, field.key), &right = *schema_detail::find(after, field.key);
        if (left == right) continue;
        const bool other_kind = field.info->type == FieldType::kind && left["kind"] != right["kind"];
        const bool merges = left.is_object() && right.is_object() && !other_kind;  // else it stands as a whole
        schema_detail::put(patch, field.key, merges ? object_patch(left, right) : right);
    }
    return patch;
}

ClonedVariant clone_as_variant(const run::RunInfo& run, const RunConfig& baseline) {
    ClonedVariant clone;
    RunConfig config = run.config;
    const std::int64_t context = config.data.context;
    for (const ConfigDifference& one : difference(baseline, config)) clone.data_left_out |= is_shared_data(one.key);
    config.data = baseline.data;
    config.data.context = context;
    clone.variant.patch = patch_between(baseline, config);
    const std::string name = run.variant == "baseline" ? run.study + "-baseline" : run.variant;
    clone.variant.name = is_plain_name(name) ? name : "clone";
    clone.variant.label = run.variant == "baseline" || run.label.empty() ? clone.variant.name : run.label;
    return clone;
}

}  // namespace ablate::ui
