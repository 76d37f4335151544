#pragma once
#include "core/data/tokenizers/byte_level_bpe.h"
#include "core/data/tokenizers/side_files.h"

#include <filesystem>

namespace ablate::data {

struct BpeFile {
    BpeDefinition definition;
    std::vector<std::int32_t> before, after;  // what the post-processor puts around a text
};

// A tokenizer.json of Hugging Face's `tokenizers` with a byte-level BPE: the split patterns of split_pattern.h, the
// normalizer NFC or none, merges as "a b" or ["a", "b"]. InputError, one line, for anything else, naming it. Its
// truncation and padding are not applied.
BpeFile read_tokenizer_json(const std::filesystem::path& file);

// What the post-processor of a tokenizer.json puts around a text, whatever the rest of the file is: `definition` stays
// empty. InputError as above.
BpeFile read_text_border(const std::filesystem::path& file);

// GPT-2's two files: vocab.json with merges.txt, or OpenAI's first names, encoder.json with vocab.bpe. `side` names the
// class (GPT2Tokenizer, which is also what no class means, or Qwen2Tokenizer).
BpeFile read_vocab_and_merges(const std::filesystem::path& vocab, const std::filesystem::path& merges, SideFiles& side);

// Adds the tokens of `side` to those of the main file. What is named without an id is taken where the vocabulary has
// it.
void add_side_tokens(SideFiles& side, const std::filesystem::path& folder, BpeDefinition& definition);

}  // namespace ablate::data
