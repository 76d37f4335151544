#include "ui/pages/report/pdf_layout.h"

#include "core/report/table_layout.h"
#include "ui/pages/report/report_text.h"

#include <QFont>
#include <QSvgRenderer>
#include <QTextLayout>
#include <algorithm>
#include <unordered_map>
#include <utility>

namespace ablate::ui {
namespace {

constexpr double kPoint = 20;
constexpr double kUnitsPerPixel = 11.8;  // of a figure: a bit smaller than on the screen
// Points.
constexpr double kBody = 9, kTableType = 8.5, kLead = 12;
constexpr double kLineHeight = 1.3, kTableLineHeight = 1.28;  // of the size of the type, whatever the font
constexpr double kParagraphGap = 6, kItemGap = 2, kRowPadding = 0.8, kIndent = 12;
constexpr double kColumnGap = 9, kLongText = 80;  // in tables
constexpr int kMostLines = 10;                    // a longer text may continue on the next page
constexpr qsizetype kLongestCell = 1200;          // characters, fewer where a page has no room for them
constexpr double kSlack = 2;                      // units, for what the layout rounds

// A text on lines of fixed height.
struct Laid {
    std::shared_ptr<QTextLayout> layout;
    double height = 0, natural = 0;
    std::vector<int> starts{};  // of its lines
};

struct TextStyle {
    double size = kBody;  // points
    QFont::Weight weight = QFont::Normal;
    double line_height = kLineHeight;
    Qt::Alignment alignment = Qt::AlignLeft;
    qsizetype strong = 0;  // characters at the beginning that are set off
};

Laid lay_out(const QString& words, const QFont& family, double width, const TextStyle& style) {
    QFont font = family;
    font.setPixelSize(qRound(style.size * kPoint));
    font.setWeight(style.weight);
    font.setHintingPreference(QFont::PreferNoHinting);
    Laid laid{std::make_shared<QTextLayout>(words, font)};
    QTextOption option(style.alignment);
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    option.setUseDesignMetrics(true);
    laid.layout->setTextOption(option);
    laid.layout->setCacheEnabled(true);
    if (style.strong > 0) {
        QTextLayout::FormatRange range{0, static_cast<int>(style.strong), {}};
        range.format.setFontWeight(QFont::DemiBold);
        laid.layout->setFormats({range});
    }
    const double height = style.size * style.line_height * kPoint;
    laid.layout->beginLayout();
    for (QTextLine line = laid.layout->createLine(); line.isValid(); line = laid.layout->createLine()) {
        line.setLineWidth(width);
        line.setPosition({0, laid.height + (height - line.height()) / 2});
        laid.height += height;
        laid.natural = std::max(laid.natural, line.naturalTextWidth());
        laid.starts.push_back(line.textStart());
    }
    laid.layout->endLayout();
    return laid;
}

// Places the blocks of a report one after the other.
class Pages {
  public:
    Pages(const ReportLook& look, const QSizeF& page) : look_(look), page_(page), pages_(1) {}

    void title(const report::Document& document) {
        text(report_words(document.title), {17, QFont::DemiBold, 1.25}, look_.text, 0);
        text(report_words(document.subtitle), {}, look_.muted, 3);
    }
    void operator()(const report::Heading& heading);
    void operator()(const report::Paragraph& paragraph) {
        const TextStyle style{paragraph.lead ? kLead : kBody, paragraph.strong ? QFont::DemiBold : QFont::Normal};
        text(report_words(paragraph.text), style, look_.text, kParagraphGap);
    }
    void operator()(const report::List& list);
    void operator()(const report::Table& table);
    void operator()(const report::Figure& figure);
    std::vector<PdfPage> take() {
        begin(0, 0);  // headings that nothing follows
        return std::move(pages_);
    }

  private:
    struct Waiting {  // a heading, until the block that follows it has a place
        Laid laid;
        double above = 0, below = 0;
    };
    struct LaidRow {
        std::vector<Laid> cells;
        double height = 0;
    };

    void new_page() {
        pages_.emplace_back();
        y_ = 0;
    }
    void begin(double above, double least);
    void place(const Laid& laid, double x, double width, const QColor& color) {
        pages_.back().texts.push_back({{x, y_, width, laid.height}, laid.layout, color});
    }
    void text(const QString& words, const TextStyle& style, const QColor& color, double above, double indent = 0,
              const QString& marker = {});
    LaidRow lay_out_row(const report::TablePart& part, const std::vector<std::string>& cells, bool strong,
                        qsizetype longest = kLongestCell) const;
    void place_row(const report::TablePart& part, const LaidRow& row, bool is_head);
    void write(const report::TablePart& part);
    double width_of(const std::string& words, bool strong);

    const ReportLook& look_;
    QSizeF page_;
    std::vector<PdfPage> pages_;
    std::vector<Waiting> waiting_;
    double y_ = 0;
    std::unordered_map<std::string, double> widths_[2];  // of texts in tables: plain, strong
};

// Makes room for a block of which `least` has to stay together, below the headings that wait for it. Units.
void Pages::begin(double above, double least) {
    double needed = above + least;
    for (const Waiting& heading : waiting_) needed += heading.above + heading.laid.height + heading.below;
    if (y_ > 0 && y_ + needed > page_.height()) new_page();
    for (const Waiting& heading : waiting_) {
        if (y_ > 0) y_ += heading.above;
        place(heading.laid, 0, page_.width(), look_.text);
        y_ += heading.laid.height + heading.below;
    }
    if (waiting_.empty() && y_ > 0) y_ += above;
    waiting_.clear();
}

// Texts of many lines are cut where a line ends: each piece stays on one page.
void Pages::text(const QString& words, const TextStyle& style, const QColor& color, double above, double indent,
                 const QString& marker) {
    const double width = page_.width() - indent;
    const Laid whole = lay_out(words, look_.font, width, style);
    const int lines = static_cast<int>(whole.starts.size());
    for (int first = 0; first < lines; first += kMostLines) {
        const int start = whole.starts[static_cast<std::size_t>(first)];
        const bool last = first + kMostLines >= lines;
        const qsizetype end = last ? words.size() : whole.starts[static_cast<std::size_t>(first + kMostLines)];
        TextStyle piece = style;
        piece.strong = std::clamp<qsizetype>(style.strong - start, 0, end - start);
        const Laid laid = first == 0 && last ? whole : lay_out(words.mid(start, end - start), look_.font, width, piece);
        begin(first == 0 ? above * kPoint : 0, laid.height);
        if (first == 0 && !marker.isEmpty()) {
            TextStyle right = style;
            right.alignment = Qt::AlignRight;
            right.strong = 0;
            const double room = indent - 4 * kPoint;
            place(lay_out(marker, look_.font, room, right), 0, room, color);
        }
        place(laid, indent, width, color);
        y_ += laid.height;
    }
}

void Pages::operator()(const report::Heading& heading) {
    if (heading.level == 1) {
        begin(0, 0);
        if (pages_.size() == 1 || y_ > page_.height() / 2) new_page();
    }
    const double size = heading.level == 1 ? 17 : heading.level == 2 ? 13 : 10.5;
    const double above = heading.level == 1 ? 30 : heading.level == 2 ? 16 : 10;
    const TextStyle style{size, QFont::DemiBold, 1.25};
    waiting_.push_back({lay_out(report_words(heading.text), look_.font, page_.width(), style), above * kPoint,
                        (heading.level <= 2 ? 4 : 3) * kPoint});
}

void Pages::operator()(const report::List& list) {
    const double indent = (list.ordered && list.items.size() > 9 ? 1.5 : 1) * kIndent * kPoint;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        const report::ListItem& item = list.items[i];
        TextStyle style;
        const QString label = report_words(item.label);
        style.strong = label.size();
        const QString words = label.isEmpty() ? report_words(item.text) : label + " " + report_words(item.text);
        const QString marker = list.ordered ? QString("%1.").arg(i + 1) : QString(QChar(0x2022));
        text(words, style, look_.text, i == 0 ? kParagraphGap : kItemGap, indent, marker);
    }
}

// As the layout itself measures it, so that a number given this width has one line.
double Pages::width_of(const std::string& words, bool strong) {
    const auto [found, is_new] = widths_[strong].emplace(words, 0);
    if (is_new) {
        const TextStyle style{kTableType, strong ? QFont::DemiBold : QFont::Normal};
        found->second = lay_out(report_words(words), look_.font, 1e6, style).natural + kSlack;
    }
    return found->second;
}

Pages::LaidRow Pages::lay_out_row(const report::TablePart& part, const std::vector<std::string>& cells, bool strong,
                                  qsizetype longest) const {
    LaidRow row;
    for (std::size_t i = 0; i < part.widths.size(); ++i) {
        QString words = i < cells.size() ? report_words(cells[i]) : QString();
        if (words.size() > longest) words = words.left(longest) + QChar(0x2026);
        TextStyle style{kTableType, strong ? QFont::DemiBold : QFont::Normal, kTableLineHeight};
        if (part.table.columns[i].right) style.alignment = Qt::AlignRight;
        row.cells.push_back(lay_out(words, look_.font, part.widths[i], style));
        row.height = std::max(row.height, row.cells.back().height);
    }
    row.height += 2 * kRowPadding * kPoint;
    if (row.height > page_.height() / 2 && longest > 20) return lay_out_row(part, cells, strong, longest / 2);
    return row;
}

void Pages::place_row(const report::TablePart& part, const LaidRow& row, bool is_head) {
    PdfPage& page = pages_.back();
    PdfRow placed{{0, y_, 0, row.height}, is_head, page.texts.size(), row.cells.size()};
    double x = 0;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        // Titles of several lines end where those of one line do.
        const double down = is_head ? row.height - 2 * kRowPadding * kPoint - row.cells[i].height : 0;
        page.texts.push_back({{x, y_ + kRowPadding * kPoint + down, part.widths[i], row.cells[i].height},
                              row.cells[i].layout,
                              is_head ? look_.muted : look_.text});
        x += part.widths[i] + kColumnGap * kPoint;
    }
    placed.area.setWidth(x - kColumnGap * kPoint);
    y_ += row.height;
    page.rules.push_back({{0, y_, placed.area.width(), y_}, is_head ? look_.line : look_.band});
    page.rows.push_back(placed);
}

void Pages::write(const report::TablePart& part) {
    std::vector<std::string> titles;
    for (const report::Table::Column& column : part.table.columns) titles.push_back(column.title);
    const LaidRow head = lay_out_row(part, titles, true);
    std::vector<LaidRow> rows;
    for (const report::Table::Row& row : part.table.rows) rows.push_back(lay_out_row(part, row.cells, row.strong));
    double least = head.height;
    for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), 2); ++i) least += rows[i].height;
    begin(kParagraphGap * kPoint, least);
    place_row(part, head, true);
    for (const LaidRow& row : rows) {
        if (y_ + row.height > page_.height()) {
            new_page();
            place_row(part, head, true);
        }
        place_row(part, row, false);
    }
}

void Pages::operator()(const report::Table& table) {
    const report::TableRoom room{page_.width(), kColumnGap * kPoint, kLongText * kPoint};
    const report::TextWidth width = [this](const std::string& words, bool strong) { return width_of(words, strong); };
    for (const report::TablePart& part : report::fit_table(report::folded(table, room, width), room, width))
        write(part);
}

void Pages::operator()(const report::Figure& figure) {
    const QByteArray svg = figure_svg(figure, look_);
    const TextStyle style{kTableType};
    const Laid caption = lay_out(report_words(figure.caption), look_.font, page_.width(), style);
    const QSizeF size = QSvgRenderer(svg).defaultSize();
    const double gap = 2 * kPoint;
    double room = page_.height() - caption.height - gap;
    for (const Waiting& heading : waiting_) room -= heading.above + heading.laid.height + heading.below;
    double scale = kUnitsPerPixel;
    if (!size.isEmpty()) scale = std::min({scale, page_.width() / size.width(), room / size.height()});
    const QSizeF drawn = size * scale;
    begin(kParagraphGap * kPoint, drawn.height() + gap + caption.height);
    if (!size.isEmpty()) pages_.back().figures.push_back({{QPointF(0, y_), drawn}, svg});
    y_ += drawn.height() + gap;
    place(caption, 0, page_.width(), look_.muted);
    y_ += caption.height;
}

}  // namespace

std::vector<PdfPage> lay_out_pages(const report::Document& document, const ReportLook& look, const QSizeF& page) {
    Pages pages(look, page);
    pages.title(document);
    for (const report::Block& block : document.blocks) std::visit(pages, block);
    return pages.take();
}

}  // namespace ablate::ui
