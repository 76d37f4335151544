#include "core/data/file_hashes.h"

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/data/text_files.h"
#include "core/io/json_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace ablate::data {

namespace fs = std::filesystem;

namespace {

// A file changed this lately may change again within one tick of its time stamp, unseen.
constexpr std::int64_t settled_seconds = 2;

Json state_of(const struct stat& status) {
    return {{"size", status.st_size}, {"seconds", status.st_mtim.tv_sec}, {"nanoseconds", status.st_mtim.tv_nsec}};
}

// Tells a file from another that took its place within the same tick.
Json with_inode(Json state, const struct stat& status) {
    state["inode"] = status.st_ino;
    return state;
}

}  // namespace

FileHashes::FileHashes(fs::path memo) : memo_(std::move(memo)) {
    try {
        if (fs::exists(memo_)) known_ = io::read_json(memo_);
        if (!known_.is_object()) known_ = Json::object();
    } catch (const InputError&) {
        known_ = Json::object();
    }
}

std::string FileHashes::of(const fs::path& file) {
    struct stat status {};
    std::error_code error;
    const fs::path canonical = fs::canonical(file, error);
    if (error || stat(canonical.c_str(), &status) != 0) return sha256_file(file);

    const Json state = state_of(status);
    if (std::string hash = remembered(canonical, state); !hash.empty()) return hash;
    const auto recent = recent_.find(canonical.string());
    if (recent != recent_.end() && recent->second.state == with_inode(state, status)) return recent->second.sha256;

    const std::string hash = sha256_file(file);
    if (!memo_.empty() && std::time(nullptr) - status.st_mtim.tv_sec >= settled_seconds) {
        known_[canonical.string()] = {{"state", state}, {"sha256", hash}};
        changed_ = true;
    } else {
        recent_[canonical.string()] = {with_inode(state, status), hash};
    }
    return hash;
}

void FileHashes::note(const fs::path& file, const std::string& sha256) {
    struct stat status {};
    std::error_code error;
    const fs::path canonical = fs::canonical(file, error);
    if (!error && stat(canonical.c_str(), &status) == 0)
        recent_[canonical.string()] = {with_inode(state_of(status), status), sha256};
}

std::string FileHashes::remembered(const fs::path& canonical, const Json& state) const {
    const auto found = known_.find(canonical.string());
    if (found == known_.end() || found->value("state", Json()) != state) return {};
    return found->value("sha256", Json()).is_string() ? found->at("sha256").get<std::string>() : std::string();
}

bool FileHashes::knows(const fs::path& text) const {
    const std::vector<fs::path> files = text_files(text);
    return std::all_of(files.begin(), files.end(), [this](const fs::path& file) {
        struct stat status {};
        std::error_code error;
        const fs::path canonical = fs::canonical(file, error);
        return !error && stat(canonical.c_str(), &status) == 0 && !remembered(canonical, state_of(status)).empty();
    });
}

std::string FileHashes::of_text(const fs::path& text) {
    const std::vector<fs::path> files = text_files(text);
    const bool folder = fs::is_directory(text);
    if (!folder && text_shape(text) == TextShape::lines) return of(text);
    Sha256 hash;
    for (const fs::path& file : files) {
        const std::string name = folder ? file.lexically_relative(text).string() : ".jsonl";
        hash.update(fmt::format("{} {}\n", of(file), name));
    }
    return hash.hex();
}

void FileHashes::save() const {
    if (changed_) io::write_json(memo_, known_);
}

}  // namespace ablate::data
