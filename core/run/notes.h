#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What people write beside a run: RUN/notes.json. Training neither reads nor writes it.
namespace ablate::run {

inline constexpr std::size_t kLongestNote = 64u << 10;  // bytes
inline constexpr std::size_t kLongestTag = 64;          // bytes
inline constexpr std::size_t kMostTags = 32;

struct Notes {
    std::string text;
    std::vector<std::string> tags;  // each once, in the order they were added
    bool empty() const { return text.empty() && tags.empty(); }
    bool operator==(const Notes&) const = default;
};

// A change of notes rather than their new value: two windows that tag one run do not undo each other.
struct NotesEdit {
    std::optional<std::string> text;
    std::vector<std::string> add_tags, remove_tags;
};

// `tag` without the space around it. InputError: empty, too long, or holding a comma or control character.
std::string checked_tag(std::string_view tag);
// Empty when there are none; InputError when notes.json is damaged, too large or of a newer format.
Notes read_notes(const std::filesystem::path& run);
// What the notes are after the edit; InputError when they would be too long. Removing an absent tag is no error.
Notes edited(Notes notes, const NotesEdit& edit);
// Reads, edits and replaces notes.json atomically, one edit after another; damaged notes are left alone (InputError).
// Returns what it wrote.
Notes edit_notes(const std::filesystem::path& run, const NotesEdit& edit);

}  // namespace ablate::run
