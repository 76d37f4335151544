#include "core/io/tensorboard.h"
#include "core/io/sniff.h"

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/interop/logs/log_builder.h"

#include <algorithm>
#include <set>

// TensorBoard: one event file, or the folder of a run's.
namespace ablate::interop::logs {

namespace fs = std::filesystem;

namespace {

constexpr int kDeepestFolder = 4;
constexpr std::size_t kMostFiles = 10'000;

// The folders below that hold event files; Hugging Face's Trainer puts them into runs/DATE_HOST.
std::set<fs::path> folders_with_events(const fs::path& path) {
    std::set<fs::path> folders;
    if (!io::event_files(path).empty()) return {path};
    std::error_code error;
    std::size_t seen = 0;
    for (fs::recursive_directory_iterator entry(path, fs::directory_options::skip_permission_denied, error), end;
         !error && entry != end && ++seen < kMostFiles; entry.increment(error)) {
        if (entry.depth() >= kDeepestFolder) entry.disable_recursion_pending();
        if (entry->path().filename().string().find("tfevents") != std::string::npos)
            folders.insert(entry->path().parent_path());
    }
    return folders;
}

std::vector<fs::path> files_of(const fs::path& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) return {path};
    const std::set<fs::path> folders = folders_with_events(path);
    if (folders.empty()) throw InputError("{}: holds no TensorBoard events (a file named *tfevents*)", path.string());
    if (folders.size() > 1)
        throw InputError("{}: holds the events of {} runs; name one of their folders, such as {}", path.string(),
                         folders.size(), folders.begin()->string());
    return io::event_files(*folders.begin());
}

// Each value may be a separate record; those of one step make a line.
void add(const io::EventRecord& record, const std::string& file, LogBuilder& log) {
    if (record.session_start) log.purge(record.step, file);
    for (const auto& [tag, value] : record.scalars) {
        log.begin_line_unless_same(record.step, record.wall_time, tag);
        log.add(tag, value);
    }
    for (const std::string& tag : record.others)
        if (!tag.starts_with("_hparams_/"))
            log.leave_out(fmt::format("{} is no scalar but an image, a histogram, a text or the like", quote(tag)));
}

}  // namespace

bool holds_events(const fs::path& folder) { return !folders_with_events(folder).empty(); }

Runs read_tensorboard(const fs::path& path, const ReadOptions& options) {
    ImportedRun run;
    run.format = "tensorboard";
    run.path = path;
    const fs::path named = fs::absolute(path);
    std::error_code error;
    name_after(
        run, (fs::is_directory(path, error) && named.has_filename() ? named : named.parent_path()).filename().string());
    LogBuilder log(path.string(), options);
    std::string hashes;
    std::uint64_t bytes = 0;
    for (const fs::path& file : files_of(path)) {
        const auto size = fs::file_size(file, error);
        if (error) throw InputError("{}: {}", file.string(), error.message());
        bytes += size;
        if (bytes > kLargestLog)
            throw InputError("{}: more than {} of events", path.string(), short_bytes(kLargestLog));
        io::refuse_foreign(file, "a TensorBoard event file", {io::FileKind::tensorboard});
        hashes += sha256_file(file);
        io::TensorBoardReader reader(file);
        log.begin_session();
        reader.read_records([&](const io::EventRecord& record) { add(record, file.filename().string(), log); });
        if (reader.lost_records() > 0)
            run.remarks.push_back(
                fmt::format("{} damaged records of {} are left out", reader.lost_records(), file.filename().string()));
        if (reader.damaged_beyond())
            run.remarks.push_back(fmt::format("{} is damaged at byte {}; what follows is left out",
                                              file.filename().string(), reader.offset()));
        else if (const auto end = static_cast<std::uint64_t>(reader.offset()); end < size)
            run.remarks.push_back(fmt::format("{} ends within a record: its last {} byte{} are left out",
                                              file.filename().string(), size - end, size - end == 1 ? "" : "s"));
    }
    log.require_named_columns();
    run.sha256 = sha256_hex(hashes);
    return log.finish(run);
}

}  // namespace ablate::interop::logs
