#pragma once
#include "core/report/document.h"

#include <QByteArray>
#include <QColor>
#include <QLineF>
#include <QRectF>
#include <QString>
#include <memory>
#include <vector>

class QTextLayout;

// The pages of a report on paper, before they are painted: where each text, line and figure goes. Lengths are
// twentieths of a point (1,440 an inch) from the top left corner of a page's text, so that a font of 8.5 points has 170
// of them.
namespace ablate::ui {

struct ReportLook;

inline constexpr int kPdfUnitsPerInch = 1440;

struct PdfText {
    QRectF area;                                // which the lines must not leave
    std::shared_ptr<const QTextLayout> layout;  // its lines are placed from the area's top left corner
    QColor color;
};
struct PdfRule {
    QLineF line;
    QColor color;
};
struct PdfFigure {
    QRectF area;
    QByteArray svg;
};
struct PdfRow {  // of a table
    QRectF area;
    bool is_head = false;
    std::size_t first_text = 0, texts = 0;  // its cells among the texts of the page
};
struct PdfPage {
    std::vector<PdfText> texts;
    std::vector<PdfRule> rules;
    std::vector<PdfFigure> figures;
    std::vector<PdfRow> rows;
};

// The first page is the answer: the part that a heading of level 1 begins starts on a new page after it, or where the
// answer takes more than a page in the upper half of the last. Headings stay with what follows, figures with their
// captions, and rows of tables are whole. The head of a table is repeated on each of its pages, and columns without
// room go into a further table (core/report/table_layout.h).
std::vector<PdfPage> lay_out_pages(const report::Document& document, const ReportLook& look, const QSizeF& page);

}  // namespace ablate::ui
