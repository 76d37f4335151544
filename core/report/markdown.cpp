#include "core/base/error.h"
#include "core/report/document.h"
#include "core/report/escape.h"

namespace ablate::report {

namespace {

// What would make a line a list, a heading or a rule.
std::string line_start(const std::string& text) {
    const std::string escaped = escape_markdown(text);
    if (escaped.empty()) return escaped;
    const std::size_t digits = escaped.find_first_not_of("0123456789");
    const bool marker = std::string_view("-+=").find(escaped.front()) != std::string_view::npos;
    if (marker) return "\\" + escaped;
    if (digits > 0 && digits != std::string::npos && (escaped[digits] == '.' || escaped[digits] == ')'))
        return escaped.substr(0, digits) + "\\" + escaped.substr(digits);
    return escaped;
}

struct MarkdownWriter {
    std::string text;

    void operator()(const Heading& heading) {
        text +=
            std::string(static_cast<std::size_t>(heading.level), '#') + " " + escape_markdown(heading.text) + "\n\n";
    }
    void operator()(const Paragraph& paragraph) {
        text +=
            (paragraph.strong ? "**" + escape_markdown(paragraph.text) + "**" : line_start(paragraph.text)) + "\n\n";
    }
    void operator()(const List& list) {
        int number = 0;
        for (const ListItem& item : list.items) {
            text += list.ordered ? fmt::format("{}. ", ++number) : "- ";
            if (!item.label.empty()) text += "**" + escape_markdown(item.label) + "**" + (item.text.empty() ? "" : " ");
            text += (item.label.empty() ? line_start(item.text) : escape_markdown(item.text)) + "\n";
        }
        text += "\n";
    }
    void operator()(const Table& table) {
        for (const auto& column : table.columns) text += "| " + escape_markdown(column.title) + " ";
        text += "|\n";
        for (const auto& column : table.columns) text += column.right ? "| ---: " : "| --- ";
        text += "|\n";
        for (const auto& row : table.rows) {
            for (const std::string& cell : row.cells) {
                const std::string escaped = escape_markdown(cell);
                text += "| " + (row.strong && !escaped.empty() ? "**" + escaped + "**" : escaped) + " ";
            }
            text += "|\n";
        }
        text += "\n";
    }
    void operator()(const Figure& figure) {
        text += fmt::format("![{0}](figures/{0}.svg)\n\n", figure.name);
        text += line_start(figure.caption) + "\n\n";
    }
};

}  // namespace

std::string render_markdown(const Document& document) {
    MarkdownWriter writer;
    writer.text = "# " + escape_markdown(document.title) + "\n\n" + line_start(document.subtitle) + "\n\n";
    for (const Block& block : document.blocks) std::visit(writer, block);
    return writer.text;
}

}  // namespace ablate::report
