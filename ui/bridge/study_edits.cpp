#include "ui/bridge/study_edits.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <cctype>

namespace ablate::ui {

namespace {

constexpr std::size_t kLongestName = 64;

std::string where_of(const std::string& variant) { return variant == kBaseline ? variant : "variant " + variant; }

Json& patch_of(StudyConfig& study, const std::string& variant) {
    if (variant == kBaseline) return study.baseline;
    const auto found = std::find_if(study.variants.begin(), study.variants.end(),
                                    [&](const VariantConfig& candidate) { return candidate.name == variant; });
    if (found == study.variants.end()) throw InputError("the study has no variant '{}'", variant);
    return found->patch;
}

// The kind field that `key` names or lies below; null for other options.
const ListedField* kind_field(const std::string& key) {
    for (const ListedField& field : run_config_fields())
        if (field.info->type == FieldType::kind && (key == field.key || key.starts_with(field.key + ".")))
            return &field;
    return nullptr;
}

bool chooses_kind(const ListedField* field, const std::string& key) {
    return field && (key == field->key || key == field->key + ".kind");
}

// A bare name may stand for a kind with its defaults; options are set in the object it stands for.
void spell_out(Json& patch, const ListedField& field) {
    const Json* choice = schema_detail::find(patch, field.key);
    if (choice && choice->is_string()) schema_detail::put(patch, field.key, Json{{"kind", *choice}});
}

void choose_kind(Json& patch, const ListedField& field, const Json& value) {
    if (value.is_object()) return schema_detail::put(patch, field.key, value);
    const Json* present = schema_detail::find(patch, field.key);
    const bool same = present && present->is_object() && present->value("kind", Json()) == value;
    // A kind's options mean nothing to another kind.
    if (!same) schema_detail::put(patch, field.key, Json{{"kind", value}});
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

void drop_what_equals_baseline(StudyConfig& study, const std::string& variant, const std::string& key) {
    if (variant == kBaseline) return;
    const RunConfig baseline = baseline_config(study);
    Json& patch = patch_of(study, variant);
    const auto differences = difference(baseline, patched(baseline, patch, where_of(variant)));
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
    if (kind) spell_out(patch, *kind);
    if (chooses_kind(kind, key))
        choose_kind(patch, *kind, value);
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
    if (kind) spell_out(patch, *kind);
    erase(patch, chooses_kind(kind, key) ? kind->key : key);
    if (variant == kBaseline && key == "train.policy") study.policy.clear();
    drop_what_equals_baseline(study, variant, kind ? kind->key : key);
    return study;
}

std::string free_variant_name(const StudyConfig& study, const std::string& wanted) {
    const auto taken = [&](const std::string& name) {
        return name == kBaseline || std::any_of(study.variants.begin(), study.variants.end(),
                                                [&](const VariantConfig& variant) { return variant.name == name; });
    };
    const std::string name = wanted.empty() ? "variant" : wanted;
    if (!taken(name)) return name;
    for (int number = 2;; ++number) {
        const std::string tail = fmt::format("-{}", number);
        const std::string numbered = name.substr(0, kLongestName - tail.size()) + tail;
        if (!taken(numbered)) return numbered;
    }
}

std::string option_in_words(const std::string& key) {
    for (const ListedField& field : run_config_fields()) {
        if (key != field.key && !key.starts_with(field.key + ".")) continue;
        std::string words = field.info->label;
        const auto letter = [&](std::size_t at) { return at < words.size() ? words[at] : '\0'; };
        if (std::islower(static_cast<unsigned char>(letter(1))))
            words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
        return words;
    }
    return key;
}

}  // namespace ablate::ui
