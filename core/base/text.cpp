#include "core/base/text.h"

#include "core/base/error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>

namespace ablate {

namespace {

std::optional<std::string> non_finite_word(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return std::nullopt;
}

// Divides by `base` until the number shown has fewer than four digits before the point.
std::size_t scale(double& value, double base, double limit, std::size_t units) {
    std::size_t unit = 0;
    while (std::abs(value) >= limit && unit + 1 < units) value /= base, ++unit;
    return unit;
}

void strip_trailing_zeros(std::string& number) {
    if (number.find('.') == std::string::npos) return;
    number.erase(number.find_last_not_of('0') + 1);
    if (number.back() == '.') number.pop_back();
}

std::string_view last_dotted_part(std::string_view name) {
    const auto dot = name.rfind('.');
    return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

// Damerau-Levenshtein distance without overlapping transpositions (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

// Edits from `word` to `candidate` when few enough that it may be a slip: a third of the length, and not all of it.
std::optional<std::size_t> slip_distance(std::string_view word, std::string_view candidate) {
    const std::size_t distance = edit_distance(word, candidate);
    const std::size_t longer = std::max(word.size(), candidate.size());
    if (distance > std::max<std::size_t>(2, longer / 3) || distance >= longer) return std::nullopt;
    return distance;
}

}  // namespace

std::string with_thousands(std::int64_t value) {
    std::string text = std::to_string(value);
    const std::size_t first = value < 0 ? 1 : 0;
    for (std::size_t i = text.size(); i > first + 3; i -= 3) text.insert(i - 3, 1, ',');
    return text;
}

std::string short_count(double value) {
    if (const auto word = non_finite_word(value)) return *word;
    static constexpr std::array units{"", "k", "M", "B", "T"};
    const std::size_t unit = scale(value, 1000, 999.95, units.size());
    // Two decimals where they are exact (327.68M), one elsewhere (22.7M).
    const bool exact = std::abs(value * 100 - std::round(value * 100)) < 1e-9 * std::abs(value * 100);
    std::string number = fixed(value, exact ? 2 : 1);
    strip_trailing_zeros(number);
    return number + units[unit];
}

std::string short_bytes(double bytes) {
    if (const auto word = non_finite_word(bytes)) return *word;
    static constexpr std::array units{" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
    const std::size_t unit = scale(bytes, 1024, 1023.95, units.size());
    return fixed(bytes, unit == 0 ? 0 : 1) + units[unit];
}

std::string short_duration(double seconds) {
    if (const auto word = non_finite_word(seconds)) return *word;
    if (seconds < 0) return fmt::format("-{}", short_duration(-seconds));
    if (seconds < 9.95) return fixed(seconds, 1) + "s";
    if (seconds >= 1e15) return significant(seconds, 3) + "s";
    const auto whole = std::llround(seconds);
    if (whole < 60) return fmt::format("{}s", whole);
    if (whole < 3600) return fmt::format("{}m {:02}s", whole / 60, whole % 60);
    const auto minutes = whole / 60;
    if (minutes < 48 * 60) return fmt::format("{}h {:02}m", minutes / 60, minutes % 60);
    return fmt::format("{}d {:02}h", minutes / 1440, minutes / 60 % 24);
}

std::string significant(double value, int digits) {
    if (const auto word = non_finite_word(value)) return *word;
    // What printf's %#.4g gives, but for its bare point at the end; fmt's own # pads differently.
    const std::string scientific = fmt::format("{:.{}e}", value, digits - 1);
    const int exponent = std::atoi(scientific.c_str() + scientific.find('e') + 1);
    return exponent < -4 || exponent >= digits ? scientific : fixed(value, digits - 1 - exponent);
}

std::string full_precision(double value) {
    if (const auto word = non_finite_word(value)) return *word;
    std::array<char, 32> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return std::string(buffer.data(), end);
}

std::string fixed(double value, int decimals) {
    if (const auto word = non_finite_word(value)) return *word;
    return fmt::format("{:.{}f}", value, decimals);
}

std::string utc_time(double unix_seconds) {
    if (!(std::abs(unix_seconds) < 1e11)) return "unknown time";
    const auto seconds = static_cast<std::time_t>(std::floor(unix_seconds));
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                       utc.tm_hour, utc.tm_min, utc.tm_sec);
}

double unix_now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    if (text.empty()) return parts;
    for (std::size_t begin = 0;;) {
        const std::size_t end = text.find(separator, begin);
        parts.emplace_back(text.substr(begin, end - begin));
        if (end == std::string_view::npos) return parts;
        begin = end + 1;
    }
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) text += separator;
        text += parts[i];
    }
    return text;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n\f\v";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string quote(std::string_view text) {
    constexpr std::size_t limit = 80;
    if (text.size() <= limit) return fmt::format("'{}'", one_line(text));
    std::size_t end = limit;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not inside a UTF-8 character
    return fmt::format("'{}...'", one_line(text.substr(0, end)));
}

bool is_plain_name(std::string_view name) {
    if (name.empty() || name.size() > 64 || name == "." || name == "..") return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    });
}

std::string lower_case(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

std::optional<std::string> nearest_name(std::string_view word, std::span<const std::string> candidates) {
    if (word.empty() || word.size() > 256) return std::nullopt;
    const std::string wanted = lower_case(word);
    std::optional<std::string> nearest;
    std::size_t least = 0;
    const auto consider = [&](const std::string& candidate, std::optional<std::size_t> distance, std::size_t penalty) {
        if (!distance) return;
        const std::size_t score = 2 * *distance + penalty;
        if (nearest && score >= least) return;
        nearest = candidate;
        least = score;
    };
    for (const std::string& candidate : candidates) {
        const std::string name = lower_case(candidate);
        consider(candidate, slip_distance(wanted, name), 0);
        // "lr" and "model.lr" both mean train.lr; a near whole name goes before an equally near last part.
        consider(candidate, slip_distance(last_dotted_part(wanted), last_dotted_part(name)), 1);
    }
    return nearest;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
    const auto nearest = nearest_name(word, candidates);
    return nearest ? fmt::format("; did you mean {}?", quote(*nearest)) : "";
}

}  // namespace ablate
