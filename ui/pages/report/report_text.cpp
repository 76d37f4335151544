#include "ui/pages/report/report_text.h"

#include "core/report/escape.h"
#include "core/report/svg_plot.h"
#include "ui/theme/theme.h"

#include <QAbstractTextDocumentLayout>
#include <QPaintDevice>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextFrame>
#include <QTextList>
#include <QTextTable>
#include <algorithm>

namespace ablate::ui {
namespace {

constexpr double kDotsPerInch = 96;  // of the lengths below
constexpr double kParagraphGap = 10, kLineHeight = 125;
constexpr double kPageMargin = 24;   // px, of the preview
constexpr double kTableScale = 0.9;  // of the type in tables

double dots(const QTextDocument* document) {
    const QPaintDevice* device = document->documentLayout()->paintDevice();
    return device ? device->logicalDpiY() / kDotsPerInch : 1;
}

QTextBlockFormat block(double above, double below) {
    QTextBlockFormat format;
    format.setTopMargin(above);
    format.setBottomMargin(below);
    format.setLineHeight(kLineHeight, QTextBlockFormat::ProportionalHeight);
    return format;
}

// Writes the blocks of a report one after the other.
class Writer {
  public:
    Writer(QTextDocument& document, const ReportLook& look) : cursor_(&document), look_(look) {}

    void title(const report::Document& document) {
        write(report_words(document.title), block(0, 4), style(1.8, QFont::DemiBold, look_.text));
        write(report_words(document.subtitle), block(0, 16), style(1, QFont::Normal, look_.muted));
    }
    void operator()(const report::Heading& heading) {
        const bool chapter = heading.level <= 2;
        QTextBlockFormat format = block(heading.level == 1 ? 48 : chapter ? 28 : 18, 8);
        format.setHeadingLevel(heading.level);
        write(report_words(heading.text), format,
              style(heading.level == 1 ? 1.8
                    : chapter          ? 1.35
                                       : 1.1,
                    QFont::DemiBold, look_.text));
    }
    void operator()(const report::Paragraph& paragraph) {
        write(report_words(paragraph.text), block(0, kParagraphGap),
              style(paragraph.lead ? 1.25 : 1, paragraph.strong ? QFont::DemiBold : QFont::Normal, look_.text));
    }
    void operator()(const report::List& list) {
        QTextListFormat format;
        format.setStyle(list.ordered ? QTextListFormat::ListDecimal : QTextListFormat::ListDisc);
        QTextList* made = nullptr;
        for (std::size_t i = 0; i < list.items.size(); ++i) {
            const report::ListItem& item = list.items[i];
            start(block(0, i + 1 == list.items.size() ? kParagraphGap : 3), style(1, QFont::Normal, look_.text));
            if (!made)
                made = cursor_.createList(format);
            else
                made->add(cursor_.block());
            if (!item.label.empty())
                cursor_.insertText(report_words(item.label) + " ", style(1, QFont::DemiBold, look_.text));
            cursor_.insertText(report_words(item.text), style(1, QFont::Normal, look_.text));
        }
    }
    void operator()(const report::Table& table);
    void operator()(const report::Figure& figure) {
        QTextBlockFormat format = block(4, 2);
        format.setLineHeight(0, QTextBlockFormat::SingleHeight);
        start(format, {});
        QTextCharFormat object;
        object.setObjectType(ReportFigures::type);
        object.setProperty(ReportFigures::index, static_cast<int>(figures_.size()));
        cursor_.insertText(QString(QChar::ObjectReplacementCharacter), object);
        figures_.push_back(figure_svg(figure, look_));
        write(report_words(figure.caption), block(0, 16), style(0.9, QFont::Normal, look_.muted));
    }
    std::vector<QByteArray> figures() { return std::move(figures_); }

  private:
    QTextCharFormat style(double scale, QFont::Weight weight, const QColor& color) const {
        QTextCharFormat format;
        QFont font = look_.font;
        font.setPointSizeF(font.pointSizeF() * scale);
        font.setWeight(weight);
        format.setFont(font);
        format.setForeground(color);
        return format;
    }
    // The next block, unless an empty one is there already.
    void start(const QTextBlockFormat& format, const QTextCharFormat& characters) {
        if (std::exchange(begun_, true))
            cursor_.insertBlock(format, characters);
        else
            cursor_.setBlockFormat(format);
    }
    void write(const QString& words, const QTextBlockFormat& format, const QTextCharFormat& characters) {
        start(format, characters);
        cursor_.insertText(words, characters);
    }
    QTextCursor cursor_;
    const ReportLook& look_;
    bool begun_ = false;
    std::vector<QByteArray> figures_;
};

void Writer::operator()(const report::Table& table) {
    QTextTableFormat format;
    format.setBorder(0);
    format.setCellSpacing(0);
    format.setCellPadding(4);
    format.setTopMargin(2);
    format.setBottomMargin(kParagraphGap + 2);
    format.setHeaderRowCount(1);
    format.setBorderCollapse(true);
    const int columns = static_cast<int>(table.columns.size());
    QTextTable* made = cursor_.insertTable(static_cast<int>(table.rows.size()) + 1, columns, format);
    const auto fill = [&](int row, int column, const std::string& words, const QTextCharFormat& characters,
                          const QColor& line) {
        QTextTableCell cell = made->cellAt(row, column);
        QTextTableCellFormat edge;
        edge.setBottomBorder(1);
        edge.setBottomBorderStyle(QTextFrameFormat::BorderStyle_Solid);
        edge.setBottomBorderBrush(line);
        cell.setFormat(edge);
        QTextCursor at = cell.firstCursorPosition();
        QTextBlockFormat aligned;
        aligned.setAlignment(table.columns[static_cast<std::size_t>(column)].right ? Qt::AlignRight : Qt::AlignLeft);
        at.setBlockFormat(aligned);
        at.insertText(report_words(words), characters);
    };
    for (int i = 0; i < columns; ++i)
        fill(0, i, table.columns[static_cast<std::size_t>(i)].title, style(kTableScale, QFont::DemiBold, look_.muted),
             look_.line);
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        const report::Table::Row& cells = table.rows[row];
        const QTextCharFormat characters =
            style(kTableScale, cells.strong ? QFont::DemiBold : QFont::Normal, look_.text);
        for (std::size_t i = 0; i < cells.cells.size() && i < table.columns.size(); ++i)
            fill(static_cast<int>(row) + 1, static_cast<int>(i), cells.cells[i], characters, look_.band);
    }
    cursor_.movePosition(QTextCursor::End);
    begun_ = false;  // a block follows every table, empty as yet
}

}  // namespace

QString report_words(const std::string& words) {
    return QString::fromStdString(report::unbroken(report::printable(words)));
}

QByteArray figure_svg(const report::Figure& figure, const ReportLook& look) {
    QByteArray svg = QByteArray::fromStdString(look.dark ? report::with_dark_colors(figure.svg) : figure.svg);
    const QByteArray root = "<svg ";
    svg.replace(svg.indexOf(root), root.size(), root + "color=\"" + look.text.name().toLatin1() + "\" ");
    const QByteArray family = "font-family=\"system-ui, sans-serif\"";  // a name that Qt takes for one font's
    if (const auto at = svg.indexOf(family); at >= 0)
        svg.replace(at, family.size(), "font-family=\"" + look.font.family().toHtmlEscaped().toUtf8() + "\"");
    return svg;
}

ReportLook ReportLook::screen() {
    const Palette& c = Theme::instance().palette();
    return {Theme::instance().font(), c.text, c.muted, c.line, c.grid, Theme::instance().dark()};
}

ReportLook ReportLook::paper() {
    QFont font = Theme::instance().font();
    font.setPointSizeF(9);
    // Shaping may pick glyphs that stand for no character (Inter has its own ":" between digits): a reader of the
    // PDF could neither copy nor search them.
    font.setStyleStrategy(QFont::PreferNoShaping);
    return {font, QColor("#1f2328"), QColor("#59636e"), QColor("#c8cdd3"), QColor("#e6e8eb")};
}

struct ReportFigures::Drawn {
    explicit Drawn(const QByteArray& svg) : renderer(svg) {}
    QSvgRenderer renderer;
    QPixmap picture;  // for the screen, at the size it was last asked for
};

ReportFigures::ReportFigures(std::vector<QByteArray> svgs, QObject* parent) : QObject(parent) {
    for (const QByteArray& svg : svgs) figures_.push_back(std::make_unique<Drawn>(svg));
}

ReportFigures::~ReportFigures() = default;

QSizeF ReportFigures::intrinsicSize(QTextDocument* document, int, const QTextFormat& format) {
    const QSvgRenderer& renderer = figures_.at(static_cast<std::size_t>(format.intProperty(index)))->renderer;
    const QSizeF size = QSizeF(renderer.defaultSize()) * dots(document);
    const QTextFrameFormat page = document->rootFrame()->frameFormat();
    const double room = document->pageSize().width() - (page.leftMargin() + page.rightMargin()) * dots(document);
    if (size.isEmpty() || room <= 0 || size.width() <= room) return size;
    return size * (room / size.width());
}

void ReportFigures::drawObject(QPainter* painter, const QRectF& area, QTextDocument*, int, const QTextFormat& format) {
    Drawn& figure = *figures_.at(static_cast<std::size_t>(format.intProperty(index)));
    const double ratio = painter->device()->devicePixelRatioF();
    const QSize wanted = (area.size() * ratio).toSize();
    if (figure.picture.size() != wanted) {
        figure.picture = QPixmap(wanted);
        figure.picture.fill(Qt::transparent);
        QPainter into(&figure.picture);
        into.setRenderHint(QPainter::Antialiasing);
        figure.renderer.render(&into, QRectF(QPointF(), wanted));
        figure.picture.setDevicePixelRatio(ratio);
    }
    painter->drawPixmap(area.topLeft(), figure.picture);
}

std::unique_ptr<QTextDocument> report_text(const report::Document& document, const ReportLook& look) {
    auto made = std::make_unique<QTextDocument>();
    made->setUndoRedoEnabled(false);
    made->setDefaultFont(look.font);
    made->setDocumentMargin(kPageMargin);
    Writer writer(*made, look);
    writer.title(document);
    for (const report::Block& one : document.blocks) std::visit(writer, one);
    new ReportFigures(writer.figures(), made.get());
    return made;
}

void lay_out_figures(QTextDocument& text) {
    text.documentLayout()->registerHandler(ReportFigures::type, text.findChild<ReportFigures*>());
}

}  // namespace ablate::ui
