#include "ui/pages/runs/run_clone.h"

#include "core/base/text.h"
#include "core/config/variant_names.h"
#include "core/run/known_keys.h"

namespace ablate::ui {

namespace {

bool is_shared_data(const std::string& key) { return key.starts_with("data.") && key != "data.context"; }

}  // namespace

ClonedVariant clone_as_variant(const run::RunInfo& run, const RunConfig& baseline) {
    ClonedVariant clone;
    // Of an imported log only what it tells is cloned; the rest is the baseline's.
    const run::KnownKeys known(run);
    RunConfig config = run.config;
    if (const Json told = run::known_config(run.config, known); !known.all())
        config = told.is_null() ? baseline : patched(baseline, told, "run " + run.id);
    const std::int64_t context = config.data.context;
    for (const ConfigDifference& one : difference(baseline, config)) clone.data_left_out |= is_shared_data(one.key);
    config.data = baseline.data;
    config.data.context = context;
    clone.variant.patch = patch_between(baseline, config);
    const std::string name = run.variant == kBaseline ? run.study + "-" + kBaseline : run.variant;
    clone.variant.name = is_plain_name(name) ? name : "clone";
    clone.variant.label = run.variant == kBaseline || run.label.empty() ? clone.variant.name : run.label;
    return clone;
}

}  // namespace ablate::ui
