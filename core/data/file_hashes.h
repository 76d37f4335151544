#pragma once
#include "core/base/json.h"

#include <filesystem>
#include <string>

namespace ablate::data {

// The sha256 of files, each read once: a hash is remembered with the file's size and time of change in a memo that
// outlives the process. A damaged memo is forgotten.
class FileHashes {
  public:
    FileHashes() = default;  // remembers nothing
    explicit FileHashes(std::filesystem::path memo);
    std::string of(const std::filesystem::path& file);  // InputError when it cannot be read
    // Of a text's contents: a plain file's own hash; of JSON or a folder, one that covers that or the names.
    std::string of_text(const std::filesystem::path& text);
    // Whether every file of a text is remembered as it is now, so that its hash costs nothing.
    bool knows(const std::filesystem::path& text) const;
    void save() const;

  private:
    std::string remembered(const std::filesystem::path& canonical, const Json& state) const;
    std::filesystem::path memo_;
    Json known_ = Json::object();  // canonical path -> {size, time, sha256}
    bool changed_ = false;
};

}  // namespace ablate::data
