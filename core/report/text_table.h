#pragma once
#include <string>
#include <vector>

namespace ablate::report {

enum class Style { plain, strong, faint, amber, red };  // red only for collapse and failure, amber for warnings
std::string styled(const std::string& text, Style style, bool color);

struct TextColumn {
    std::string title;
    bool right = false;  // numbers
    int importance = 0;  // the least important columns are dropped first; 9: never
};
struct TextCell {
    std::string text;
    Style style = Style::plain;
};

// Rows of a terminal table under their titles, two spaces between columns. Columns without any text are left out, and
// a last column too long for `width` (0: no limit) is cut with an ellipsis.
std::string text_table(std::vector<TextColumn> columns, std::vector<std::vector<TextCell>> rows, bool color, int width);

// Breaks at spaces, every line but the first indented.
std::string wrapped(const std::string& text, std::size_t indent, int width);

}  // namespace ablate::report
