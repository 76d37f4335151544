#pragma once
#include "core/data/tokenizers/bpe_file.h"

namespace ablate::data {

// GPT-2's two files: vocab.json with merges.txt, or OpenAI's first names, encoder.json with vocab.bpe. `side` names the
// class (GPT2Tokenizer, which is also what no class means, or Qwen2Tokenizer).
BpeFile read_vocab_and_merges(const std::filesystem::path& vocab, const std::filesystem::path& merges, SideFiles& side);

// Adds the tokens of `side` to those of the main file. What is named without an id is taken where the vocabulary has
// it.
void add_side_tokens(SideFiles& side, const std::filesystem::path& folder, BpeDefinition& definition);

}  // namespace ablate::data
