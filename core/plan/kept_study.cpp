#include "core/plan/kept_study.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/config/variant_names.h"
#include "core/io/json_file.h"
#include "core/run/known_keys.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace ablate::study {

namespace fs = std::filesystem;

namespace {

StudyConfig as_run(const ResolvedStudy& resolved) {
    StudyConfig study = resolved.config();
    const PlanOptions& options = resolved.options();
    if (!options.settings.empty()) {
        study.baseline = patch_between(RunConfig{}, configured_baseline(study, options.settings));
        study.policy.clear();  // the baseline has it, and a setting goes before it
    }
    if (!options.seeds.empty()) study.seeds = options.seeds;
    return study;
}

Json read_record(const fs::path& file) {
    try {
        Json json = io::read_json(file);
        return json.is_object() ? json : Json::object();
    } catch (const InputError&) {
        return Json::object();
    }
}

// A program that was copied without its resources has none, and runs study files all the same.
bool is_preset(const std::string& name) {
    try {
        const std::vector<fs::path> files = preset_files();
        return std::any_of(files.begin(), files.end(), [&](const fs::path& file) { return file.stem() == name; });
    } catch (const InputError&) {
        return false;
    }
}

using Variants = std::map<std::string, const run::ListedRun*>;

// "train.lr=0.01,train.warmup=5" -> the keys.
std::vector<std::string> grid_keys(const std::string& grid_point) {
    std::vector<std::string> keys;
    for (const std::string& part : split(grid_point, ',')) keys.push_back(part.substr(0, part.find('=')));
    return keys;
}

void add_grid(const std::vector<const run::ListedRun*>& runs, StudyConfig& study) {
    std::map<std::string, std::vector<Json>> grid;
    for (const run::ListedRun* run : runs) {
        const Json config = to_json(run->info.config);
        for (const std::string& key : grid_keys(run->info.grid_point)) {
            const Json* value = schema_detail::find(config, key);
            if (!value) continue;
            std::vector<Json>& values = grid[key];
            if (std::find(values.begin(), values.end(), *value) == values.end()) values.push_back(*value);
        }
    }
    study.grid.assign(grid.begin(), grid.end());
}

// The newest baseline of a grid point, else the newest of any.
const run::ListedRun* baseline_for(const std::vector<const run::ListedRun*>& runs, const std::string& grid_point) {
    const run::ListedRun* found = nullptr;
    for (const run::ListedRun* run : runs)
        if (run->info.variant == kBaseline &&
            (!found || run->info.grid_point == grid_point || found->info.grid_point != grid_point))
            found = run;
    return found;
}

void add_variant(const run::ListedRun& run, const RunConfig& baseline, StudyConfig& study) {
    const run::RunInfo& info = run.info;
    if (!is_plain_name(info.variant)) {  // "a+b", which `combine` makes of a and b
        if (info.variant.find('+') != std::string::npos) study.combine = "pairs";
        return;
    }
    Json patch = patch_between(baseline, info.config);
    if (patch.empty()) return;
    study.variants.push_back({info.variant, info.label.empty() ? info.variant : info.label, std::move(patch)});
}

}  // namespace

std::string keep_study(const ResolvedStudy& resolved, const StudySource& source, const fs::path& workspace) {
    const StudyConfig& study = resolved.config();
    const fs::path file = study_file_named(workspace, study.name);
    std::error_code error;
    if (source.preset || fs::equivalent(source.file.parent_path().empty() ? fs::path(".") : source.file.parent_path(),
                                        studies_folder(workspace), error))
        return {};
    const std::string text = to_json(as_run(resolved)).dump(2) + "\n";
    const fs::path record_file = kept_studies_file(workspace);
    Json record = read_record(record_file);
    if (fs::exists(file, error)) {
        const std::string there = sha256_file(file);
        if (there == sha256_hex(text)) return {};
        if (record.value(study.name, Json()) != there)
            return fmt::format(
                "{} is another study of that name and stays as it is; the window opens that one. Give "
                "this study another name to keep both",
                file.string());
    }
    fs::create_directories(file.parent_path(), error);
    atomic_write(file, text);
    record[study.name] = sha256_hex(text);
    io::write_json(record_file, record);
    if (is_preset(study.name))
        return fmt::format("the study is kept as {}; in this workspace the name {} now means it and not the preset",
                           file.string(), quote(study.name));
    return {};
}

std::optional<StudyConfig> study_of_runs(const run::RunList& list, const std::string& name) {
    std::vector<const run::ListedRun*> runs;  // by creation time
    for (const run::ListedRun& listed : list.runs)
        if (listed.info.study == name && !run::is_imported_log(listed.info)) runs.push_back(&listed);
    if (runs.empty()) return {};
    const run::ListedRun* baseline = baseline_for(runs, runs.back()->info.grid_point);
    if (!baseline) baseline = runs.back();
    StudyConfig study;
    study.name = name;
    study.description = "Rebuilt from the runs of the workspace.";
    study.baseline = patch_between(RunConfig{}, baseline->info.config);
    Variants newest;
    std::vector<std::string> order;
    std::set<std::int64_t> seeds;
    for (const run::ListedRun* run : runs) {
        seeds.insert(run->info.seed);
        if (run->info.variant == kBaseline) continue;
        if (!std::exchange(newest[run->info.variant], run)) order.push_back(run->info.variant);
    }
    for (const std::string& variant : order) {
        const run::ListedRun* at_point = baseline_for(runs, newest[variant]->info.grid_point);
        add_variant(*newest[variant], (at_point ? at_point : baseline)->info.config, study);
    }
    add_grid(runs, study);
    study.seeds.assign(seeds.begin(), seeds.end());
    return study;
}

}  // namespace ablate::study
