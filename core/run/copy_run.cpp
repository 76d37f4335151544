#include "core/run/copy_run.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/workspace_layout.h"
#include "core/io/json_file.h"

namespace ablate::run {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kLargestFile = 16u << 20;

void copy_into(const fs::path& from, const fs::path& to) {
    std::error_code error;
    // A link is no part of a run, and could lead anywhere.
    fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::skip_symlinks, error);
    if (error) throw ResourceError("{}: {}", from.string(), error.message());
    fs::remove(to / run_files::kLock, error);
    fs::remove(to / run_files::kControl, error);
}

}  // namespace

RunDirectory copy_run(const fs::path& folder, const fs::path& workspace) {
    const fs::path from = fs::canonical(folder);
    const RunDirectory source(from);
    source.info();  // says what is wrong with it
    if (source.locked()) throw InputError("{}: this run is in training; import it when it has ended", from.string());
    const fs::path target = runs_folder(workspace) / source.id();
    if (fs::exists(fs::symlink_status(target)))
        throw InputError("run {} is in this workspace already: {}", source.id(), target.string());
    fs::create_directories(target.parent_path());
    atomic_directory(target, [&](const fs::path& beside) {
        copy_into(from, beside);
        Json info = io::read_json(beside / run_files::kInfo, kLargestFile);
        if (info.value("origin", "trained") == "trained") info["origin"] = from.string();
        io::write_json(beside / run_files::kInfo, info);
    });
    return RunDirectory(target);
}

}  // namespace ablate::run
