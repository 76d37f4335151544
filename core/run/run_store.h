#pragma once
#include "core/run/run_directory.h"

namespace ablate::run {

struct ListedRun {
    RunDirectory directory;
    RunInfo info;
    RunState state;
    Status status;
};
struct DamagedRun {
    std::filesystem::path folder;
    std::string reason;  // one line: file and what is wrong
};
struct RunList {
    std::vector<ListedRun> runs;  // by creation time
    std::vector<DamagedRun> damaged;
};

// The runs of a workspace. One damaged directory never hides the others.
class RunStore {
  public:
    explicit RunStore(std::filesystem::path workspace) : workspace_(std::move(workspace)) {}
    const std::filesystem::path& workspace() const { return workspace_; }
    RunList list() const;
    ListedRun find(const std::string& id_or_prefix) const;  // InputError: none, several, damaged
    // To WORKSPACE/trash; refused while the run trains. Returns where it went.
    std::filesystem::path move_to_trash(const std::string& id_or_prefix) const;

  private:
    std::filesystem::path workspace_;
};

// $ABLATE_WORKSPACE, else ./ablate-workspace; created when it is missing.
std::filesystem::path default_workspace();

}  // namespace ablate::run
