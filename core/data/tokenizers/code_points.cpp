#include "core/data/tokenizers/code_points.h"

#include <utf8proc.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <utility>

namespace ablate::data {

namespace {

const utf8proc_uint8_t* bytes_of(std::string_view text) {
    return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

bool is_ascii(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

using Range = std::pair<std::int32_t, std::int32_t>;  // first and last

template <std::size_t n>
bool is_in(std::int32_t code, const std::array<Range, n>& ranges) {
    for (const auto& [first, last] : ranges)
        if (code >= first && code <= last) return true;
    return false;
}

// Most text is made of these: starters that NFC leaves alone and that compose with nothing before them (NFC_QC=Yes).
bool stays_in_nfc(std::int32_t code) {
    static constexpr std::array<Range, 8> inert = {{{0x2010, 0x2027},
                                                    {0x0391, 0x0482},
                                                    {0x3001, 0x3020},
                                                    {0x3041, 0x3096},
                                                    {0x30A1, 0x30FA},
                                                    {0x4E00, 0x9FFF},
                                                    {0xAC00, 0xD7A3},
                                                    {0x1F300, 0x1F64F}}};
    return code < 0x300 || is_in(code, inert);
}

// Marks and one vowel sign that are younger than Unicode 9, whose tables Hugging Face's library normalizes with: it
// knows neither their order nor what they compose with, so no reordering and no composition crosses them.
bool is_barrier(std::int32_t code) {
    static constexpr std::array<Range, 33> young = {
        {{0x07FD, 0x07FD},   {0x0898, 0x089F},   {0x08CA, 0x08D3},   {0x09FE, 0x09FE},   {0x0C3C, 0x0C3C},
         {0x0D3B, 0x0D3C},   {0x0EBA, 0x0EBA},   {0x1715, 0x1715},   {0x1ABF, 0x1ACE},   {0x1DF6, 0x1DFA},
         {0xA82C, 0xA82C},   {0x10D24, 0x10D27}, {0x10EAB, 0x10EAC}, {0x10F46, 0x10F50}, {0x10F82, 0x10F85},
         {0x11070, 0x11070}, {0x1133B, 0x1133B}, {0x1145E, 0x1145E}, {0x11839, 0x1183A}, {0x11930, 0x11930},
         {0x1193D, 0x1193E}, {0x11943, 0x11943}, {0x119E0, 0x119E0}, {0x11A34, 0x11A34}, {0x11A47, 0x11A47},
         {0x11A99, 0x11A99}, {0x11D42, 0x11D42}, {0x11D44, 0x11D45}, {0x11D97, 0x11D97}, {0x16FF0, 0x16FF1},
         {0x1E130, 0x1E136}, {0x1E2AE, 0x1E2AE}, {0x1E2EC, 0x1E2EF}}};
    return is_in(code, young);
}

void append_nfc(std::string_view text, std::string& out) {
    utf8proc_uint8_t* mapped = nullptr;
    const auto length = utf8proc_map(bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                     static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
    if (length < 0) throw std::bad_alloc();  // the text is UTF-8: nothing else can fail
    out.append(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length));
}

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t at) {
    if (is_ascii(text[at])) return {text[at], 1};
    std::int32_t code = -1;
    const auto length = utf8proc_iterate(bytes_of(text) + at, static_cast<utf8proc_ssize_t>(text.size() - at), &code);
    return length > 0 ? CodePoint{code, static_cast<std::size_t>(length)} : CodePoint{-1, 1};
}

bool is_white_space(std::int32_t code) {
    static constexpr std::array<Range, 10> spaces = {{{0x09, 0x0D},
                                                      {0x20, 0x20},
                                                      {0x85, 0x85},
                                                      {0xA0, 0xA0},
                                                      {0x1680, 0x1680},
                                                      {0x2000, 0x200A},
                                                      {0x2028, 0x2029},
                                                      {0x202F, 0x202F},
                                                      {0x205F, 0x205F},
                                                      {0x3000, 0x3000}}};
    return is_in(code, spaces);
}

CharClass class_of(std::int32_t code) {
    if (code < 0) return CharClass::other;
    if (is_white_space(code)) return CharClass::space;
    switch (utf8proc_category(code)) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
            return CharClass::letter;
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_NO:
            return CharClass::number;
        default:
            return CharClass::other;
    }
}

bool is_word_character(std::int32_t code) {
    // The symbols that are alphabetic: letters in circles and squares.
    static constexpr std::array<Range, 4> enclosed = {
        {{0x24B6, 0x24E9}, {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189}}};
    if (code < 0) return false;
    if (class_of(code) == CharClass::letter || code == 0x200C || code == 0x200D) return true;
    switch (utf8proc_category(code)) {
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
        case UTF8PROC_CATEGORY_ME:
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_PC:
            return true;
        default:
            return is_in(code, enclosed);
    }
}

std::size_t trailing_space(std::string_view text) {
    std::size_t begin = text.size();
    while (begin > 0) {
        std::size_t last = begin - 1;
        while (last > 0 && begin - last < 4 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
        const CodePoint character = code_point_at(text, last);
        if (last + character.bytes != begin || !is_white_space(character.value)) break;
        begin = last;
    }
    return begin;
}

std::size_t leading_space(std::string_view text) {
    std::size_t end = 0;
    while (end < text.size()) {
        const CodePoint character = code_point_at(text, end);
        if (!is_white_space(character.value)) break;
        end += character.bytes;
    }
    return end;
}

std::string_view nfc(std::string_view text, std::string& buffer) {
    buffer.clear();
    std::size_t copied = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (is_ascii(text[at])) {
            ++at;
            continue;
        }
        // A run of other characters, and the ASCII character before it, which may carry its first marks.
        const std::size_t first = at > 0 && is_ascii(text[at - 1]) ? at - 1 : at;
        bool stays = true, barrier = false;
        CodePoint character;
        for (; at < text.size() && !is_ascii(text[at]); at += character.bytes) {
            character = code_point_at(text, at);
            const bool stays_so = stays_in_nfc(character.value);
            barrier = character.value < 0 || (!stays_so && is_barrier(character.value));
            if (barrier) break;
            stays = stays && stays_so;
        }
        if (!stays) {
            buffer.append(text.substr(copied, first - copied));
            append_nfc(text.substr(first, at - first), buffer);
            copied = at;
        }
        if (barrier) at += character.bytes;
    }
    if (copied == 0) return text;
    buffer.append(text.substr(copied));
    return buffer;
}

}  // namespace ablate::data
