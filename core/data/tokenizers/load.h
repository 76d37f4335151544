#pragma once
#include "core/data/tokenizer.h"

#include <optional>

namespace ablate::data {

struct LoadedTokenizer {
    std::filesystem::path file;  // what it was read from
    std::unique_ptr<Tokenizer> tokenizer;
    // What a model that came with it expects around a whole text: Llama 3 has <|begin_of_text|> before it.
    std::vector<std::int32_t> before, after;
    std::vector<std::string> remarks;  // what was passed over or left out, a sentence each
};

// Reads a tokenizer: a tokenizer.json, a vocab.json with merges.txt, an encoder.json with vocab.bpe, or a sentencepiece
// .model, and the files next to it that change ids (side_files.h). Of a folder, the first of these that can be read.
// A folder of tokens that version 0.1 made is encoded line by line, as it did. InputError: nothing of the kind,
// damaged, or made in a way that is not known here, which is named.
LoadedTokenizer load_tokenizer(const std::filesystem::path& path);

// The file load_tokenizer() reads of a folder; nothing: the folder holds no tokenizer.
std::optional<std::filesystem::path> find_tokenizer(const std::filesystem::path& folder);

// Whether the tokens in the folder were made by encoding each line alone, as version 0.1 did, with a tokenizer for
// which that makes a difference.
bool encodes_by_lines(const std::filesystem::path& folder);

// Every file that belongs to the tokenizer at `path` (a folder, or the file load_tokenizer() would read): what to copy
// where a model or its tokens go. The file that is read comes first, under its own name; then what is read with it and,
// of a folder, what else such a folder holds.
std::vector<std::filesystem::path> tokenizer_files(const std::filesystem::path& path);

// The name under which a folder holds the main file: its own if it is one of those known, else by its extension.
std::filesystem::path name_in_folder(const std::filesystem::path& main_file);

}  // namespace ablate::data
