#pragma once
#include "core/report/document.h"

#include <QColor>
#include <QFont>
#include <QTextObjectInterface>
#include <memory>

class QTextDocument;

// A report as a text document, for the preview and for the PDF alike: selectable text, figures as vectors.
namespace ablate::ui {

struct ReportLook {
    QFont font;  // of running text
    QColor text, muted, line, band;
    bool fill_width = false;     // tables as wide as the page: on paper long cells wrap
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

// A4 with page numbers, text that can be selected and figures as vectors, as the bytes of a PDF file. In any thread.
QByteArray report_pdf(const report::Document& document);

}  // namespace ablate::ui
