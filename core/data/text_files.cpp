#include "core/data/text_files.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/sniff.h"

#include <algorithm>
#include <map>
#include <optional>

namespace ablate::data {

namespace fs = std::filesystem;
using io::FileKind;

namespace {

std::string lower_name(const fs::path& file) { return lower_case(file.filename().string()); }

bool has_extension(const fs::path& file, std::initializer_list<const char*> extensions) {
    std::string name = lower_name(file);
    if (name.ends_with(".gz")) name.resize(name.size() - 3);
    return std::any_of(extensions.begin(), extensions.end(), [&](const char* one) { return name.ends_with(one); });
}

// ".parquet", ".tar.gz"; "without extension".
std::string extension_of(const fs::path& file) {
    const fs::path name = lower_name(file);
    if (name.extension() == ".gz") return name.stem().extension().string() + ".gz";
    return name.has_extension() ? name.extension().string() : "without extension";
}

// Whether a JSON object is alone on one line: a JSON lines file of one document.
bool is_one_line(std::string_view head) {
    const std::size_t newline = head.find('\n');
    return newline == std::string_view::npos || trim(head.substr(newline)).empty();
}

bool is_read(const fs::path& file) { return has_extension(file, {".txt", ".jsonl"}); }

// JSON is read as documents under a name that says so. Under another name it is refused, never read as prose.
void require_json_name(const fs::path& file, const io::Sniffed& sniffed) {
    if (has_extension(file, {".jsonl"})) return;
    throw InputError(
        "{}: is {}, not plain text: give it a name that ends in .jsonl{}, and Ablate reads its documents "
        "(data.text_field names the field that holds the text)",
        file.string(), io::describe(sniffed), sniffed.gzipped ? ".gz" : "");
}

struct Folder {
    std::vector<fs::path> read, unread;
};

Folder look_into(const fs::path& folder) {
    Folder found;
    for (fs::recursive_directory_iterator entry(folder), end; entry != end; ++entry) {
        if (entry->path().filename() == ".git") {
            entry.disable_recursion_pending();
            continue;
        }
        const bool is_file = entry->is_regular_file();
        if (is_file && is_read(entry->path()))
            found.read.push_back(entry->path());
        else if (is_file || entry->is_symlink())  // a linked folder is not followed
            found.unread.push_back(entry->path());
    }
    std::sort(found.read.begin(), found.read.end());
    std::sort(found.unread.begin(), found.unread.end());
    return found;
}

// "12 .parquet, 3 .md", the most frequent first.
std::string counted_extensions(const std::vector<fs::path>& files) {
    std::map<std::string, std::int64_t> counts;
    for (const fs::path& file : files) ++counts[extension_of(file)];
    std::vector<std::pair<std::string, std::int64_t>> sorted(counts.begin(), counts.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    std::vector<std::string> words;
    for (const auto& [extension, count] : sorted)
        words.push_back(fmt::format("{} {}", with_thousands(count), extension));
    return join(words, ", ");
}

[[noreturn]] void throw_no_text(const fs::path& folder, const std::vector<fs::path>& unread) {
    for (const fs::path& file : unread)
        if (fs::is_regular_file(file) && !has_extension(file, {".md", ".yaml", ".py"})) text_shape(file);
    throw InputError("{}: no .txt or .jsonl file (also with .gz) in this folder{}", folder.string(),
                     unread.empty() ? "" : "; it holds " + counted_extensions(unread));
}

// Bytes of the well-formed UTF-8 sequence at `i` (Unicode 15, table 3-7), 0 when there is none. NUL is not text.
std::size_t sequence_length(std::string_view text, std::size_t i) {
    const auto byte = [&](std::size_t k) { return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u; };
    const auto follows = [&](std::size_t k, unsigned low = 0x80, unsigned high = 0xBF) {
        return byte(k) >= low && byte(k) <= high;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return first == 0 ? 0 : 1;
    if (first < 0xC2 || first > 0xF4) return 0;
    if (first < 0xE0) return follows(1) ? 2 : 0;
    if (first < 0xF0) return follows(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
    return follows(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4 : 0;
}

// The first byte of a binary or UTF-16 file that no text in UTF-8 has, with its line and position.
[[noreturn]] void throw_not_utf8(const fs::path& file, const io::Sniffed& sniffed) {
    std::int64_t line = 1;
    std::size_t line_start = 0, i = 0;
    const std::string_view head = sniffed.head;
    for (std::size_t length; i < head.size(); i += length) {
        length = sequence_length(head, i);
        if (length == 0 || io::is_no_text(head[i])) break;
        if (head[i] != '\n') continue;
        ++line;
        line_start = i + 1;
    }
    throw InputError("{}:{}: byte 0x{:02X} at position {} is not UTF-8 text: the file is {}", file.string(), line,
                     i < head.size() ? static_cast<unsigned char>(head[i]) : 0, i - line_start + 1,
                     sniffed.kind == FileKind::utf16
                         ? "in UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 FILE > NEW"
                         : io::describe(sniffed));
}

const Json* member(const Json& document, const std::string& field) {
    if (!document.is_object()) return nullptr;
    if (const auto found = document.find(field); found != document.end()) return &*found;
    for (auto dot = field.find('.'); dot != std::string::npos; dot = field.find('.', dot + 1))
        if (const auto found = document.find(field.substr(0, dot)); found != document.end())
            if (const Json* nested = member(*found, field.substr(dot + 1))) return nested;
    return nullptr;
}

// The names of an object's fields; of those that hold text, the fields that may be chosen.
void collect_fields(const Json& object, const std::string& before, std::vector<std::string>& names,
                    std::vector<std::string>& texts) {
    for (const auto& item : object.items()) {
        const std::string name = before + item.key();
        if (item.value().is_object() && before.size() < 200) {
            collect_fields(item.value(), name + ".", names, texts);
            continue;
        }
        names.push_back(name);
        if (item.value().is_string()) texts.push_back(name);
    }
}

// What the user probably means: a field whose name is nearly the one asked for, else one that usually holds documents.
std::optional<std::string> likely_field(const std::string& field, const std::vector<std::string>& texts) {
    if (auto near = nearest_name(field, texts)) return near;
    for (const char* usual : {"text", "content", "body", "article", "document", "story", "passage", "completion",
                              "response", "output", "code", "markdown"})
        for (const std::string& name : texts)
            if (name == usual || name.ends_with(std::string(".") + usual)) return name;
    if (texts.size() == 1) return texts.front();
    return {};
}

[[noreturn]] void throw_no_field(const Json& document, const std::string& field, const std::string& where) {
    std::vector<std::string> names, texts;
    collect_fields(document, "", names, texts);
    if (names.empty()) throw InputError("{}: no field '{}' (data.text_field): the object is empty", where, field);
    const auto likely = likely_field(field, texts);
    constexpr std::size_t shown = 12;
    const std::size_t more = names.size() > shown ? names.size() - shown : 0;
    names.resize(names.size() - more);
    throw InputError("{}: no field '{}' (data.text_field): the document has the field{} {}{}; {}", where, field,
                     names.size() == 1 ? "" : "s", join(names, ", "), more ? fmt::format(" and {} more", more) : "",
                     likely          ? fmt::format("set data.text_field={}", *likely)
                     : texts.empty() ? std::string("none of them holds a string; write each document as one")
                                     : std::string("set data.text_field to the one that holds the text"));
}

}  // namespace

TextShape text_shape(const fs::path& file) {
    io::Sniffed sniffed = io::sniff(file);
    switch (sniffed.kind) {
        case FileKind::empty:
        case FileKind::text:
            if (has_extension(file, {".jsonl"})) return TextShape::json_lines;
            if (has_extension(file, {".csv", ".tsv"})) {
                sniffed.kind = FileKind::table;
                io::throw_foreign(file, sniffed, "text");
            }
            return TextShape::lines;
        case FileKind::json_lines:
            require_json_name(file, sniffed);
            return TextShape::json_lines;
        case FileKind::json_array:
            require_json_name(file, sniffed);
            return TextShape::json_array;
        case FileKind::json_object:
            if (is_one_line(sniffed.head)) {
                require_json_name(file, sniffed);
                return TextShape::json_lines;
            }
            throw InputError(
                "{}: is one JSON object on several lines, not documents: write one object a line (JSON lines), or an "
                "array of objects",
                file.string());
        case FileKind::utf16:
        case FileKind::binary:
            throw_not_utf8(file, sniffed);
        default:
            io::throw_foreign(file, sniffed, "text");
    }
}

std::vector<fs::path> text_files(const fs::path& text) {
    try {
        if (!fs::exists(text))
            throw InputError("{}: no such text file or folder; data.text or data.val.NAME names it", text.string());
        if (!fs::is_directory(text)) return {text};
        Folder found = look_into(text);
        if (found.read.empty()) throw_no_text(text, found.unread);
        return std::move(found.read);
    } catch (const fs::filesystem_error& error) {
        throw InputError("{}: {}", text.string(), error.code().message());
    }
}

std::string unread_remark(const fs::path& text) {
    try {
        if (!fs::is_directory(text)) return {};
        const std::vector<fs::path> unread = look_into(text).unread;
        if (unread.empty()) return {};
        const std::string files = unread.size() == 1 ? "one file of this folder is"
                                                     : with_thousands(std::ssize(unread)) + " files of this folder are";
        return fmt::format("{}: {} not read: {}. Ablate reads .txt and .jsonl files, also with .gz", text.string(),
                           files, counted_extensions(unread));
    } catch (const fs::filesystem_error& error) {
        throw InputError("{}: {}", text.string(), error.code().message());
    }
}

void require_utf8(std::string_view line, const std::string& where) {
    for (std::size_t i = 0; i < line.size();) {
        const std::size_t length = sequence_length(line, i);
        if (length == 0)
            throw InputError("{}: byte 0x{:02X} at position {} is not UTF-8 text{}", where,
                             static_cast<unsigned char>(line[i]), i + 1,
                             line[i] == '\0' ? ""
                                             : "; if the file is in another encoding, convert it first, for example "
                                               "from Latin-1: iconv -f LATIN1 -t UTF-8 FILE > NEW");
        i += length;
    }
}

std::string text_of(const Json& document, const std::string& field, const std::string& where) {
    if (!document.is_object())
        throw InputError("{}: is of type {}, not an object with a field '{}' (data.text_field)", where,
                         document.type_name(), field);
    const Json* found = member(document, field);
    if (!found) throw_no_field(document, field, where);
    if (found->is_string()) return found->get<std::string>();
    throw InputError("{}: field '{}' is {}, not a string", where, field,
                     found->is_null() ? std::string("null") : fmt::format("of type {}", found->type_name()));
}

}  // namespace ablate::data
