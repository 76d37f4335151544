#include "ui/pages/report/report_pdf.h"

#include "ui/pages/report/pdf_layout.h"
#include "ui/pages/report/report_text.h"

#include <QBuffer>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgRenderer>
#include <QTextLayout>
#include <QThread>
#include <memory>

namespace ablate::ui {
namespace {

constexpr QMarginsF kMargins(16, 15, 16, 18);  // mm
constexpr double kFooterFromText = 8;          // mm below the text
constexpr double kMillimetersPerInch = 25.4;
constexpr double kRule = 10;  // units: half a point

double units(double millimeters) { return millimeters / kMillimetersPerInch * kPdfUnitsPerInch; }

void paint_footer(QPainter& painter, const ReportLook& look, const QSizeF& page, const QString& title,
                  std::size_t number, std::size_t count) {
    QFont font = look.font;
    font.setPixelSize(160);  // 8 points
    painter.setFont(font);
    painter.setPen(look.muted);
    const QFontMetricsF metrics(font, painter.device());
    const QRectF footer(0, page.height() + units(kFooterFromText) - metrics.height(), page.width(), metrics.height());
    const QString place = QString("%1 / %2").arg(number).arg(count);
    const double room = footer.width() - metrics.horizontalAdvance(place) - units(10);
    painter.drawText(footer, Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(title, Qt::ElideRight, room));
    painter.drawText(footer, Qt::AlignRight | Qt::AlignVCenter, place);
}

void paint(QPainter& painter, const PdfPage& page) {
    for (const PdfRule& rule : page.rules) {
        painter.setPen(QPen(rule.color, kRule));
        painter.drawLine(rule.line);
    }
    for (const PdfFigure& figure : page.figures) QSvgRenderer(figure.svg).render(&painter, figure.area);
    for (const PdfText& text : page.texts) {
        painter.setPen(text.color);
        text.layout->draw(&painter, text.area.topLeft());
    }
}

QByteArray pdf_of(const report::Document& document) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    const QString title = report_words(document.title);
    {
        QPdfWriter pdf(&buffer);
        pdf.setTitle(title);
        pdf.setCreator("Ablate");
        pdf.setResolution(kPdfUnitsPerInch);
        pdf.setPageSize(QPageSize(QPageSize::A4));
        pdf.setPageMargins(kMargins, QPageLayout::Millimeter);

        const ReportLook look = ReportLook::paper();
        const QSizeF page(pdf.width(), pdf.height());
        const std::vector<PdfPage> pages = lay_out_pages(document, look, page);
        QPainter painter(&pdf);
        for (std::size_t i = 0; i < pages.size(); ++i) {
            if (i > 0) pdf.newPage();
            paint(painter, pages[i]);
            paint_footer(painter, look, page, title, i + 1, pages.size());
        }
    }
    return bytes;
}

}  // namespace

// Qt's text layout starts timers, which only threads of Qt's have.
QByteArray report_pdf(const report::Document& document) {
    QByteArray bytes;
    const std::unique_ptr<QThread> thread(QThread::create([&] { bytes = pdf_of(document); }));
    thread->start();
    thread->wait();
    return bytes;
}

}  // namespace ablate::ui
