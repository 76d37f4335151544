#include "core/config/study_config.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/config/run_config_schema.h"
#include "core/config/unknown_key.h"
#include "core/config/variant_names.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace ablate {
namespace {

constexpr int kStudyFormat = 1;
constexpr std::size_t kMostPoints = 10000;

void require_name(const std::string& name, const std::string& where) {
    if (!is_plain_name(name))
        throw InputError("{}: '{}' is not a name; use 1 to 64 of A-Z, a-z, 0-9, '.', '_', '-'", where, name);
}

std::string text_at(const Json& json, const char* key, const std::string& fallback, const std::string& where) {
    if (!json.contains(key)) return fallback;
    if (!json[key].is_string()) throw InputError("{}.{}: must be a text, not {}", where, key, json[key].dump());
    return json[key].get<std::string>();
}

// A difference of losses, in nats.
std::optional<double> loss_at(const Json& json, const char* key, const std::string& where) {
    if (!json.contains(key) || json[key].is_null()) return {};
    if (!json[key].is_number() || !(json[key] > 0) || !std::isfinite(json[key].get<double>()))
        throw InputError("{}.{}: must be a number of nats above 0, not {}", where, key, json[key].dump());
    return json[key].get<double>();
}

std::string name_at(const Json& json, const std::string& where) {
    if (!json.contains("name"))
        throw InputError("{}: has no \"name\"; give it one of 1 to 64 of A-Z, a-z, 0-9, '.', '_', '-'", where);
    const std::string name = text_at(json, "name", "", where);
    require_name(name, where + ".name");
    return name;
}

// Two groups of runs whose names differ in case alone are hard to tell apart, and some file systems cannot.
bool is_baseline_in_another_case(const std::string& name) {
    constexpr std::string_view baseline = kBaseline;
    return name != baseline && std::equal(name.begin(), name.end(), baseline.begin(), baseline.end(),
                                          [](char a, char b) { return (a | 0x20) == b; });
}

std::string one_of(const std::string& value, const std::vector<std::string>& known, const std::string& where) {
    if (std::find(known.begin(), known.end(), value) == known.end())
        throw InputError("{}: '{}' is not one of {}{}", where, value, join(known, ", "), did_you_mean(value, known));
    return value;
}

// An unknown key may be an option that belongs in the object `options`: "baseline", "patch".
void require_keys(const Json& json, const std::vector<std::string>& known, const std::string& options,
                  const std::string& where) {
    if (!json.is_object()) throw InputError("{}: must be an object, not {}", where, json.dump());
    for (const auto& entry : json.items()) {
        const std::string& key = entry.key();
        if (std::find(known.begin(), known.end(), key) != known.end()) continue;
        const bool is_group = key == "model" || key == "data" || key == "train";
        const auto option = is_group ? key : nearest_option(key);
        std::string hint = did_you_mean(key, known);
        const bool named_alike = option && (*option == key || option->ends_with("." + key));
        if (option && (named_alike || hint.empty()))
            hint = fmt::format("; did you mean {}?", quote(options + "." + *option));
        if (hint.empty()) hint = did_you_mean_option(key);  // says where seeds belong
        throw InputError("{}: unknown key {}{}", where, quote(key), hint);
    }
}

VariantConfig variant_from_json(const Json& json, const std::string& where) {
    require_keys(json, {"name", "label", "patch"}, "patch", where);
    VariantConfig variant;
    variant.name = name_at(json, where);
    variant.label = text_at(json, "label", variant.name, where);
    variant.patch = json.value("patch", Json::object());
    return variant;
}

std::vector<std::int64_t> seeds_from_json(const Json& json, const std::string& where) {
    std::vector<std::int64_t> seeds;
    for (const Json& seed : json.is_array() ? json : Json::array({json})) {
        if (!seed.is_number_integer() || seed < 0)
            throw InputError("{}: a seed is a whole number from 0, not {}", where, seed.dump());
        seeds.push_back(seed.get<std::int64_t>());
    }
    if (seeds.empty()) throw InputError("{}: at least one seed is needed", where);
    if (std::set(seeds.begin(), seeds.end()).size() != seeds.size())
        throw InputError("{}: a seed is given twice", where);
    return seeds;
}

// Messages about a setting begin with --set and the key, once.
Json setting_of(const std::string& setting) {
    try {
        return patch_from_setting(setting);
    } catch (const InputError& error) {
        const std::string message = error.what();
        throw InputError("--set{} {}", message.starts_with("unknown") ? ":" : "", message);
    }
}

// A variant of the file, or several together. Their patches are applied one after the other, so that a patch that
// changes a kind discards the options that an earlier one set for the old kind.
struct Combination {
    std::string name, label;
    std::vector<const Json*> patches;
};

Combination together(const std::vector<const VariantConfig*>& parts, std::string name, std::string label) {
    Combination combination{std::move(name), std::move(label), {}};
    for (const VariantConfig* part : parts) combination.patches.push_back(&part->patch);
    return combination;
}

// Every combination of two or more, those of fewer variants first and in the order of the file.
std::vector<Combination> larger_combinations(const StudyConfig& study) {
    const std::size_t count = study.variants.size();
    if (count >= std::numeric_limits<std::size_t>::digits || (std::size_t{1} << count) > kMostPoints)
        throw InputError("study {}: combine: full makes more than {} combinations of {} variants", study.name,
                         kMostPoints, count);
    std::vector<Combination> variants;
    for (std::size_t size = 2; size <= count; ++size) {
        std::vector<bool> chosen(count, false);
        std::fill_n(chosen.begin(), size, true);
        do {
            std::vector<const VariantConfig*> parts;
            std::string name, label;
            for (std::size_t i = 0; i < count; ++i) {
                if (!chosen[i]) continue;
                const VariantConfig& part = study.variants[i];
                name += (parts.empty() ? "" : "+") + part.name;
                label += (parts.empty() ? "" : " + ") + part.label;
                parts.push_back(&part);
            }
            variants.push_back(together(parts, std::move(name), std::move(label)));
        } while (std::prev_permutation(chosen.begin(), chosen.end()));
    }
    return variants;
}

// The variants of the file, then what `combine` makes of them.
std::vector<Combination> combined(const StudyConfig& study) {
    if (study.combine != "none" && study.variants.size() < 2)
        throw InputError("study {}: combine: {} needs two variants or more", study.name, study.combine);
    std::vector<const VariantConfig*> all;
    for (const VariantConfig& variant : study.variants) all.push_back(&variant);
    std::vector<Combination> variants;
    if (study.combine == "leave-one-out") {
        variants.push_back(together(all, "all", "All changes"));
        for (const VariantConfig* variant : all) {
            auto rest = all;
            std::erase(rest, variant);
            variants.push_back(together(rest, "all-but-" + variant->name, "All but " + variant->label));
        }
        return variants;
    }
    for (const VariantConfig* variant : all) variants.push_back(together({variant}, variant->name, variant->label));
    if (study.combine == "pairs")
        for (std::size_t i = 0; i < all.size(); ++i)
            for (std::size_t j = i + 1; j < all.size(); ++j)
                variants.push_back(together({all[i], all[j]}, all[i]->name + "+" + all[j]->name,
                                            all[i]->label + " + " + all[j]->label));
    if (study.combine == "full")
        for (Combination& combination : larger_combinations(study)) variants.push_back(std::move(combination));
    return variants;
}

struct GridPoint {
    std::string text;
    Json patch = Json::object();
};

std::string grid_text(const Json& value) {
    return value.is_number_float() ? full_precision(value.get<double>())
           : value.is_string()     ? value.get<std::string>()
                                   : value.dump();
}

// 1 and 1.0 are the same value.
void require_distinct(const std::vector<Json>& values, const std::string& where) {
    for (auto value = values.begin(); value != values.end(); ++value)
        if (std::find(values.begin(), value, *value) != value)
            throw InputError("{}: the value {} is given twice", where, grid_text(*value));
}

std::vector<GridPoint> grid_points(const StudyConfig& study) {
    std::vector<GridPoint> points{{}};
    for (const auto& [key, values] : study.grid) {
        if (!find_field(key))
            throw InputError("study {}: grid: unknown key {}{}", study.name, quote(key), did_you_mean_option(key));
        require_distinct(values, fmt::format("study {}: grid {}", study.name, key));
        std::vector<GridPoint> next;
        for (const GridPoint& point : points)
            for (const Json& value : values) {
                GridPoint extended = point;
                extended.text += (point.text.empty() ? "" : ",") + key + "=" + grid_text(value);
                extended.patch.merge_patch(patch_from_dotted(key, value));
                next.push_back(std::move(extended));
            }
        points = std::move(next);
        if (points.size() > kMostPoints)
            throw InputError("study {}: its grid has more than {} points", study.name, kMostPoints);
    }
    return points;
}

struct ConfiguredVariant {
    std::string name, label;
    RunConfig config;
};

// Losses per token compare on the same tokens only, and a study prepares its data once.
void require_shared_data(const RunConfig& baseline, const RunConfig& config, const std::string& where) {
    for (const ConfigDifference& one : difference(baseline, config))
        if (one.key.starts_with("data.") && one.key != "data.context")
            throw InputError(
                "{}: {} differs from the baseline's; a study shares its data, and only data.context may vary: "
                "make it a separate study",
                where, one.key);
}

}  // namespace

StudyConfig study_from_json(const Json& json, const std::string& where) {
    if (!json.is_object()) throw InputError("{}: a study is a JSON object", where);
    if (json.contains("format") &&
        (!json["format"].is_number_integer() || json["format"] > kStudyFormat || json["format"] < 1))
        throw InputError("{}.format: {} is not known; this version reads format {}", where, json["format"].dump(),
                         kStudyFormat);
    require_keys(json,
                 {"format", "name", "description", "baseline", "variants", "combine", "grid", "seeds", "policy",
                  "margin", "smallest_difference"},
                 "baseline", where);

    StudyConfig study;
    study.name = name_at(json, where);
    study.description = text_at(json, "description", "", where);
    study.baseline = json.value("baseline", Json::object());
    if (json.contains("variants") && !json["variants"].is_array())
        throw InputError("{}.variants: must be a list", where);
    std::set<std::string> names{kBaseline};
    for (const Json& entry : json.value("variants", Json::array())) {
        study.variants.push_back(
            variant_from_json(entry, fmt::format("{}.variants[{}]", where, study.variants.size())));
        if (!names.insert(study.variants.back().name).second)
            throw InputError("{}.variants: the name '{}' appears twice (the baseline is implicit)", where,
                             study.variants.back().name);
        if (is_baseline_in_another_case(study.variants.back().name))
            throw InputError("{}.variants: the name '{}' differs from 'baseline' only in case; give it another name",
                             where, study.variants.back().name);
    }
    study.combine =
        one_of(text_at(json, "combine", "none", where), {"none", "pairs", "leave-one-out", "full"}, where + ".combine");
    const Json grid = json.value("grid", Json::object());
    if (!grid.is_object()) throw InputError("{}.grid: must be an object of keys and lists of values", where);
    for (const auto& [key, values] : grid.items()) {
        if (!values.is_array() || values.empty()) throw InputError("{}.grid.{}: must be a list of values", where, key);
        study.grid.emplace_back(key, values.get<std::vector<Json>>());
    }
    if (json.contains("seeds")) study.seeds = seeds_from_json(json["seeds"], where + ".seeds");
    study.policy = text_at(json, "policy", "", where);
    if (!study.policy.empty()) one_of(study.policy, {"stop", "record"}, where + ".policy");
    study.margin = loss_at(json, "margin", where);
    study.smallest_difference = loss_at(json, "smallest_difference", where);
    return study;
}

Json to_json(const StudyConfig& study) {
    Json json{{"format", kStudyFormat}, {"name", study.name}, {"baseline", study.baseline}, {"seeds", study.seeds}};
    if (!study.description.empty()) json["description"] = study.description;
    if (study.combine != "none") json["combine"] = study.combine;
    if (!study.policy.empty()) json["policy"] = study.policy;
    if (study.margin) json["margin"] = *study.margin;
    if (study.smallest_difference) json["smallest_difference"] = *study.smallest_difference;
    for (const auto& [key, values] : study.grid) json["grid"][key] = values;
    json["variants"] = Json::array();
    for (const VariantConfig& variant : study.variants) {
        Json entry{{"name", variant.name}, {"patch", variant.patch}};
        if (variant.label != variant.name) entry["label"] = variant.label;
        json["variants"].push_back(std::move(entry));
    }
    return json;
}

RunConfig configured_baseline(const StudyConfig& study, const std::vector<std::string>& settings) {
    RunConfig baseline = patched(RunConfig{}, study.baseline, "study " + study.name + ": baseline");
    if (!study.policy.empty()) baseline.train.policy = study.policy;
    for (const std::string& setting : settings) baseline = patched(baseline, setting_of(setting), "--set ");
    return baseline;
}

std::vector<VariantPoint> expand(const StudyConfig& study, const std::vector<std::string>& settings) {
    const std::string where = "study " + study.name;
    const RunConfig baseline = configured_baseline(study, settings);

    std::vector<ConfiguredVariant> variants;
    variants.push_back({kBaseline, "Baseline", baseline});
    // Where patches set the same option, the last one wins, and the combination is one of the variants already.
    const bool drops_equal = study.combine == "pairs" || study.combine == "full";
    std::set<std::string> seen{to_json(baseline).dump()};
    for (const Combination& variant : combined(study)) {
        RunConfig config = baseline;
        for (const Json* patch : variant.patches) config = patched(config, *patch, where + ": variant " + variant.name);
        if (difference(baseline, config).empty())
            throw InputError("{}: variant {}: its patch changes nothing; every value equals the baseline's", where,
                             variant.name);
        if (!seen.insert(to_json(config).dump()).second && drops_equal) continue;
        variants.push_back({variant.name, variant.label, std::move(config)});
    }

    std::vector<VariantPoint> points;
    const std::vector<GridPoint> grid = grid_points(study);
    if (variants.size() * grid.size() > kMostPoints) throw InputError("{}: more than {} points", where, kMostPoints);
    for (const ConfiguredVariant& variant : variants)
        for (const GridPoint& point : grid) {
            const std::string name = point_name(variant.name, point.text);
            RunConfig at_point = patched(variant.config, point.patch, where + ": grid ");
            require_shared_data(baseline, at_point, where + ": " + name);
            points.push_back({name, variant.name, variant.label, point.text, std::move(at_point)});
        }
    return points;
}

}  // namespace ablate
