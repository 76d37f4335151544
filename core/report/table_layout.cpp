#include "core/report/table_layout.h"

#include "core/base/text.h"

#include <algorithm>
#include <numeric>

namespace ablate::report {

namespace {

constexpr std::size_t kFoldedFrom = 12;  // rows

struct ColumnWidth {
    double least = 0;     // of a number: its whole text; of words: the longest of them, up to TableRoom::long_text
    double unbroken = 0;  // the longest word whole
    double natural = 0;   // without a wrapped line
};

double longest_word(const std::string& text, bool strong, const TextWidth& width) {
    double longest = 0;
    for (const std::string& word : split(text, ' ')) longest = std::max(longest, width(word, strong));
    return longest;
}

double sum_of(const std::vector<double>& widths, double gap) {
    const double gaps = gap * static_cast<double>(std::max<std::size_t>(widths.size(), 1) - 1);
    return std::accumulate(widths.begin(), widths.end(), gaps);
}

// What a column gets before the room that remains is shared out.
double wanted(const ColumnWidth& column, bool right, double long_text) {
    return right ? column.least : std::clamp(column.natural, column.least, std::max(column.least, long_text));
}

Table with_columns(const Table& table, const std::vector<std::size_t>& columns) {
    Table part{{}, {}, table.keys};
    for (const std::size_t column : columns) part.columns.push_back(table.columns[column]);
    for (const Table::Row& row : table.rows) {
        Table::Row& made = part.rows.emplace_back();
        made.strong = row.strong;
        for (const std::size_t column : columns)
            made.cells.push_back(column < row.cells.size() ? row.cells[column] : std::string());
    }
    return part;
}

// Which columns are shown together: each part begins with the keys and takes as many of the others as fit.
std::vector<std::vector<std::size_t>> parts_of(const std::vector<double>& widths, std::size_t keys,
                                               const TableRoom& room) {
    std::vector<std::size_t> first(std::min(keys, widths.size()));
    std::iota(first.begin(), first.end(), std::size_t{0});
    std::vector<std::vector<std::size_t>> parts{first};
    for (std::size_t column = first.size(); column < widths.size(); ++column) {
        std::vector<double> used{widths[column]};
        for (const std::size_t other : parts.back()) used.push_back(widths[other]);
        if (sum_of(used, room.gap) > room.width && parts.back().size() > first.size()) parts.push_back(first);
        parts.back().push_back(column);
    }
    return parts;
}

// Brings a part that is too wide to the page: first its columns give up what they have above the least, then words of
// the widest column break.
void narrow(TablePart& part, const std::vector<ColumnWidth>& columns, double too_much) {
    double spare = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) spare += part.widths[i] - columns[i].least;
    const double share = spare > 0 ? std::min(1.0, too_much / spare) : 0;
    for (std::size_t i = 0; i < columns.size(); ++i) part.widths[i] -= share * (part.widths[i] - columns[i].least);
    too_much -= share * spare;
    while (too_much > 1e-6) {
        const auto widest = std::max_element(part.widths.begin(), part.widths.end());
        const double less = std::min(too_much, *widest / 2);
        *widest -= less;
        too_much -= less;
    }
}

// Shares out what remains of the page among columns whose texts wrap, words before the titles of numbers.
void share_out(TablePart& part, const std::vector<ColumnWidth>& columns, const TableRoom& room) {
    double remaining = room.width - sum_of(part.widths, room.gap);
    if (remaining < 0) return narrow(part, columns, -remaining);
    const auto widen = [&](std::size_t column, double width) {
        const double more = std::clamp(width - part.widths[column], 0.0, remaining);
        part.widths[column] += more;
        remaining -= more;
    };
    for (std::size_t i = 0; i < columns.size(); ++i) widen(i, columns[i].unbroken);
    for (const bool right : {false, true})
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (part.table.columns[i].right == right) widen(i, columns[i].natural);
}

std::vector<ColumnWidth> column_widths(const Table& table, const TableRoom& room, const TextWidth& width) {
    std::vector<ColumnWidth> columns;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const Table::Column& column = table.columns[i];
        const double title = longest_word(column.title, true, width);
        ColumnWidth made{column.right ? title : std::min(title, room.long_text), title, width(column.title, true)};
        for (const Table::Row& row : table.rows) {
            if (i >= row.cells.size()) continue;
            const double whole = width(row.cells[i], row.strong);
            made.natural = std::max(made.natural, whole);
            const double word = column.right ? whole : longest_word(row.cells[i], row.strong, width);
            made.unbroken = std::max(made.unbroken, word);
            made.least = std::max(made.least, column.right ? whole : std::min(word, room.long_text));
        }
        columns.push_back(made);
    }
    return columns;
}

}  // namespace

std::vector<TablePart> fit_table(const Table& table, const TableRoom& room, const TextWidth& width) {
    const std::vector<ColumnWidth> columns = column_widths(table, room, width);
    std::vector<double> widths;
    for (std::size_t i = 0; i < columns.size(); ++i)
        widths.push_back(wanted(columns[i], table.columns[i].right, room.long_text));
    std::vector<TablePart> parts;
    for (const std::vector<std::size_t>& shown : parts_of(widths, table.keys, room)) {
        TablePart part{with_columns(table, shown), {}};
        std::vector<ColumnWidth> chosen;
        for (const std::size_t column : shown) {
            part.widths.push_back(widths[column]);
            chosen.push_back(columns[column]);
        }
        share_out(part, chosen, room);
        parts.push_back(std::move(part));
    }
    return parts;
}

Table folded(const Table& table, const TableRoom& room, const TextWidth& width) {
    const bool strong = std::any_of(table.rows.begin(), table.rows.end(), [](const auto& row) { return row.strong; });
    if (strong || table.rows.size() < kFoldedFrom) return table;
    std::vector<double> least;
    for (const ColumnWidth& column : column_widths(table, room, width)) least.push_back(column.least);
    if (2 * sum_of(least, room.gap) + room.gap > room.width) return table;
    Table made{table.columns, {}, 2 * table.columns.size()};
    made.columns.insert(made.columns.end(), table.columns.begin(), table.columns.end());
    const std::size_t half = (table.rows.size() + 1) / 2, columns = table.columns.size();
    for (std::size_t row = 0; row < half; ++row) {
        Table::Row& both = made.rows.emplace_back(table.rows[row]);
        both.cells.resize(columns);
        if (row + half < table.rows.size())
            both.cells.insert(both.cells.end(), table.rows[row + half].cells.begin(),
                              table.rows[row + half].cells.end());
        both.cells.resize(2 * columns);
    }
    return made;
}

}  // namespace ablate::report
