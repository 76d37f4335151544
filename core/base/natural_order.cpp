#include "core/base/natural_order.h"

#include "core/base/text.h"

#include <charconv>
#include <string>
#include <system_error>
#include <vector>

namespace ablate {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80);
}
bool ends_word(std::string_view text, std::size_t at) {
    return at >= text.size() || (!is_digit(text[at]) && !is_letter(text[at]) && text[at] != '_');
}

// A number, or one character of text. Numbers come before text.
struct Part {
    bool is_text = false;
    double number = 0;
    char letter = 0;
};

int compare(const Part& a, const Part& b) {
    if (a.is_text != b.is_text) return a.is_text ? 1 : -1;
    if (a.is_text) {
        const auto x = static_cast<unsigned char>(a.letter), y = static_cast<unsigned char>(b.letter);
        return x < y ? -1 : x > y ? 1 : 0;
    }
    return a.number < b.number ? -1 : a.number > b.number ? 1 : 0;
}

// The end of digits with thousands separators, "1,315,968"; `at` where there are none.
std::size_t end_of_thousands(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end - at > 3 || end == at) return at;
    std::size_t groups = 0;
    const auto group_at = [&](std::size_t comma) {
        if (comma + 3 >= text.size() || text[comma] != ',') return false;
        for (std::size_t i = 1; i <= 3; ++i)
            if (!is_digit(text[comma + i])) return false;
        return comma + 4 == text.size() || !is_digit(text[comma + 4]);
    };
    for (; group_at(end); end += 4) ++groups;
    return groups > 0 ? end : at;
}

// Reads the number that begins at `at`, sign included, and moves `at` past it. A whole word may be a decimal number
// with an exponent; inside a word, as in "v1.10" or "1.3B", digits alone count.
bool take_number(std::string_view text, std::size_t& at, double& number) {
    const bool begins_word = at == 0 || (ends_word(text, at - 1) && text[at - 1] != '.');
    std::size_t digits = at;
    if (begins_word && text[at] == '-') ++digits;
    if (digits >= text.size() || !is_digit(text[digits])) return false;
    if (begins_word) {
        if (const std::size_t end = end_of_thousands(text, digits); end > digits && ends_word(text, end)) {
            std::string plain;
            for (const char c : text.substr(at, end - at))
                if (c != ',') plain += c;
            std::from_chars(plain.data(), plain.data() + plain.size(), number);
            at = end;
            return true;
        }
        const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number);
        const auto after = static_cast<std::size_t>(end - text.data());
        if (error == std::errc() && ends_word(text, after) && (after >= text.size() || text[after] != '.')) {
            at = after;
            return true;
        }
        if (text[at] == '-') return false;
    }
    std::size_t end = digits;
    number = 0;
    for (; end < text.size() && is_digit(text[end]); ++end) number = 10 * number + (text[end] - '0');
    at = end;
    return true;
}

std::vector<Part> parts_of(std::string_view text) {
    std::vector<Part> parts;
    for (std::size_t at = 0; at < text.size();) {
        Part part;
        if (!take_number(text, at, part.number)) {
            const char c = text[at++];
            part = {true, 0, static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c)};
        }
        parts.push_back(part);
    }
    return parts;
}

}  // namespace

bool is_missing_text(std::string_view text) {
    const std::string_view words = trim(text);
    return words.empty() || words == "-" || words == "\u2013" || words == "\u2014" || lower_case(words) == "nan";
}

bool natural_less(std::string_view a, std::string_view b) {
    const bool missing = is_missing_text(a);
    if (missing != is_missing_text(b)) return !missing;
    if (missing) return false;
    const std::vector<Part> left = parts_of(a), right = parts_of(b);
    for (std::size_t i = 0; i < left.size() && i < right.size(); ++i)
        if (const int order = compare(left[i], right[i]); order != 0) return order < 0;
    if (left.size() != right.size()) return left.size() < right.size();
    return a < b;  // "1e3" and "1000", "A" and "a"
}

}  // namespace ablate
