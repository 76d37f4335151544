#include "ui/charts/chart_export.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"

#include <QBuffer>
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QImage>
#include <QMenu>
#include <QMessageBox>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>

namespace ablate::ui {
namespace {

constexpr int kDotsPerInch = 96;  // a chart's pixel is 1/96 inch on paper
constexpr int kPngScale = 2;

QImage picture(const QSize& size, const PaintChart& paint) {
    QImage image(size * kPngScale, QImage::Format_RGB32);
    image.setDevicePixelRatio(kPngScale);
    QPainter painter(&image);
    paint(painter, QRectF(QPointF(), size));
    return image;
}

void write_svg(QBuffer& buffer, const QSize& size, const QString& title, const PaintChart& paint) {
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setResolution(kDotsPerInch);
    svg.setSize(size);
    svg.setViewBox(QRect(QPoint(), size));
    svg.setTitle(title);
    QPainter painter(&svg);
    paint(painter, QRectF(QPointF(), size));
}

void write_pdf(QBuffer& buffer, const QSize& size, const QString& title, const PaintChart& paint) {
    QPdfWriter pdf(&buffer);
    pdf.setTitle(title);
    pdf.setCreator("Ablate");
    pdf.setResolution(kDotsPerInch);
    pdf.setPageSize(QPageSize(QSizeF(size) * 72.0 / kDotsPerInch, QPageSize::Point, {}, QPageSize::ExactMatch));
    pdf.setPageMargins({});
    QPainter painter(&pdf);
    paint(painter, QRectF(QPointF(), size));
}

}  // namespace

void save_chart(const QString& file, ChartView::Format format, const QSize& size, const QString& title,
                const PaintChart& paint) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    switch (format) {
        case ChartView::Format::svg:
            write_svg(buffer, size, title, paint);
            break;
        case ChartView::Format::pdf:
            write_pdf(buffer, size, title, paint);
            break;
        case ChartView::Format::png:
            picture(size, paint).save(&buffer, "PNG");
            break;
    }
    const QByteArray& bytes = buffer.data();
    atomic_write(file.toStdString(), {bytes.constData(), static_cast<std::size_t>(bytes.size())});
}

void copy_chart(const QSize& size, const PaintChart& paint) {
    QGuiApplication::clipboard()->setImage(picture(size, paint));
}

void add_export_actions(QMenu& menu, QWidget* parent, const QString& suggested_name,
                        const std::function<void(const QString&, ChartView::Format)>& save,
                        const std::function<void()>& copy) {
    struct Choice {
        const char* name;
        const char* suffix;
        ChartView::Format format;
    };
    for (const Choice& choice :
         {Choice{"SVG", ".svg", ChartView::Format::svg}, Choice{"PDF", ".pdf", ChartView::Format::pdf},
          Choice{"PNG", ".png", ChartView::Format::png}}) {
        menu.addAction(QString("Save as %1...").arg(choice.name), parent, [=] {
            QString file = QFileDialog::getSaveFileName(parent, "Save chart", suggested_name + choice.suffix,
                                                        QString("%1 (*%2)").arg(choice.name, choice.suffix));
            if (file.isEmpty()) return;
            if (!file.endsWith(choice.suffix, Qt::CaseInsensitive)) file += choice.suffix;
            try {
                save(file, choice.format);
            } catch (const std::exception& error) {
                QMessageBox box(QMessageBox::Warning, "Chart not saved", error.what(), QMessageBox::Ok, parent);
                box.setTextFormat(Qt::PlainText);
                box.exec();
            }
        });
    }
    menu.addAction("Copy as picture", parent, copy);
}

}  // namespace ablate::ui
