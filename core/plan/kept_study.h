#pragma once
#include "core/plan/resolved_study.h"
#include "core/run/run_store.h"

// Which study the runs of a workspace belong to. No torch in this header.
namespace ablate::study {

// Writes the study as it is run, with its settings and seeds, to WORKSPACE/studies/NAME.json, where the window finds
// it. Presets and studies of the workspace are there already. A file of that name that somebody else wrote, or edited
// since, is left as it is. Returns what the user should know about it: a line, or "".
std::string keep_study(const ResolvedStudy& resolved, const StudySource& source,
                       const std::filesystem::path& workspace);

// Rebuilds a study from its trained runs, from the newest run of each variant: baseline, patches, grid
// and seeds. For workspaces without its file. Nothing where there are no such runs.
std::optional<StudyConfig> study_of_runs(const run::RunList& runs, const std::string& name);

}  // namespace ablate::study
