#include "core/report/text_table.h"

#include "core/report/escape.h"

#include <algorithm>
#include <numeric>

namespace ablate::report {

namespace {

constexpr std::size_t kGap = 2;

using Rows = std::vector<std::vector<TextCell>>;

std::vector<std::size_t> widths_of(const std::vector<TextColumn>& columns, const Rows& rows) {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        widths.push_back(display_width(columns[i].title));
        for (const auto& row : rows) widths[i] = std::max(widths[i], display_width(row[i].text));
    }
    return widths;
}

void erase_column(std::vector<TextColumn>& columns, Rows& rows, std::size_t index) {
    columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(index));
    for (auto& row : rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(index));
}

void drop_empty_columns(std::vector<TextColumn>& columns, Rows& rows) {
    for (std::size_t i = columns.size(); i-- > 0;)
        if (std::all_of(rows.begin(), rows.end(), [i](const auto& row) { return row[i].text.empty(); }))
            erase_column(columns, rows, i);
}

void drop_until_fits(std::vector<TextColumn>& columns, Rows& rows, std::size_t limit) {
    while (columns.size() > 1) {
        const auto widths = widths_of(columns, rows);
        const std::size_t total = std::accumulate(widths.begin(), widths.end(), kGap * (columns.size() - 1));
        const auto least = std::min_element(columns.begin(), columns.end(),
                                            [](const auto& a, const auto& b) { return a.importance < b.importance; });
        if (total <= limit || least->importance >= 9) return;
        erase_column(columns, rows, static_cast<std::size_t>(least - columns.begin()));
    }
}

std::string cut(const std::string& text, std::size_t limit) {
    if (display_width(text) <= limit) return text;
    std::size_t end = 0;
    for (std::size_t points = 0; end < text.size(); ++end)
        if ((static_cast<unsigned char>(text[end]) & 0xC0) != 0x80 && points++ + 1 >= limit) break;
    return text.substr(0, end) + "…";
}

}  // namespace

std::string styled(const std::string& text, Style style, bool color) {
    if (!color || style == Style::plain || text.empty()) return text;
    static constexpr const char* codes[] = {"", "1", "2", "33", "31"};
    return std::string("\033[") + codes[static_cast<int>(style)] + "m" + text + "\033[0m";
}

std::string text_table(std::vector<TextColumn> columns, Rows rows, bool color, int width) {
    drop_empty_columns(columns, rows);
    const auto limit = static_cast<std::size_t>(std::max(width, 0));
    if (limit > 0) drop_until_fits(columns, rows, limit);
    if (columns.empty()) return "";
    const auto widths = widths_of(columns, rows);
    const auto line = [&](const std::vector<TextCell>& cells) {
        std::string text;
        std::size_t used = 0;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const bool last = i + 1 == cells.size();
            const bool too_long = limit > 0 && last && used + display_width(cells[i].text) > limit;
            const std::string shown = too_long ? cut(cells[i].text, limit > used ? limit - used : 1) : cells[i].text;
            const std::string padding(widths[i] - std::min(widths[i], display_width(shown)), ' ');
            if (columns[i].right) text += padding;
            text += styled(shown, cells[i].style, color);
            if (!last) text += (columns[i].right ? "" : padding) + std::string(kGap, ' ');
            used += widths[i] + kGap;
        }
        text.erase(text.find_last_not_of(' ') + 1);
        return text + "\n";
    };
    std::vector<TextCell> titles;
    for (const TextColumn& column : columns) titles.push_back({column.title, Style::faint});
    std::string table = line(titles);
    for (const auto& row : rows) table += line(row);
    return table;
}

std::string wrapped(const std::string& text, std::size_t indent, int width) {
    if (width <= 0) return text;
    const auto limit = std::max<std::size_t>(static_cast<std::size_t>(width), indent + 20);
    std::string result;
    std::size_t used = 0;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        const std::string word = text.substr(begin, end - begin);
        if (used > indent && used + 1 + display_width(word) > limit) {
            result += "\n" + std::string(indent, ' ');
            used = indent;
        } else if (begin > 0) {
            result += ' ';
            ++used;
        }
        result += word;
        used += display_width(word);
        begin = end + 1;
    }
    return result;
}

}  // namespace ablate::report
