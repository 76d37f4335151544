#pragma once
#include "core/report/document.h"

#include <QColor>
#include <QFont>
#include <QTextObjectInterface>
#include <memory>

class QTextDocument;

// A report as a text document, for the preview. The PDF has a layout by pages instead: pdf_layout.h.
namespace ablate::ui {

struct ReportLook {
    QFont font;  // of running text
    QColor text, muted, line, band;
    bool dark = false;           // the ground: figures take the colors for it
    static ReportLook screen();  // of the theme in force; the window's thread alone
    static ReportLook paper();
};

// Paints the figures at their places in the text, as wide as the page allows.
class ReportFigures : public QObject, public QTextObjectInterface {
    Q_OBJECT
    Q_INTERFACES(QTextObjectInterface)
  public:
    enum { type = 0x1001 };     // QTextFormat::UserObject + 1
    enum { index = 0x100001 };  // QTextFormat::UserProperty + 1: of the character format
    ReportFigures(std::vector<QByteArray> svgs, QObject* parent);
    ~ReportFigures() override;
    QSizeF intrinsicSize(QTextDocument* document, int position, const QTextFormat& format) override;
    void drawObject(QPainter* painter, const QRectF& area, QTextDocument* document, int position,
                    const QTextFormat& format) override;

  private:
    struct Drawn;
    std::vector<std::unique_ptr<Drawn>> figures_;
};

// The text document of a report, without a layout: it can be made in a worker and moved to the window's thread. Its
// figures show once lay_out_figures() was called there.
std::unique_ptr<QTextDocument> report_text(const report::Document& document, const ReportLook& look);
void lay_out_figures(QTextDocument& text);

// A text of the report as it is shown: without control characters and direction overrides, since names and causes come
// from files of others, and with "±" and "%" kept with their numbers.
QString report_words(const std::string& words);
// A figure whose text and axes have the color and the font of the look.
QByteArray figure_svg(const report::Figure& figure, const ReportLook& look);

}  // namespace ablate::ui
