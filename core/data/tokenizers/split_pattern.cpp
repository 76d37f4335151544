#include "core/data/tokenizers/split_pattern.h"

#include "core/data/tokenizers/code_points.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ablate::data {

namespace {

struct Char {
    CharClass kind = CharClass::none;
    std::size_t bytes = 0;
};

constexpr std::array<CharClass, 128> ascii_classes = [] {
    std::array<CharClass, 128> classes{};
    for (int c = 0; c < 128; ++c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        classes[static_cast<std::size_t>(c)] = letter                                 ? CharClass::letter
                                               : c >= '0' && c <= '9'                 ? CharClass::number
                                               : c == ' ' || (c >= '\t' && c <= '\r') ? CharClass::space
                                                                                      : CharClass::other;
    }
    return classes;
}();

Char char_at(std::string_view text, std::size_t at) {
    if (at >= text.size()) return {};
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) return {ascii_classes[byte], 1};
    const CodePoint character = code_point_at(text, at);
    return {class_of(character.value), character.bytes};
}

bool is_line_end(char byte) { return byte == '\r' || byte == '\n'; }

// Where the run of characters of one class that begins at `at` ends.
std::size_t run_end(std::string_view text, std::size_t at, CharClass kind) {
    for (Char next = char_at(text, at); next.kind == kind; next = char_at(text, at)) at += next.bytes;
    return at;
}

// 's|'t|'re|'ve|'m|'ll|'d at the start of `text`: its bytes, or 0.
std::size_t contraction(std::string_view text, bool any_case) {
    if (!text.starts_with('\'')) return 0;
    text.remove_prefix(1);
    constexpr std::string_view long_s = "\u017F";  // its other case is s
    if (any_case && text.starts_with(long_s)) return 1 + long_s.size();
    const auto same = [any_case](char a, char b) { return a == b || (any_case && (a | 0x20) == b); };
    for (const std::string_view ending : {"s", "t", "re", "ve", "m", "ll", "d"})
        if (text.size() >= ending.size() &&
            std::equal(ending.begin(), ending.end(), text.begin(), [&](char b, char a) { return same(a, b); }))
            return 1 + ending.size();
    return 0;
}

// \s+(?!\S)|\s+ : of whitespace before a word the last character is left to it.
std::size_t white_space(std::string_view text) {
    std::size_t end = 0, last = 0;
    for (Char next = char_at(text, 0); next.kind == CharClass::space; next = char_at(text, end)) {
        last = end;
        end += next.bytes;
    }
    return end == text.size() || last == 0 ? end : last;
}

// '(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
std::size_t gpt2_word(std::string_view text) {
    if (const std::size_t bytes = contraction(text, false)) return bytes;
    const std::size_t begin = text.front() == ' ' ? 1 : 0;
    const Char first = char_at(text, begin);
    if (first.kind == CharClass::space || first.kind == CharClass::none) return white_space(text);
    return run_end(text, begin, first.kind);
}

// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,DIGITS}|
// ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
std::size_t qwen2_word(std::string_view text, int digits) {
    if (const std::size_t bytes = contraction(text, true)) return bytes;
    const Char first = char_at(text, 0);
    if (first.kind == CharClass::letter) return run_end(text, 0, CharClass::letter);
    if (first.kind == CharClass::number) {
        std::size_t end = 0;
        for (Char next = first; next.kind == CharClass::number && digits > 0; --digits, next = char_at(text, end))
            end += next.bytes;
        return end;
    }
    const Char second = char_at(text, first.bytes);
    if (second.kind == CharClass::letter && !is_line_end(text.front()))
        return run_end(text, first.bytes, CharClass::letter);
    if (first.kind == CharClass::other || (text.front() == ' ' && second.kind == CharClass::other)) {
        std::size_t end = run_end(text, first.kind == CharClass::other ? 0 : 1, CharClass::other);
        while (end < text.size() && is_line_end(text[end])) ++end;
        return end;
    }
    const std::string_view run = text.substr(0, run_end(text, 0, CharClass::space));
    if (const auto line_end = run.find_last_of("\r\n"); line_end != std::string_view::npos) return line_end + 1;
    return white_space(text);
}

}  // namespace

std::optional<SplitPattern> split_pattern_of(std::string_view expression) {
    using Spelling = std::pair<std::string_view, SplitPattern>;
    static constexpr std::array<Spelling, 5> spellings = {{
        {R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", SplitPattern::gpt2},
        {R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", SplitPattern::gpt2},
        {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
         SplitPattern::qwen2},
        {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
         SplitPattern::llama3},
        {R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)",
         SplitPattern::llama3},
    }};
    for (const auto& [spelling, pattern] : spellings)
        if (expression == spelling) return pattern;
    return std::nullopt;
}

std::size_t first_word(SplitPattern pattern, std::string_view text) {
    switch (pattern) {
        case SplitPattern::whole:
            return text.size();
        case SplitPattern::gpt2:
            return gpt2_word(text);
        case SplitPattern::qwen2:
            return qwen2_word(text, 1);
        case SplitPattern::llama3:
            return qwen2_word(text, 3);
    }
    return text.size();
}

}  // namespace ablate::data
