#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ablate::data {

// How a text is cut into the words that BPE merges within. Each is a regular expression of a tokenizer.json, written
// out by hand: a matcher of expressions costs more than all the rest of encoding, and can be made to take forever.
enum class SplitPattern : std::uint8_t {
    whole,  // no cut
    gpt2,
    qwen2,  // Qwen2 and Qwen3
    llama3  // qwen2 with up to three digits in a word; also cl100k
};

// The pattern that the expression stands for, in the spellings that are in use.
std::optional<SplitPattern> split_pattern_of(std::string_view expression);

// Bytes of the first word of `text`, which is not empty. Bytes that are no UTF-8 go with punctuation.
std::size_t first_word(SplitPattern pattern, std::string_view text);

}  // namespace ablate::data
