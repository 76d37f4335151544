#include "ui/window/palette_ranking.h"

#include "ui/forms/option_words.h"

#include <algorithm>

namespace ablate::ui {
namespace {

bool are_letters_in_order(const QString& letters, const QString& title) {
    qsizetype at = 0;
    for (const QChar letter : letters) {
        if (letter == ' ') continue;
        at = title.indexOf(letter, at);
        if (at < 0) return false;
        ++at;
    }
    return true;
}

// 7 to 1; 0: not at all. `typed`: the needle before search_text().
int rank(const QString& typed, const QString& needle, const QString& title, const QString& words) {
    if (title == needle) return 7;
    if (title.startsWith(needle)) return 6;
    if (title.contains(' ' + needle)) return 5;
    if (title.contains(needle)) return 4;
    if (holds_words(title, typed)) return 3;
    if (holds_words(title + ' ' + words, typed)) return 2;
    return are_letters_in_order(needle, title) ? 1 : 0;
}

}  // namespace

int palette_score(const QString& needle, const PaletteText& text) {
    const QString wanted = search_text(needle);
    if (wanted.isEmpty()) return needle.trimmed().isEmpty() ? 0 : -1;
    const int found = rank(needle, wanted, search_text(text.title), text.words);
    return found == 0 ? -1 : found;
}

std::vector<int> palette_order(const QString& needle, const std::vector<PaletteText>& texts) {
    std::vector<std::pair<int, int>> found;  // score, place
    for (std::size_t i = 0; i < texts.size(); ++i)
        if (const int score = palette_score(needle, texts[i]); score >= 0)
            found.emplace_back(score, static_cast<int>(i));
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<int> order;
    order.reserve(found.size());
    for (const auto& one : found) order.push_back(one.second);
    return order;
}

}  // namespace ablate::ui
