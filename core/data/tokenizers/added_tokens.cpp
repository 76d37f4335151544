#include "core/data/tokenizers/added_tokens.h"

#include "core/data/tokenizers/code_points.h"

#include <algorithm>

namespace ablate::data {

namespace {

std::uint64_t edge(std::uint32_t node, char byte) {
    return std::uint64_t{node} << 8 | static_cast<unsigned char>(byte);
}

bool ends_with_word(std::string_view text) {
    if (text.empty()) return false;
    std::size_t last = text.size() - 1;
    while (last > 0 && text.size() - last < 4 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    return is_word_character(code_point_at(text, last).value);
}

bool starts_with_word(std::string_view text) {
    return !text.empty() && is_word_character(code_point_at(text, 0).value);
}

}  // namespace

void AddedTokenFinder::add(AddedToken token) {
    if (token.content.empty()) return;
    std::uint32_t node = 0;
    for (const char byte : token.content) {
        const auto [next, is_new] = edges_.try_emplace(edge(node, byte), static_cast<std::uint32_t>(ending_.size()));
        if (is_new) ending_.push_back(-1);
        node = next->second;
    }
    if (ending_[node] >= 0) return;
    ending_[node] = static_cast<std::int64_t>(tokens_.size());
    begins_[static_cast<unsigned char>(token.content.front())] = true;
    tokens_.push_back(std::move(token));
}

std::optional<AddedTokenFinder::Match> AddedTokenFinder::find(std::string_view text, std::size_t from) const {
    if (tokens_.empty()) return std::nullopt;
    for (std::size_t begin = from; begin < text.size(); ++begin) {
        if (!begins_[static_cast<unsigned char>(text[begin])]) continue;
        std::optional<Match> longest;
        std::uint32_t node = 0;
        for (std::size_t at = begin; at < text.size();) {
            const auto next = edges_.find(edge(node, text[at++]));
            if (next == edges_.end()) break;
            node = next->second;
            if (ending_[node] >= 0) longest = Match{begin, at, &tokens_[static_cast<std::size_t>(ending_[node])]};
        }
        if (longest) return longest;
    }
    return std::nullopt;
}

void AddedTokenFinder::split(std::string_view text, const Part& part) const {
    std::size_t done = 0;
    for (auto match = find(text, 0); match; match = find(text, match->end)) {
        auto [begin, end, token] = *match;
        if (begin < done) continue;  // whitespace that the token before has taken
        const std::string_view before = text.substr(0, begin), after = text.substr(end);
        if (token->single_word && (ends_with_word(before) || starts_with_word(after))) continue;
        if (token->lstrip) begin = std::max(done, trailing_space(before));
        if (token->rstrip) end += leading_space(after);
        if (done < begin) part(text.substr(done, begin - done), -1);
        part(text.substr(begin, end - begin), token->id);
        done = end;
    }
    if (done < text.size()) part(text.substr(done), -1);
}

}  // namespace ablate::data
