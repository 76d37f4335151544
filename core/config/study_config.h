#pragma once
#include "core/config/run_config.h"

#include <filesystem>
#include <optional>

namespace ablate {

struct VariantConfig {
    std::string name;   // [A-Za-z0-9._-]{1,64}
    std::string label;  // display only
    Json patch = Json::object();
};

// A study file (core/README.md, "Study files"): format 1.
struct StudyConfig {
    std::string name;
    std::string description;
    Json baseline = Json::object();  // a partial configuration over the defaults
    std::vector<VariantConfig> variants;
    std::string combine = "none";                                 // none | pairs | leave-one-out | full
    std::vector<std::pair<std::string, std::vector<Json>>> grid;  // dotted key -> values, by key
    std::vector<std::int64_t> seeds = {1};
    std::string policy;  // stop | record; empty: the baseline's train.policy
    // Nats per token. Within the margin two losses count as equal; without one nothing is ever called equivalent.
    std::optional<double> margin;
    std::optional<double> smallest_difference;  // that the study shall be able to find
    // What every variant has as much of as the baseline: its steps, or the steps that make equal "tokens", "flops" or
    // measured "seconds". Schedules end with the steps.
    std::string budget = "steps";
};

StudyConfig study_from_json(const Json& json, const std::string& where);  // InputError; a newer format says so
Json to_json(const StudyConfig& study);

// One variant at one grid point, its configuration complete; the baseline comes first.
struct VariantPoint {
    std::string name;     // "no-norm@train.lr=0.01"
    std::string variant;  // "no-norm"
    std::string label;
    std::string grid_point;  // "train.lr=0.01", or ""
    RunConfig config;
};
// The baseline's configuration before any grid point: the defaults, the baseline, the policy, `settings` (--set).
RunConfig configured_baseline(const StudyConfig& study, const std::vector<std::string>& settings);
// Every variant (after `combine`) at every grid point. InputError for a patch that changes nothing, a grid key that no
// option has, a grid value given twice, data options that vary (but data.context), fewer than two variants to combine,
// more than 10,000 points. The order is: the configured baseline, the patch, the grid point.
std::vector<VariantPoint> expand(const StudyConfig& study, const std::vector<std::string>& settings = {});

// Study files by name: a path when it holds '/' or ends in ".json"; else one of the workspace; else a preset.
struct StudySource {
    std::filesystem::path file;
    bool preset = false;
};
StudySource find_study(const std::string& name, const std::filesystem::path& workspace);
StudyConfig load_study(const std::filesystem::path& file);
std::filesystem::path presets_folder();  // beside the program, or in the source tree
std::vector<std::filesystem::path> preset_files();

}  // namespace ablate
