#pragma once
#include "core/data/tokenizers/byte_level_bpe.h"

#include <filesystem>

namespace ablate::data {

struct BpeFile {
    BpeDefinition definition;
    std::vector<std::int32_t> before, behind;  // what the post-processor puts around a text
};

// A tokenizer.json of Hugging Face's `tokenizers` with a byte-level BPE: the split patterns of split_pattern.h, the
// normaliser NFC or none, merges as "a b" or ["a", "b"]. InputError, one line, for anything else, naming it. Its
// truncation and padding are not applied.
BpeFile read_tokenizer_json(const std::filesystem::path& file);

// GPT-2's two files. Beside them, tokenizer_config.json may name the class (GPT2Tokenizer, which is also what its
// absence means, or Qwen2Tokenizer) and list added tokens.
BpeDefinition read_vocab_and_merges(const std::filesystem::path& vocab, const std::filesystem::path& merges);

}  // namespace ablate::data
