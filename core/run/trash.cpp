#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/run/run_store.h"

#include <sys/stat.h>

#include <algorithm>

// WORKSPACE/trash: deleted runs, until somebody empties it.
namespace ablate::run {

namespace fs = std::filesystem;

namespace {

// What the links below it point to is not part of it. A folder that cannot be looked into counts as far as it can.
std::uint64_t bytes_below(const fs::path& folder) {
    std::uint64_t bytes = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code unreadable;
        if (entry->is_symlink(unreadable) || !entry->is_regular_file(unreadable)) continue;
        const auto size = entry->file_size(unreadable);
        if (!unreadable) bytes += size;
    }
    return bytes;
}

// A rename sets the time of the last change of status.
double time_of_rename(const fs::path& folder) {
    struct stat status {};
    if (lstat(folder.c_str(), &status) != 0) return 0;
    return static_cast<double>(status.st_ctim.tv_sec) + 1e-9 * static_cast<double>(status.st_ctim.tv_nsec);
}

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        names.push_back(entry->path().filename().string());
    return names;
}

TrashedRun look_at(const fs::path& folder) {
    TrashedRun run;
    run.name = folder.filename().string();
    run.deleted = time_of_rename(folder);
    run.bytes = bytes_below(folder);
    try {
        const RunInfo info = RunDirectory(folder).info();
        run.study = info.study;
        run.variant = info.variant;
        run.grid_point = info.grid_point;
        run.seed = info.seed;
    } catch (const std::exception&) {
        // A damaged run is in the trash under its name alone.
    }
    return run;
}

// A name alone: what a stranger hands in never leads out of the trash.
fs::path in_trash(const fs::path& trash, const std::string& name) {
    const bool plain = !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
    if (!plain || !fs::exists(fs::symlink_status(trash / name)))
        throw InputError("no run {} in {}{}", quote(name), trash.string(), did_you_mean(name, names_in(trash)));
    return trash / name;
}

}  // namespace

fs::path RunStore::move_to_trash(const std::string& id_or_prefix) const {
    const fs::path folder = folder_of(id_or_prefix);  // a damaged run can go as well
    LockHolder holder;
    if (RunDirectory(folder).locked(&holder))
        throw InputError("run {}: process {} on {} is training it; stop it first", folder.filename().string(),
                         holder.pid, holder.host);
    const fs::path trash = trash_folder(workspace_);
    std::error_code error;
    fs::create_directories(trash, error);
    if (error) throw InputError("{}: {}", trash.string(), error.message());
    fs::path target = trash / folder.filename();
    for (int number = 2; fs::exists(fs::symlink_status(target)); ++number)
        target = trash / fmt::format("{}-{}", folder.filename().string(), number);
    fs::rename(folder, target, error);  // of a symbolic link, the link: what it points to stays
    if (error) throw InputError("{}: {}", folder.string(), error.message());
    return target;
}

std::vector<TrashedRun> RunStore::trash() const {
    const fs::path trash = trash_folder(workspace_);
    std::vector<TrashedRun> runs;
    for (const std::string& name : names_in(trash)) runs.push_back(look_at(trash / name));
    std::sort(runs.begin(), runs.end(), [](const TrashedRun& a, const TrashedRun& b) {
        return std::pair(-a.deleted, a.name) < std::pair(-b.deleted, b.name);
    });
    return runs;
}

fs::path RunStore::restore(const std::string& name) const {
    const fs::path folder = in_trash(trash_folder(workspace_), name), target = runs_folder(workspace_) / name;
    std::error_code error;
    fs::create_directories(runs_folder(workspace_), error);
    if (error) throw InputError("{}: {}", runs_folder(workspace_).string(), error.message());
    if (fs::exists(fs::symlink_status(target)))
        throw InputError("{}: a run of this id is there already; the one in the trash stays where it is",
                         target.string());
    fs::rename(folder, target, error);
    if (error) throw InputError("{}: {}", folder.string(), error.message());
    return target;
}

void RunStore::delete_from_trash(const std::string& name) const {
    const fs::path folder = in_trash(trash_folder(workspace_), name);
    std::error_code error;
    fs::remove_all(folder, error);  // of a symbolic link, the link
    if (error) throw InputError("not deleted: {}: {}", folder.string(), error.message());
}

}  // namespace ablate::run
