#pragma once
#include "core/report/document.h"

#include <functional>

// How the tables of a report fit a page: columns that have no room go into a further table, whose rows begin with the
// same cells. The type never gets smaller. Used for paper and for HTML, which differ in how they measure text.
namespace ablate::report {

// The width of a text on one line, at the type of the table. Any unit.
using TextWidth = std::function<double(const std::string& text, bool strong)>;

struct TableRoom {
    double width = 0;      // of the page
    double gap = 0;        // between two columns
    double long_text = 0;  // texts longer than this wrap. Numbers never do
};

// The columns of a table as the tables they are shown in, with widths that together fill at most the page. The first
// `Table::keys` columns are in each of them.
struct TablePart {
    Table table;
    std::vector<double> widths;  // of its columns, without the gaps
};
std::vector<TablePart> fit_table(const Table& table, const TableRoom& room, const TextWidth& width);

// A long table of few narrow columns as one of twice the columns and half the rows, where two halves fit side by side;
// else the table itself.
Table folded(const Table& table, const TableRoom& room, const TextWidth& width);

}  // namespace ablate::report
