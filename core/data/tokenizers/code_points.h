#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Characters of UTF-8 as tokenizers class them: Unicode's categories, by utf8proc.
namespace ablate::data {

struct CodePoint {
    std::int32_t value = -1;  // -1: a byte that is no UTF-8
    std::size_t bytes = 0;
};

enum class CharClass : std::uint8_t {
    other,
    letter,  // \p{L}
    number,  // \p{N}
    space,   // \s: White_Space
    none     // after the end of the text
};

CodePoint code_point_at(std::string_view text, std::size_t at);  // at < text.size()
CharClass class_of(std::int32_t code);
bool is_white_space(std::int32_t code);
bool is_word_character(std::int32_t code);  // \w of UTS 18: alphabetic, marks, digits, connectors, joiners

// Where the whitespace at the end of `text` begins, and where that at its start ends.
std::size_t trailing_space(std::string_view text);
std::size_t leading_space(std::string_view text);

// Unicode's normal form C of `text`, as Hugging Face's library makes it (by Unicode 9): the text itself where it is
// known to be in it, else a view of `buffer`. Bytes that are no UTF-8 stay as they are.
std::string_view nfc(std::string_view text, std::string& buffer);

}  // namespace ablate::data
