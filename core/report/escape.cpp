#include "core/report/escape.h"

#include <cstdint>
#include <utility>

namespace ablate::report {

namespace {

struct CodePoint {
    std::uint32_t value = 0;
    std::size_t bytes = 1;  // 0: not UTF-8
};

CodePoint decode(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at);
    if (first < 0x80) return {first, 1};
    const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + bytes > text.size()) return {0, 0};
    std::uint32_t value = first & (0x7Fu >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80) return {0, 0};
        value = value << 6 | (byte(at + i) & 0x3F);
    }
    const bool overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (overlong || surrogate || value > 0x10FFFF) return {0, 0};
    return {value, bytes};
}

bool is_hidden(std::uint32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

// Printable text with each character that `replacement` names replaced; nullptr keeps one.
template <class Replacement>
std::string replaced(std::string_view text, Replacement replacement) {
    std::string result;
    for (char c : printable(text)) {
        if (const char* instead = replacement(c))
            result += instead;
        else
            result += c;
    }
    return result;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = decode(text, i);
        if (point.bytes == 0) {
            result += "\uFFFD";
            ++i;
            continue;
        }
        if (point.value == '\n' || point.value == '\t')
            result += ' ';
        else if (!is_hidden(point.value))
            result += text.substr(i, point.bytes);
        i += point.bytes;
    }
    return result;
}

std::string escape_html(std::string_view text) {
    return replaced(text, [](char c) -> const char* {
        switch (c) {
            case '&':
                return "&amp;";
            case '<':
                return "&lt;";
            case '>':
                return "&gt;";
            case '"':
                return "&quot;";
            case '\'':
                return "&#39;";
            default:
                return nullptr;
        }
    });
}

std::string escape_markdown(std::string_view text) {
    return replaced(text, [](char c) -> const char* {
        switch (c) {
            // HTML passes through Markdown, so its characters become entities.
            case '<':
                return "&lt;";
            case '>':
                return "&gt;";
            case '&':
                return "&amp;";
            case '\\':
                return "\\\\";
            case '`':
                return "\\`";
            case '*':
                return "\\*";
            case '_':
                return "\\_";
            case '[':
                return "\\[";
            case ']':
                return "\\]";
            case '|':
                return "\\|";
            case '#':
                return "\\#";
            case '~':
                return "\\~";
            case '!':
                return "\\!";
            case '$':
                return "\\$";
            default:
                return nullptr;
        }
    });
}

std::string escape_latex(std::string_view text) {
    return replaced(text, [](char c) -> const char* {
        switch (c) {
            case '\\':
                return "\\textbackslash{}";
            case '{':
                return "\\{";
            case '}':
                return "\\}";
            case '$':
                return "\\$";
            case '&':
                return "\\&";
            case '#':
                return "\\#";
            case '%':
                return "\\%";
            case '_':
                return "\\_";
            case '^':
                return "\\textasciicircum{}";
            case '~':
                return "\\textasciitilde{}";
            default:
                return nullptr;
        }
    });
}

std::string unbroken(std::string text) {
    for (const auto& [from, to] :
         {std::pair<std::string_view, std::string_view>{" ± ", "\u00A0±\u00A0"}, {" %", "\u00A0%"}})
        for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
            text.replace(at, from.size(), to);
    return text;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (char c : text) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return width;
}

}  // namespace ablate::report
