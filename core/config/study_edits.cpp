#include "core/config/study_edits.h"

#include "core/base/error.h"
#include "core/base/names.h"
#include "core/base/text.h"
#include "core/config/former_kinds.h"
#include "core/config/run_config_schema.h"
#include "core/config/variant_names.h"

#include <algorithm>
#include <cctype>

namespace ablate {

namespace {

std::string where_of(const std::string& variant) { return variant == kBaseline ? variant : "variant " + variant; }

Json& patch_of(StudyConfig& study, const std::string& variant) {
    if (variant == kBaseline) return study.baseline;
    const auto found = std::find_if(study.variants.begin(), study.variants.end(),
                                    [&](const VariantConfig& candidate) { return candidate.name == variant; });
    if (found == study.variants.end()) throw InputError("the study has no variant '{}'", variant);
    return found->patch;
}

// The kind field that `key` names or belongs to; null for other options.
const ListedField* kind_field(const std::string& key) {
    const ListedField* field = find_field(key);
    return field && field->info->type == FieldType::kind ? field : nullptr;
}

bool chooses_kind(const ListedField* field, const std::string& key) {
    return field && (key == field->key || key == field->key + ".kind");
}

// Whether `value` names the kind that there is, and none of its options.
bool is_present_kind(const RunConfig& config, const ListedField& field, const Json& value) {
    const Json values = to_json(config);
    const Json& present = schema_detail::find(values, field.key)->at("kind");
    return value == present || value == Json{{"kind", present}};
}

// Takes the member away, and the objects that are empty without it.
void erase(Json& object, std::string_view dotted) {
    const auto dot = dotted.find('.');
    const auto found = object.is_object() ? object.find(std::string(dotted.substr(0, dot))) : object.end();
    if (found == object.end()) return;
    if (dot != std::string_view::npos) {
        erase(*found, dotted.substr(dot + 1));
        if (!found->empty()) return;
    }
    object.erase(found);
}

RunConfig config_of(const StudyConfig& study, const Json& patch, const std::string& variant) {
    const RunConfig baseline = baseline_config(study);
    return variant == kBaseline ? baseline : patched(baseline, patch, where_of(variant));
}

// What the patch of the variant is applied to.
Json choice_below(const StudyConfig& study, const std::string& variant, const ListedField& field) {
    const Json values = to_json(variant == kBaseline ? RunConfig() : baseline_config(study));
    return *schema_detail::find(values, field.key);
}

// Whether the choice of a patch means a kind of an earlier version: by its name, or because today's name alone is what
// that version called another kind than the one below ("rope" over RoPE with scaling is RoPE without).
bool means_former_kind(const StudyConfig& study, const std::string& variant, const ListedField& field,
                       const Json& choice) {
    const std::string& category = field.info->category;
    if (names_former_kind(category, choice)) return true;
    const Json below = choice_below(study, variant, field);
    const Json named = choice.is_string() ? Json{{"kind", choice}} : choice;
    return named.is_object() && named.contains("kind") && named.at("kind") == below.at("kind") &&
           !states_former_settings(category, named) &&
           introduced_name(category, named) != introduced_name(category, below);
}

// A bare name may stand for a kind with its defaults, and a name of an earlier version for a kind with certain options;
// options are set in the object that the name stands for.
void spell_out(const StudyConfig& study, Json& patch, const std::string& variant, const ListedField& field) {
    const Json* choice = schema_detail::find(patch, field.key);
    if (!choice) return;
    if (means_former_kind(study, variant, field, *choice)) {
        const Json whole = to_json(config_of(study, patch, variant));
        schema_detail::put(patch, field.key, *schema_detail::find(whole, field.key));
    } else if (choice->is_string()) {
        schema_detail::put(patch, field.key, Json{{"kind", *choice}});
    }
}

bool tells_former_kinds(const Json& patch, const ListedField& field) {
    const Json* choice = schema_detail::find(patch, field.key);
    return choice && states_former_settings(field.info->category, *choice);
}

// Without the option that tells kinds of earlier versions apart, the name of the kind alone would mean one of them. The
// kind of the baseline needs no name, and its option comes back.
void erase_option_of_kind(const StudyConfig& study, Json& patch, const std::string& variant, const ListedField& field,
                          const std::string& key) {
    const bool told = tells_former_kinds(patch, field);
    erase(patch, key);
    if (variant == kBaseline || !told || tells_former_kinds(patch, field)) return;
    const Json kind = choice_below(study, variant, field).at("kind");
    if (*schema_detail::find(patch, field.key + ".kind") == kind) erase(patch, field.key + ".kind");
}

void drop_what_equals_baseline(StudyConfig& study, const std::string& variant, const std::string& key) {
    if (variant == kBaseline) return;
    const RunConfig baseline = baseline_config(study);
    Json& patch = patch_of(study, variant);
    const auto differences = difference(baseline, config_of(study, patch, variant));
    const bool differs = std::any_of(differences.begin(), differences.end(), [&](const ConfigDifference& one) {
        return one.key == key || one.key.starts_with(key + ".");
    });
    if (!differs) erase(patch, key);
}

}  // namespace

RunConfig baseline_config(const StudyConfig& study) {
    RunConfig baseline = patched(RunConfig(), study.baseline, kBaseline);
    if (!study.policy.empty()) baseline.train.policy = study.policy;
    return baseline;
}

void require_readable(const StudyConfig& study) {
    study_from_json(to_json(study), "study");
    const RunConfig baseline = baseline_config(study);
    for (const VariantConfig& variant : study.variants) patched(baseline, variant.patch, where_of(variant.name));
    for (const auto& [key, values] : study.grid)
        for (const Json& value : values) patched(baseline, patch_from_dotted(key, value), "grid");
}

StudyConfig with_option(StudyConfig study, const std::string& variant, const std::string& key, const Json& value) {
    patch_from_dotted(key, value);  // refuses keys that no option has
    if (value.is_null()) return without_option(std::move(study), variant, key);
    Json& patch = patch_of(study, variant);
    const ListedField* kind = kind_field(key);
    const bool whole_kind = chooses_kind(kind, key);
    // The kind that is there keeps its options; those of another mean nothing to the new one.
    if (whole_kind && is_present_kind(config_of(study, patch, variant), *kind, value)) return study;
    if (kind) spell_out(study, patch, variant, *kind);
    if (whole_kind)
        schema_detail::put(patch, kind->key, value.is_object() ? value : Json{{"kind", value}});
    else
        schema_detail::put(patch, key, value);
    if (variant == kBaseline && key == "train.policy") study.policy.clear();  // it would win over the option
    drop_what_equals_baseline(study, variant, kind ? kind->key : key);
    return study;
}

StudyConfig without_option(StudyConfig study, const std::string& variant, const std::string& key) {
    patch_from_dotted(key, {});
    Json& patch = patch_of(study, variant);
    const ListedField* kind = kind_field(key);
    if (kind) spell_out(study, patch, variant, *kind);
    if (kind && !chooses_kind(kind, key))
        erase_option_of_kind(study, patch, variant, *kind, key);
    else
        erase(patch, kind ? kind->key : key);
    if (variant == kBaseline && key == "train.policy") study.policy.clear();
    drop_what_equals_baseline(study, variant, kind ? kind->key : key);
    return study;
}

std::string free_variant_name(const StudyConfig& study, const std::string& wanted) {
    const auto taken = [&](const std::string& name) {
        return name == kBaseline || std::any_of(study.variants.begin(), study.variants.end(),
                                                [&](const VariantConfig& variant) { return variant.name == name; });
    };
    return free_name(wanted.empty() ? "variant" : wanted, taken);
}

std::string option_in_words(const std::string& key) {
    if (!find_field(key)) return key;
    std::string words = label_of(key);
    const auto letter = [&](std::size_t at) { return static_cast<unsigned char>(at < words.size() ? words[at] : 0); };
    if (std::islower(letter(1))) words[0] = static_cast<char>(std::tolower(letter(0)));
    return words;
}

}  // namespace ablate
