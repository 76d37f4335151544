#pragma once
#include "core/run/run_store.h"
#include "ui/bridge/study_document.h"

#include <filesystem>
#include <functional>
#include <memory>

namespace ablate::ui {

// What is known of a study at once: costs and findings, without the times.
StudyPreview quick_preview(StudyConfig study, const std::filesystem::path& workspace);

// What times are told from.
struct TimeSources {
    std::filesystem::path workspace;
    std::shared_ptr<const run::RunList> runs;  // of the workspace, as they are now; null: not known yet
    int jobs = 0;                              // runs at once; 0: what the cores allow
    bool measure = false;                      // a step of each model that has not been timed: a second or two of work

    // While runs train nothing can be measured: they would make it come out low.
    bool can_measure() const;
    TimeSources measuring() const { return {workspace, runs, jobs, can_measure()}; }
};

// Fills in what the study's seeds can find, and its findings. Nothing where the runs are not known yet, or the study
// cannot be expanded.
void add_power(StudyPreview& preview, const TimeSources& sources, study::SpreadReader& reader);

// Fills in the times; those it cannot tell stay NaN. False when measuring() would tell more. `wanted` false abandons
// the work.
bool add_times(StudyPreview& preview, const TimeSources& sources, const std::function<bool()>& wanted);

}  // namespace ablate::ui
