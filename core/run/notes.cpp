#include "core/run/notes.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/io/json_file.h"
#include "core/run/edit_lock.h"
#include "core/run/json_fields.h"

#include <algorithm>

namespace ablate::run {

namespace fs = std::filesystem;

namespace {

constexpr int kNotesFormat = 1;
constexpr std::uint64_t kLargestFile = 1u << 20;

fs::path file_of(const fs::path& run) { return run / run_files::kNotes; }

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

std::string checked_tag(std::string_view tag) {
    const std::string_view name = trim(tag);
    if (name.empty()) throw InputError("a tag is empty");
    if (name.size() > kLongestTag)
        throw InputError("tag {}: has {} bytes; at most {}", quote(name), name.size(), kLongestTag);
    if (name.find(',') != name.npos || std::any_of(name.begin(), name.end(), is_control))
        throw InputError("tag {}: commas and control characters cannot be part of a tag", quote(name));
    return std::string(name);
}

Notes read_notes(const fs::path& run) {
    const fs::path file = file_of(run);
    std::error_code error;
    if (!fs::exists(fs::symlink_status(file, error))) return {};
    const std::string where = file.string();
    const Json json = io::read_json(file, kLargestFile);
    require_object(json, where);
    if (const auto format = field<std::int64_t>(json, "format", where); format != kNotesFormat)
        throw InputError("{}: format {} is not known; this version reads format {}", where, format, kNotesFormat);
    NotesEdit stored{field<std::string>(json, "text", where), {}, {}};
    const auto tags = json.find("tags");
    if (tags == json.end() || !tags->is_array()) throw InputError("{}: tags is not a list", where);
    for (const Json& tag : *tags) {
        if (!tag.is_string()) throw InputError("{}: a tag is not a text", where);
        stored.add_tags.push_back(tag.get<std::string>());
    }
    try {
        return edited({}, stored);
    } catch (const InputError& beyond) {
        throw InputError("{}: {}", where, beyond.what());
    }
}

Notes edited(Notes notes, const NotesEdit& edit) {
    if (edit.text) notes.text = *edit.text;
    if (notes.text.size() > kLongestNote)
        throw InputError("a note has {} bytes; at most {}", with_thousands(std::ssize(notes.text)),
                         with_thousands(kLongestNote));
    for (const std::string& tag : edit.remove_tags) std::erase(notes.tags, std::string(trim(tag)));
    for (const std::string& added : edit.add_tags) {
        std::string tag = checked_tag(added);
        if (std::find(notes.tags.begin(), notes.tags.end(), tag) == notes.tags.end())
            notes.tags.push_back(std::move(tag));
    }
    if (notes.tags.size() > kMostTags) throw InputError("a run has {} tags; at most {}", notes.tags.size(), kMostTags);
    return notes;
}

Notes edit_notes(const fs::path& run, const NotesEdit& edit) {
    const EditLock lock(run);
    const Notes before = read_notes(run);
    Notes after = edited(before, edit);
    if (after == before) return after;
    io::write_json(file_of(run), {{"format", kNotesFormat}, {"text", after.text}, {"tags", after.tags}});
    return after;
}

}  // namespace ablate::run
