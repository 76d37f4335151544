#include "ui/pages/report/report_text.h"

#include <QAbstractTextDocumentLayout>
#include <QBuffer>
#include <QPainter>
#include <QPdfWriter>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextLayout>
#include <QThread>
#include <cmath>

namespace ablate::ui {
namespace {

constexpr int kResolution = 600;               // dots an inch, for the metrics of the text
constexpr QMarginsF kMargins(20, 18, 20, 22);  // mm
constexpr double kFooterFromText = 8;          // mm below the text
constexpr double kMillimetresPerInch = 25.4;

double device_units(double millimetres) { return millimetres / kMillimetresPerInch * kResolution; }

void paint_footer(QPainter& painter, const ReportLook& look, const QSizeF& page, const QString& title, int number,
                  int count) {
    QFont font = look.font;
    font.setPointSizeF(8);
    painter.setFont(font);
    painter.setPen(look.muted);
    const QFontMetricsF metrics(font, painter.device());
    const QRectF footer(0, page.height() + device_units(kFooterFromText) - metrics.height(), page.width(),
                        metrics.height());
    const QString place = QString("%1 / %2").arg(number).arg(count);
    const double room = footer.width() - metrics.horizontalAdvance(place) - device_units(10);
    painter.drawText(footer, Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(title, Qt::ElideRight, room));
    painter.drawText(footer, Qt::AlignRight | Qt::AlignVCenter, place);
}

double first_line_top(const QTextDocument& text, const QTextBlock& block) {
    const double top = text.documentLayout()->blockBoundingRect(block).top();  // lays the block out
    return top + (block.layout()->lineCount() > 0 ? block.layout()->lineAt(0).y() : 0);
}

// A heading at the foot of a page goes to the next one, with those right before it.
void keep_headings_with_text(QTextDocument& text) {
    const QSizeF page = text.pageSize();
    const double height = page.height();
    for (QTextBlock block = text.begin(); block.isValid(); block = block.next()) {
        if (block.blockFormat().headingLevel() == 0) continue;
        const QTextBlock first = block;
        while (block.next().isValid() && block.blockFormat().headingLevel() > 0) block = block.next();
        const double above = first_line_top(text, first), below = first_line_top(text, block);
        const double end =
            below + QFontMetricsF(block.charFormat().font(), text.documentLayout()->paintDevice()).height();
        if (std::floor(above / height) == std::floor(end / height)) continue;
        QTextBlockFormat format = first.blockFormat();
        format.setPageBreakPolicy(QTextFormat::PageBreak_AlwaysBefore);
        QTextCursor(first).setBlockFormat(format);
        text.setPageSize(page);  // lays all of it out anew: what follows has moved
    }
}

}  // namespace

namespace {

QByteArray pdf_of(const report::Document& document) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    const QString title = QString::fromStdString(document.title);
    {
        QPdfWriter pdf(&buffer);
        pdf.setTitle(title);
        pdf.setCreator("Ablate");
        pdf.setResolution(kResolution);
        pdf.setPageSize(QPageSize(QPageSize::A4));
        pdf.setPageMargins(kMargins, QPageLayout::Millimeter);

        const ReportLook look = ReportLook::paper();
        const std::unique_ptr<QTextDocument> text = report_text(document, look);
        text->documentLayout()->setPaintDevice(&pdf);
        lay_out_figures(*text);
        const QSizeF page(pdf.width(), pdf.height());
        text->setPageSize(page);
        keep_headings_with_text(*text);
        const int count = text->pageCount();
        QPainter painter(&pdf);
        for (int number = 0; number < count; ++number) {
            if (number > 0) pdf.newPage();
            const QRectF view(0, number * page.height(), page.width(), page.height());
            painter.save();
            painter.translate(0, -view.top());
            painter.setClipRect(view);
            QAbstractTextDocumentLayout::PaintContext context;
            context.clip = view;
            context.palette.setColor(QPalette::Text, look.text);
            text->documentLayout()->draw(&painter, context);
            painter.restore();
            paint_footer(painter, look, page, title, number + 1, count);
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
