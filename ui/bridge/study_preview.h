#pragma once
#include "core/run/run_store.h"
#include "ui/bridge/study_document.h"

#include <functional>

namespace ablate::ui {

// What is known of a study at once: costs and findings; the times too where the machine's peak has been measured.
StudyPreview quick_preview(StudyConfig study);

// Whether the times are known without measuring.
bool peaks_are_known(const StudyPreview& preview, const std::filesystem::path& workspace);

// Fills in the times, measuring the machine's peak where it is not known: a second of work. While runs train here it is
// not measured, as they would make it come out low, and the times stay NaN. `runs`: of the workspace, as they are now.
// `jobs`: runs at once; 0: what the cores allow. `wanted` false abandons the work.
void add_times(StudyPreview& preview, const std::filesystem::path& workspace, const run::RunList& runs, int jobs,
               const std::function<bool()>& wanted);

}  // namespace ablate::ui
