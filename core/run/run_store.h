#pragma once
#include "core/run/notes.h"
#include "core/run/run_directory.h"

#include <algorithm>

namespace ablate::run {

struct ListedRun {
    RunDirectory directory;
    RunInfo info;
    RunState state;
    Status status = Status::queued;
    Notes notes = {};
    std::vector<std::string> problems =
        {};                  // what does not hide the run, a line each: damaged notes, a read-only folder
    std::string asked = {};  // "pause" or "stop": of one that trains, and not done yet
};
struct DamagedRun {
    std::filesystem::path folder;
    std::string reason;  // one line: file and what is wrong
};
struct RunList {
    std::vector<ListedRun> runs;  // by creation time
    std::vector<DamagedRun> damaged;
};

struct TrashedRun {
    std::string name;                        // below WORKSPACE/trash: the run's id, or "ID-2" where that was taken
    std::string study, variant, grid_point;  // empty when its run.json cannot be read
    std::int64_t seed = 0;
    std::uint64_t bytes = 0;
    double deleted = 0;  // unix seconds
};

// One run as list() reads it; `known` is what its run.json says, where that has been read. InputError: damaged.
ListedRun read_run(const std::filesystem::path& folder, const RunInfo* known = nullptr);

// Where the runs of a workspace are, damaged ones and strangers included; and the order of a list.
std::vector<std::filesystem::path> run_folders(const std::filesystem::path& workspace);
void sort_by_creation(std::vector<ListedRun>& runs);

// The runs of a workspace. One damaged directory never hides the others.
class RunStore {
  public:
    explicit RunStore(std::filesystem::path workspace) : workspace_(std::move(workspace)) {}
    const std::filesystem::path& workspace() const { return workspace_; }
    RunList list() const;
    // Of a run that may be damaged. InputError: none, several.
    std::filesystem::path folder_of(const std::string& id_or_prefix) const;
    ListedRun find(const std::string& id_or_prefix) const;  // InputError: none, several, damaged
    // To WORKSPACE/trash; refused while the run trains. Returns where it went.
    std::filesystem::path move_to_trash(const std::string& id_or_prefix) const;
    std::vector<TrashedRun> trash() const;  // the newest deletion first
    // Back to WORKSPACE/runs, by its name in the trash. InputError: none of that name, or a run is there again.
    std::filesystem::path restore(const std::string& name) const;
    // For good, by its name in the trash. InputError: none of that name, or it could not be deleted.
    void delete_from_trash(const std::string& name) const;

  private:
    std::filesystem::path workspace_;
};

inline bool any_running(const RunList& list) {
    return std::any_of(list.runs.begin(), list.runs.end(),
                       [](const ListedRun& one) { return one.status == Status::running; });
}

// $ABLATE_WORKSPACE, else ./ablate-workspace, which need not exist.
std::filesystem::path default_workspace_path();
// The same folder; created when it is missing.
std::filesystem::path default_workspace();

}  // namespace ablate::run
