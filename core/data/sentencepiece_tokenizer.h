#pragma once
#include "core/data/tokenizer.h"
#include "core/data/tokenizers/added_tokens.h"

namespace ablate::data {

// Which texts get a space in front that they do not have ("Hello" is encoded as " Hello").
enum class PrefixSpace : std::uint8_t {
    as_model,  // as the .model says, for each stretch between added tokens
    always,    // each stretch between added tokens, unless it begins with a space: transformers' Metaspace "always"
    first,     // the same, but only the text's beginning: Metaspace "first"
    never
};

struct SentencePieceSettings {
    bool by_lines = false;  // version 0.1: each line is encoded alone, then the newline piece
    PrefixSpace prefix_space = PrefixSpace::as_model;
    // As transformers' LlamaTokenizer: control pieces (<s>) and user-defined ones are found where a text spells them.
    bool is_llama = false;
    bool strict = false;            // refuse what transformers would give other ids
    std::vector<AddedToken> added;  // beside the model's pieces, or pieces that are found in a text as they are
};

// A sentencepiece .model. Texts are encoded as a whole, as sentencepiece and transformers do. InputError: not a model,
// or an added token whose id or content is another piece's.
std::unique_ptr<Tokenizer> load_sentencepiece(const std::filesystem::path& model, SentencePieceSettings settings = {});

}  // namespace ablate::data
