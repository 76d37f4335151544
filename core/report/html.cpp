#include "core/base/error.h"
#include "core/report/document.h"
#include "core/report/escape.h"
#include "core/report/svg_plot.h"
#include "core/report/table_layout.h"

namespace ablate::report {

namespace {

constexpr const char* kHead =
    R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
)";

constexpr const char* kStyle = R"(<style>
:root { color-scheme: light dark; --text: #1f2328; --page: #ffffff; --faint: #59636e; --line: #d8dce1; --band: #f5f6f8; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e8eb; --page: #16181c; --faint: #9aa4af; --line: #33383f; --band: #1d2026; }
}
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.55 system-ui, sans-serif; }
main { max-width: 1152px; margin: 0 auto; padding: 40px 24px 80px; }
main > :not(.table) { max-width: 812px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; }
h1.part { margin-top: 64px; padding-top: 24px; border-top: 2px solid var(--line); }
h2 { font-size: 20px; margin: 44px 0 12px; padding-top: 20px; border-top: 1px solid var(--line); }
h3 { font-size: 16px; margin: 28px 0 8px; }
p, ul, ol, .table, figure { margin: 0 0 16px; }
li { margin: 4px 0; }
.subtitle, figcaption { color: var(--faint); }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--faint); border-bottom: 1px solid var(--line); }
th, td { padding: 5px 16px 5px 0; vertical-align: top; }
td { border-bottom: 1px solid var(--band); }
td.right, th.right { text-align: right; }
td.right { white-space: nowrap; }
.lead { font-size: 18px; line-height: 1.4; }
tr.strong td { font-weight: 600; }
figure { overflow-x: auto; }
figure svg { max-width: 100%; height: auto; display: block; }
figcaption { font-size: 13px; margin-top: 4px; }
</style>
)";

// Widths of texts in a table, estimated: no font is known here. The page is 1200 px wide at most.
constexpr double kCharacter = 7.4, kStrongCharacter = 7.9;  // px at 13.5 px
constexpr TableRoom kTableRoom{1152, 16, 300};
double estimated_width(const std::string& text, bool strong) {
    return static_cast<double>(display_width(text)) * (strong ? kStrongCharacter : kCharacter);
}

struct HtmlWriter {
    std::string text;

    void operator()(const Heading& heading) {
        text += fmt::format("<h{0}{2}>{1}</h{0}>\n", heading.level, escape_html(heading.text),
                            heading.level == 1 ? " class=\"part\"" : "");
    }
    void operator()(const Paragraph& paragraph) {
        const std::string escaped = escape_html(unbroken(paragraph.text));
        text += (paragraph.lead ? "<p class=\"lead\">" : "<p>") +
                (paragraph.strong ? "<strong>" + escaped + "</strong>" : escaped) + "</p>\n";
    }
    void operator()(const List& list) {
        text += list.ordered ? "<ol>\n" : "<ul>\n";
        for (const ListItem& item : list.items) {
            text += "<li>";
            if (!item.label.empty()) text += "<strong>" + escape_html(item.label) + "</strong> ";
            text += escape_html(unbroken(item.text)) + "</li>\n";
        }
        text += list.ordered ? "</ol>\n" : "</ul>\n";
    }
    void operator()(const Table& table) {
        for (const TablePart& part : fit_table(table, kTableRoom, estimated_width)) write(part.table);
    }
    void write(const Table& table) {
        const auto open = [&](const char* tag, std::size_t column) {
            return fmt::format("<{}{}>", tag, table.columns.at(column).right ? " class=\"right\"" : "");
        };
        text += "<div class=\"table\"><table>\n<thead><tr>";
        for (std::size_t i = 0; i < table.columns.size(); ++i)
            text += open("th", i) + escape_html(unbroken(table.columns[i].title)) + "</th>";
        text += "</tr></thead>\n<tbody>\n";
        for (const auto& row : table.rows) {
            text += row.strong ? "<tr class=\"strong\">" : "<tr>";
            for (std::size_t i = 0; i < row.cells.size(); ++i)
                text += open("td", i) + escape_html(unbroken(row.cells[i])) + "</td>";
            text += "</tr>\n";
        }
        text += "</tbody></table></div>\n";
    }
    void operator()(const Figure& figure) {
        text += "<figure>\n" + figure.svg + "<figcaption>" + escape_html(unbroken(figure.caption)) +
                "</figcaption>\n</figure>\n";
    }
};

}  // namespace

std::string render_html(const Document& document) {
    HtmlWriter writer;
    const std::string title = escape_html(document.title);
    writer.text = kHead + fmt::format("<title>{}</title>\n", title) + kStyle +
                  "<style>@media (prefers-color-scheme: dark) {" + dark_color_rules() +
                  "}</style>\n</head>\n<body>\n<main>\n" +
                  fmt::format("<h1>{}</h1>\n<p class=\"subtitle\">{}</p>\n", title, escape_html(document.subtitle));
    for (const Block& block : document.blocks) std::visit(writer, block);
    return writer.text + "</main>\n</body>\n</html>\n";
}

}  // namespace ablate::report
