#pragma once
#include "core/data/tokenizer.h"

#include <optional>

namespace ablate::data {

struct LoadedTokenizer {
    std::filesystem::path file;  // what it was read from
    std::unique_ptr<Tokenizer> tokenizer;
    // What a model that came with it expects around a whole text: Llama 3 has <|begin_of_text|> before it.
    std::vector<std::int32_t> before, behind;
};

// Reads a tokenizer.json, a vocab.json with its merges.txt, or a sentencepiece .model; of a folder, the first of these
// it holds. InputError: nothing of the kind, damaged, or made in a way that is not known here, which is named.
LoadedTokenizer load_tokenizer(const std::filesystem::path& path);

// The file load_tokenizer() reads of a folder; nothing: the folder holds no tokenizer.
std::optional<std::filesystem::path> find_tokenizer(const std::filesystem::path& folder);

// Every file that belongs to the tokenizer at `path` (a folder, or the file load_tokenizer() would read): what to copy
// where a model or its tokens go. The file that is read comes first, under its own name; behind it, what is read with
// it and, of a folder, what else such a folder holds.
std::vector<std::filesystem::path> tokenizer_files(const std::filesystem::path& path);

}  // namespace ablate::data
