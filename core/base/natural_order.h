#pragma once
#include <string_view>

namespace ablate {

// The order in which people expect names and values in tables and menus: numbers by value ("16" before "128", "1e-05"
// before "0.02", "lr=1e-05" before "lr=0.02", "run2" before "run10", "1,000" as 1000), the remaining text
// alphabetically without regard to the case of ASCII letters. Missing values are last. A strict weak ordering in which
// only equal strings and missing values are equivalent.
bool natural_less(std::string_view a, std::string_view b);

// Whether a value is missing: empty, blank, a dash of any length, or "nan". Where a table is sorted in descending
// order, its owner keeps missing values last.
bool is_missing_text(std::string_view text);

}  // namespace ablate
