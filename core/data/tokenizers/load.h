#pragma once
#include "core/data/tokenizer.h"

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

}  // namespace ablate::data
