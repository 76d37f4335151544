#pragma once
#include "core/interop/imported_run.h"

namespace ablate::app {

struct WriteOptions {
    bool again = false, json = false;
};
// Runs that were read become runs of the workspace; those that are there already only with `again`. Standard output has
// the ids of all of them, or the runs as JSON; standard error what is there already, `notes`, verdicts and remarks.
void write_and_tell(const std::filesystem::path& workspace, std::vector<interop::ImportedRun> runs,
                    const WriteOptions& options, const std::vector<std::string>& notes = {});

}  // namespace ablate::app
