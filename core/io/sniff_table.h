#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ablate::io {

// The columns of a text that is a table and not prose: delimited columns under a header row (CSV, TSV), also under
// Excel's line "sep=;"; columns without a header, where each row has as many tabs or every field is in quotes (the list
// is then empty); a table of Markdown. `whole` when `text` is all of the file.
std::optional<std::vector<std::string>> table_columns(std::string_view text, bool whole);

}  // namespace ablate::io
