#pragma once
#include "core/interop/logs/reading.h"
#include "core/interop/logs/table.h"

// Tables that look like a log and are none: a row of them is a run, or one of several values of a step.
namespace ablate::interop::logs {

struct CheckedTable {
    TableReader& rows;
    const std::vector<std::string>& header;
    std::vector<Role> roles;  // of each column
    // Of the value in a column; absent where the row has none.
    std::function<std::optional<std::int64_t>(const TableRow& row, std::size_t column)> step_of;
    Comma comma = Comma::none;
    std::string where;
};

// InputError where each row is a run, or where more than a fifth of the steps have several values of a loss; it names
// the column that tells the rows of a step apart.
void require_row_a_step(const CheckedTable& table);

}  // namespace ablate::interop::logs
