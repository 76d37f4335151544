#include "core/plan/mend.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/config/study_edits.h"
#include "core/config/variant_names.h"

#include <algorithm>

namespace ablate::study {
namespace {

// The merge patch that makes `after` of `before`, both objects. Lists are replaced as a whole.
Json merge_patch_between(const Json& before, const Json& after) {
    Json patch = Json::object();
    for (const auto& [key, value] : after.items()) {
        const auto old = before.find(key);
        if (old == before.end())
            patch[key] = value;
        else if (*old != value)
            patch[key] = old->is_object() && value.is_object() ? merge_patch_between(*old, value) : value;
    }
    for (const auto& item : before.items())
        if (!after.contains(item.key())) patch[item.key()] = nullptr;
    return patch;
}

bool is_in_grid(const StudyConfig& study, const std::string& key) {
    return std::any_of(study.grid.begin(), study.grid.end(), [&](const auto& axis) { return axis.first == key; });
}

bool can_be_edited(const StudyConfig& study, const std::string& variant) {
    return variant == kBaseline || std::any_of(study.variants.begin(), study.variants.end(),
                                               [&](const VariantConfig& own) { return own.name == variant; });
}

std::string title_of(const OptionEdit& edit) {
    const std::string option = option_in_words(edit.key);
    if (edit.value.is_null()) return "Reset " + option;
    return fmt::format("Set {} to {}", option, value_in_words(edit.key, edit.value));
}

double in_two_digits(double value) { return std::stod(fmt::format("{:.1e}", value)); }

}  // namespace

std::optional<Mend> mend_between(std::string title, const StudyConfig& before, const StudyConfig& after) {
    Json patch = merge_patch_between(to_json(before), to_json(after));
    if (patch.empty()) return {};
    return Mend{std::move(title), std::move(patch)};
}

std::optional<Mend> mend_options(const StudyConfig& study, const std::string& variant,
                                 const std::vector<OptionEdit>& edits, std::string title) {
    if (!can_be_edited(study, variant)) return {};
    StudyConfig after = study;
    std::vector<std::string> titles;
    for (const OptionEdit& edit : edits) {
        if (is_in_grid(study, edit.key)) return {};
        after = with_option(std::move(after), variant, edit.key, edit.value);
        titles.push_back(title_of(edit));
    }
    for (const VariantConfig& own : after.variants)  // one that changes nothing cannot be trained
        if (own.name == variant && own.patch.empty()) return {};
    return mend_between(title.empty() ? join(titles, ", ") : std::move(title), study, after);
}

std::optional<Mend> mend_by_removing(const StudyConfig& study, const std::string& variant) {
    StudyConfig after = study;
    if (std::erase_if(after.variants, [&](const VariantConfig& own) { return own.name == variant; }) == 0) return {};
    if (after.variants.size() < 2) after.combine = "none";  // there is nothing to combine any more
    return mend_between("Remove " + variant, study, after);
}

std::optional<Mend> mend_by_rate_grid(const StudyConfig& study, double rate) {
    if (is_in_grid(study, "train.lr")) return {};
    const std::vector<Json> values{in_two_digits(rate / 3), rate, in_two_digits(rate * 3)};
    StudyConfig after = study;
    after.grid.emplace_back("train.lr", values);
    std::sort(after.grid.begin(), after.grid.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return mend_between(fmt::format("Add a grid over the learning rate: {:g}, {:g}, {:g}", values[0].get<double>(),
                                    rate, values[2].get<double>()),
                        study, after);
}

StudyConfig mended(const StudyConfig& study, const Mend& mend) {
    Json json = to_json(study);
    json.merge_patch(mend.patch);
    return study_from_json(json, study.name);
}

}  // namespace ablate::study
