#pragma once
#include "core/config/run_config.h"

#include <filesystem>
#include <functional>
#include <string>

namespace ablate::data {

// Called now and then with what is being done and how far it is, 0 to 1. Throwing from it abandons the work.
using Progress = std::function<void(const std::string& what, double share)>;

// The documents of a text, in a fixed order and never all in memory: a file (.txt, .jsonl, either with .gz) or a folder of them
// in path order. Borders are <|endoftext|>, a .jsonl line, a file's end, or every `block_lines` lines where a file has no <|endoftext|>.
// Document i is held out for validation when i % val_every == val_every / 2. Empty lines are left out of block-cut documents.
// InputError: missing or empty text, a .jsonl line without the field (file and line).
struct Document {
    std::string text;  // lines end in '\n'
    bool validation = false;
};
void for_each_document(const DataConfig& config, const std::filesystem::path& text,
                       const std::function<void(const Document&)>& take, const Progress& progress = {});

// Where a study's text comes from; every output says so when it is not the user's own.
enum class TextOrigin { given, standin, stories };
const char* to_string(TextOrigin origin);
struct TextSource {
    std::filesystem::path path;
    TextOrigin origin = TextOrigin::given;
    std::string note;  // one line for outputs: "the World English Bible stands in for data.text"
};
// data.text when set (InputError if missing); else the text packaging/setup fetched ($ABLATE_TEXT, or .deps/text/web.txt
// beside the program's tree); else stories by the seeded generator, written to `cache`.
TextSource find_text(const DataConfig& config, const std::filesystem::path& cache);

}  // namespace ablate::data
