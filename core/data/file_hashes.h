#pragma once
#include "core/base/json.h"

#include <filesystem>
#include <map>
#include <string>

namespace ablate::data {

// The sha256 of files, each read once: a hash is remembered with the file's size and time of change. A memo on disk
// outlives the object; it leaves out files that changed a moment ago. A damaged memo is forgotten.
class FileHashes {
  public:
    FileHashes() = default;  // without a memo on disk
    explicit FileHashes(std::filesystem::path memo);
    std::string of(const std::filesystem::path& file);  // InputError when it cannot be read
    // Enters the hash of a file that was just written.
    void note(const std::filesystem::path& file, const std::string& sha256);
    // Of a text's contents: a plain file's own hash; of JSON or a folder, one that covers that or the names.
    std::string of_text(const std::filesystem::path& text);
    // Whether every file of a text is remembered as it is now, so that its hash costs nothing.
    bool knows(const std::filesystem::path& text) const;
    void save() const;

  private:
    struct Recent {
        Json state;
        std::string sha256;
    };
    std::string remembered(const std::filesystem::path& canonical, const Json& state) const;
    std::filesystem::path memo_;
    std::map<std::string, Recent> recent_;  // by canonical path: hashes that only this object knows
    Json known_ = Json::object();           // canonical path -> {size, time, sha256}
    bool changed_ = false;
};

}  // namespace ablate::data
