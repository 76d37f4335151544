#pragma once
#include "core/data/tokenizer.h"
#include "core/data/tokenizers/added_tokens.h"
#include "core/data/tokenizers/split_pattern.h"

#include <optional>
#include <unordered_map>

namespace ablate::data {

// What the files of a byte-level BPE say. Tokens are spelled in GPT-2's alphabet, which has a printable character for
// each of the 256 bytes: "Ġthe" is " the".
struct BpeDefinition {
    struct Merge {
        std::int32_t left, right, merged;
    };
    std::string file;                                // for messages
    std::vector<std::optional<std::string>> tokens;  // by id; without one where an id is not in use
    std::unordered_map<std::string, std::int32_t> ids;
    std::vector<Merge> merges;
    std::vector<AddedToken> added;                            // their ids may follow those of `tokens`
    std::unordered_map<std::string, std::int32_t> added_ids;  // of the contents of `added`
    std::int32_t first_free_id = 0;                           // above all ids of `added`
    SplitPattern split = SplitPattern::gpt2;
    bool nfc = false;
    bool add_prefix_space = false;  // before a text that does not begin with one
    bool ignore_merges = false;     // a word that is a token is that token, whatever the merges make of it
    std::int32_t unknown = -1;      // the token of bytes that have none; -1: they are left out
    bool fuse_unknown = false;      // one for a whole run of them
};

// The byte-level BPE of GPT-2 and its descendants: added tokens are cut out, the rest is normalized, cut into words by
// the split pattern, and each word's bytes are merged. Gives the ids that Hugging Face's `tokenizers` gives. Bytes that
// are no UTF-8 are encoded like all others, and decode() gives them back.
std::unique_ptr<Tokenizer> make_byte_level_bpe(BpeDefinition definition);

}  // namespace ablate::data
