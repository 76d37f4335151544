#pragma once
#include <string>
#include <variant>
#include <vector>

// What a report says, without how it looks: the sections build it once, each format renders it. All text is plain; the
// renderers escape it. Headings of level 1 begin a part (the appendix), of level 2 a section.
namespace ablate::report {

struct Heading {
    int level = 2;
    std::string text;
};
struct Paragraph {
    std::string text;
    bool strong = false;
    bool lead = false;  // the answer that a report begins with: larger
};
struct ListItem {
    std::string label;  // set off before the text; may be empty
    std::string text;
};
struct List {
    std::vector<ListItem> items;
    bool ordered = false;
};
struct Table {
    struct Column {
        std::string title;
        bool right = false;  // numbers
    };
    struct Row {
        std::vector<std::string> cells;
        bool strong = false;
    };
    std::vector<Column> columns;
    std::vector<Row> rows;
    std::size_t keys = 1;  // leading columns that tell a row: repeated where the others are split over several tables
};
struct Figure {
    std::string name;  // [a-z0-9-]: figures/NAME.svg, unique
    std::string svg;
    std::string caption;
};

using Block = std::variant<Heading, Paragraph, List, Table, Figure>;

struct Document {
    std::string title, subtitle;
    std::vector<Block> blocks;

    void heading(int level, std::string text) { blocks.emplace_back(Heading{level, std::move(text)}); }
    void paragraph(std::string text) { blocks.emplace_back(Paragraph{std::move(text)}); }
    void add(Block block) { blocks.push_back(std::move(block)); }
};

std::string render_markdown(const Document& document);  // figures by reference to figures/NAME.svg
std::string render_html(const Document& document);      // one file: inline SVG, no script, nothing loaded

}  // namespace ablate::report
