#pragma once
#include "core/config/run_config.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ablate::data {

// Called now and then with what is being done and how far it is, 0 to 1. Throwing from it abandons the work.
using Progress = std::function<void(const std::string& what, double share)>;

struct Document {
    std::string text;  // lines end in '\n'
    bool validation = false;
    bool bordered = false;  // ends at a border its author set (<|endoftext|>, a .jsonl line), not at a block of lines
};

// The documents of texts, in a fixed order and never all in memory: each a file (.jsonl or plain, either gzipped) or a
// folder of them (.txt, .jsonl, either with .gz) in path order. Borders are <|endoftext|>, a .jsonl line, a file's end,
// or every `block_lines` lines where a file has no <|endoftext|>; empty lines are left out of block-cut documents.
// Document i is held out for validation when i % val_every == val_every / 2, unless data.val names texts of its own.
// InputError: missing or empty text, bytes that are not UTF-8, a .jsonl line without the field (file and line).
class DocumentReader {
  public:
    DocumentReader(const DataConfig& config, const std::vector<std::filesystem::path>& texts);
    ~DocumentReader();
    bool next(Document& document);
    double share() const;  // of the bytes on disk, read so far

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// The files DocumentReader reads for a text, in its order; whether it reads one as .jsonl.
std::vector<std::filesystem::path> text_files(const std::filesystem::path& text);
bool is_json_lines(const std::filesystem::path& file);

// Where a study's text comes from; every output says so when it is not the user's own.
enum class TextOrigin { given, standin, stories };
const char* to_string(TextOrigin origin);
struct TextSource {
    std::filesystem::path path;
    TextOrigin origin = TextOrigin::given;
    std::string note;  // one line for outputs; empty when the text was given
};
// data.text when set (InputError if missing); else the text packaging/setup fetched ($ABLATE_TEXT, or
// .deps/text/web.txt in a folder above the program or the current one); else stories by the seeded generator, written
// to `cache`.
TextSource find_text(const DataConfig& config, const std::filesystem::path& cache);

}  // namespace ablate::data
