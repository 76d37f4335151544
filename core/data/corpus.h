#pragma once
#include "core/config/run_config.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace ablate::data {

// Called now and then with what is being done and how far it is, 0 to 1. Throwing from it abandons the work.
using Progress = std::function<void(const std::string& what, double share)>;

struct Document {
    std::string text;  // lines end in '\n'
    bool validation = false;
    bool bordered = false;  // ends at a border its author set (<|endoftext|>, a JSON document), not at a block of lines
};

// The documents of texts, in a fixed order and never all in memory. A text is a file or a folder of files in path order
// (text_files.h); what a file holds is told by its first bytes: plain text, or in a .jsonl JSON lines or one array of
// objects, each also compressed with gzip. A document ends at <|endoftext|>, at the end of a JSON document or a file,
// or every `block_lines` lines where a plain file has no <|endoftext|>; empty lines are left out of block-cut
// documents. Lines may end in "\n", "\r\n" or "\r". Document i is held out for validation when i % val_every ==
// val_every / 2, unless data.val names other texts. InputError: a missing or empty text, a file of another kind,
// bytes that are not UTF-8, a JSON document without the field (file and line).
class DocumentReader {
  public:
    // `search_bytes`: of a plain file, how many are searched for <|endoftext|> before it is read. Whoever reads only
    // the beginning of a text need not search all of it.
    DocumentReader(const DataConfig& config, const std::vector<std::filesystem::path>& texts,
                   std::uint64_t search_bytes = std::numeric_limits<std::uint64_t>::max());
    ~DocumentReader();
    bool next(Document& document);
    double share() const;  // of the bytes on disk, read so far

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// Remarks on the texts and on those of data.val, a line each, for every output: files of a folder that are not read.
std::vector<std::string> text_remarks(const DataConfig& config, const std::vector<std::filesystem::path>& texts);

}  // namespace ablate::data
