#pragma once
#include "core/config/study_edits.h"

// Changes of a study as values: what StudyDocument makes undo steps of.
namespace ablate::ui {

using ablate::baseline_config;
using ablate::free_variant_name;
using ablate::option_in_words;
using ablate::require_readable;
using ablate::with_option;
using ablate::without_option;

}  // namespace ablate::ui
