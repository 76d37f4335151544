#include "core/config/seeds.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <charconv>
#include <optional>
#include <set>

namespace ablate {
namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || text.front() == '-' || error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

bool has_leading_zero(std::string_view number) { return number.size() > 1 && number.front() == '0'; }

void add_range(std::string_view word, const std::string& where, std::vector<std::int64_t>& seeds) {
    const std::size_t dash = word.find('-');
    const auto first = whole_number(word.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : whole_number(word.substr(dash + 1));
    if (!first || !last)
        throw InputError("{}: {} is neither a whole number from 0 on nor a range; type seeds such as 1,2,3 or 1-3",
                         where, quote(word));
    if (has_leading_zero(word.substr(0, dash)) ||
        (dash != std::string_view::npos && has_leading_zero(word.substr(dash + 1))))
        throw InputError("{}: {} begins with a zero; a comma separates seeds, so write one thousand as 1000", where,
                         quote(word));
    if (*last < *first) throw InputError("{}: the range {} must ascend", where, quote(word));
    if (static_cast<std::uint64_t>(*last - *first) >= kMostSeeds - seeds.size())
        throw InputError("{}: {} makes more than {} seeds, the most a study takes", where, quote(word),
                         with_thousands(static_cast<std::int64_t>(kMostSeeds)));
    for (std::int64_t seed = *first;; ++seed) {
        seeds.push_back(seed);
        if (seed == *last) break;
    }
}

}  // namespace

std::vector<std::int64_t> seeds_from_text(std::string_view text, const std::string& where) {
    std::vector<std::int64_t> seeds;
    constexpr std::string_view kSeparators = ", \t\n";
    for (std::size_t at = text.find_first_not_of(kSeparators); at != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_of(kSeparators, at), text.size());
        add_range(text.substr(at, end - at), where, seeds);
        at = text.find_first_not_of(kSeparators, end);
    }
    if (seeds.empty()) throw InputError("{}: at least one seed is needed, such as 1", where);
    std::set<std::int64_t> seen;
    for (const std::int64_t seed : seeds)
        if (!seen.insert(seed).second) throw InputError("{}: seed {} is given twice", where, seed);
    return seeds;
}

}  // namespace ablate
