#include "core/run/run_store.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace ablate::run {

namespace fs = std::filesystem;

// Everything in WORKSPACE/runs but hidden names: those are a creation's that has not ended.
std::vector<fs::path> run_folders(const fs::path& workspace) {
    std::vector<fs::path> folders;
    std::error_code error;
    for (fs::directory_iterator entry(runs_folder(workspace), error), end; !error && entry != end;
         entry.increment(error))
        if (!entry->path().filename().string().starts_with('.')) folders.push_back(entry->path());
    std::sort(folders.begin(), folders.end());
    return folders;
}

void sort_by_creation(std::vector<ListedRun>& runs) {
    std::stable_sort(runs.begin(), runs.end(),
                     [](const ListedRun& a, const ListedRun& b) { return a.info.created < b.info.created; });
}

namespace {

// Notes, what was asked of it, and problems.
void add_remarks(ListedRun& run) {
    const fs::path& folder = run.directory.folder();
    try {
        run.notes = read_notes(folder);
    } catch (const std::exception& error) {
        run.problems.push_back(one_line(error.what()));
    }
    try {
        if (run.status == Status::running) run.asked = run.directory.requested();
    } catch (const std::exception& error) {
        run.problems.push_back(one_line(error.what()));
    }
    if (access(folder.c_str(), W_OK) != 0)
        run.problems.push_back(fmt::format("{}: cannot be written ({}); the run can be looked at, not trained or noted",
                                           folder.string(), std::generic_category().message(errno)));
}

}  // namespace

ListedRun read_run(const fs::path& folder, const RunInfo* known) {
    std::error_code error;
    const fs::file_status status = fs::status(folder, error);
    if (error) throw InputError("{}: {}", folder.string(), error.message());
    if (!fs::is_directory(status)) throw InputError("{}: is not a folder", folder.string());
    const RunDirectory directory(folder);
    const bool locked = directory.locked();
    RunState state = directory.state();
    const Status now = directory.status(locked, state);
    ListedRun run{directory, known ? *known : directory.info(), std::move(state), now};
    add_remarks(run);
    return run;
}

RunList RunStore::list() const {
    RunList list;
    for (const fs::path& folder : run_folders(workspace_)) {
        try {
            list.runs.push_back(read_run(folder));
        } catch (const std::exception& error) {
            list.damaged.push_back({folder, one_line(error.what())});
        }
    }
    sort_by_creation(list.runs);
    return list;
}

fs::path RunStore::folder_of(const std::string& id_or_prefix) const {
    if (id_or_prefix.empty()) throw InputError("a run's id is needed");
    std::vector<fs::path> matches;
    std::vector<std::string> ids;
    for (const fs::path& folder : run_folders(workspace_)) {
        const std::string id = folder.filename().string();
        if (id == id_or_prefix) return folder;
        if (id.starts_with(id_or_prefix)) matches.push_back(folder);
        ids.push_back(id);
    }
    if (matches.size() == 1) return matches.front();
    if (matches.empty())
        throw InputError("no run '{}' in {}{}", id_or_prefix, workspace_.string(), did_you_mean(id_or_prefix, ids));
    std::vector<std::string> names;
    for (const fs::path& match : matches) names.push_back(match.filename().string());
    throw InputError("'{}' begins the ids of several runs: {}", id_or_prefix, join(names, ", "));
}

ListedRun RunStore::find(const std::string& id_or_prefix) const { return read_run(folder_of(id_or_prefix)); }

fs::path default_workspace_path() {
    const char* named = std::getenv("ABLATE_WORKSPACE");
    return named && *named ? fs::path(named) : fs::current_path() / "ablate-workspace";
}

fs::path default_workspace() {
    const fs::path workspace = default_workspace_path();
    std::error_code error;
    fs::create_directories(workspace, error);
    if (error) throw InputError("workspace {}: {}", workspace.string(), error.message());
    return workspace;
}

}  // namespace ablate::run
