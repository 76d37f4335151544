#pragma once
#include "core/base/json.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

// What DocumentReader (corpus.h) needs to know of the files of a text.
namespace ablate::data {

enum class TextShape {
    lines,       // plain text
    json_lines,  // a JSON object on each line
    json_array,  // one JSON array of objects
};

// By the first bytes of the file, gzip included. InputError for a file that is not text: a table, UTF-16, a Git LFS
// pointer, Parquet and so on, by name and with what to do. JSON is refused too unless the file is called .jsonl.
TextShape text_shape(const std::filesystem::path& file);

// The files that are read for a text, in path order: the file itself, or those of a folder and its folders that are
// called .txt or .jsonl, each also with .gz. InputError when there is none.
std::vector<std::filesystem::path> text_files(const std::filesystem::path& text);

// A remark that counts the other files of a folder by extension; empty when there are none.
std::string unread_remark(const std::filesystem::path& text);

// InputError "WHERE: byte 0x.. at position N ..." for the first byte that is no UTF-8 text. NUL is not text.
void require_utf8(std::string_view line, const std::string& where);

// The text of one JSON document. `field` names a member, or with dots one of a nested object. InputError "WHERE: ..."
// names the fields that there are when it is missing.
std::string text_of(const Json& document, const std::string& field, const std::string& where);

}  // namespace ablate::data
