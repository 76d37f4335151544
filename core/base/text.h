#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Words for people: numbers, durations, names. Independent of the locale.
namespace ablate {

std::string with_thousands(std::int64_t value);         // 22,696,448
std::string short_count(double value);                  // 22.7M, 1.2k, 327.68M
std::string short_bytes(double bytes);                  // 1.5 GiB
std::string short_duration(double seconds);             // 4m 10s, 2h 06m, 0.8s
std::string significant(double value, int digits = 4);  // 3.058, 1.000e-05; "NaN", "Infinity", "-Infinity"
std::string full_precision(double value);               // shortest text that reads back the same double
std::string fixed(double value, int decimals);          // 3.0576; non-finite as above
std::string utc_time(double unix_seconds);              // 2026-11-22T03:04:05Z
double unix_now();

std::vector<std::string> split(std::string_view text, char separator);  // empty text gives no parts
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string_view trim(std::string_view text);
std::string lower_case(std::string_view text);  // ASCII letters only
std::string quote(std::string_view text);       // 'text' for a message: one line, at most 80 bytes of it
bool is_plain_name(std::string_view name);      // [A-Za-z0-9._-]{1,64}, not "." or ".."

// The candidate fewest edits away from `word`, if near enough to be what was meant.
std::optional<std::string> nearest_name(std::string_view word, std::span<const std::string> candidates);
// "; did you mean 'x'?" or "" : the tail of every message about an unknown name.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace ablate
