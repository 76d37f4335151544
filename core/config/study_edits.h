#pragma once
#include "core/config/study_config.h"

// Changes of a study as values: the window makes undo steps of them, and preflight mends findings with them.
namespace ablate {

// InputError when the study cannot be written down: an unknown key, a value out of range, a bad or doubled name.
void require_readable(const StudyConfig& study);
RunConfig baseline_config(const StudyConfig& study);

// Sets or resets one option, by dotted key, of the baseline or of a variant's patch. A variant's patch keeps only what
// differs from the baseline. InputError for an unknown key or variant.
StudyConfig with_option(StudyConfig study, const std::string& variant, const std::string& key, const Json& value);
StudyConfig without_option(StudyConfig study, const std::string& variant, const std::string& key);

// `wanted`, or the first of "wanted-2", "wanted-3" ... that no variant has.
std::string free_variant_name(const StudyConfig& study, const std::string& wanted);

// How a menu names the option: "learning rate", "RoPE base".
std::string option_in_words(const std::string& key);

}  // namespace ablate
