#pragma once
#include "core/config/study_config.h"

#include <optional>
#include <string>
#include <vector>

// Changes of a study that mend a finding of preflight. No torch in this header.
namespace ablate::study {

struct Mend {
    std::string title;  // a verb phrase: "Set feed-forward width to 2016"
    Json patch;         // a JSON Merge Patch (RFC 7396) on the study file; `variants` is listed as a whole
    bool operator==(const Mend&) const = default;
};

// An option to set; null: back to the default or, of a variant, to the baseline's value.
struct OptionEdit {
    std::string key;
    Json value;
};

// The patch between the two studies; nothing when they are equal.
std::optional<Mend> mend_between(std::string title, const StudyConfig& before, const StudyConfig& after);
// Sets options of the baseline or of one variant, titled by the form's names unless `title` is given. Nothing where
// this changes nothing (the variant was made by combining others, or the grid sets the option), and where the variant
// would no longer differ from the baseline.
std::optional<Mend> mend_options(const StudyConfig& study, const std::string& variant,
                                 const std::vector<OptionEdit>& edits, std::string title = {});
// Nothing for the baseline and for a variant that was made by combining others.
std::optional<Mend> mend_by_removing(const StudyConfig& study, const std::string& variant);
// A grid over a third, once and three times the learning rate.
std::optional<Mend> mend_by_rate_grid(const StudyConfig& study, double rate);

// The study with the patch applied. InputError where the result is no study.
StudyConfig mended(const StudyConfig& study, const Mend& mend);

}  // namespace ablate::study
