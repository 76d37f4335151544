#pragma once
#include "app/ablate/command.h"
#include "core/interop/imported_run.h"

// The forms of `ablate import`, a file each.
namespace ablate::app {

Action declare_import_hf(CLI::App& parser);
Action declare_import_log(CLI::App& parser);
Action declare_import_norm_ablation(CLI::App& parser);
Action declare_import_run(CLI::App& parser);

struct WriteOptions {
    bool again = false, json = false;
};
// Runs that were read become runs of the workspace; those that are there already only with `again`. Standard output has
// the ids of all of them, or the runs as JSON; standard error what is there already, `notes`, verdicts and remarks.
void write_and_tell(const std::filesystem::path& workspace, std::vector<interop::ImportedRun> runs,
                    const WriteOptions& options, const std::vector<std::string>& notes = {});

}  // namespace ablate::app
