#include "ui/charts/chart_export.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "ui/charts/chart_style.h"

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
    ChartStyle style = ChartStyle::for_print();
    style.ratio = kPngScale;
    paint(painter, QRectF(QPointF(), size), style);
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
    paint(painter, QRectF(QPointF(), size), ChartStyle::for_print());
}

void write_pdf(QBuffer& buffer, const QSize& size, const QString& title, const PaintChart& paint) {
    QPdfWriter pdf(&buffer);
    pdf.setTitle(title);
    pdf.setCreator("Ablate");
    pdf.setResolution(kDotsPerInch);
    pdf.setPageSize(QPageSize(QSizeF(size) * 72.0 / kDotsPerInch, QPageSize::Point, {}, QPageSize::ExactMatch));
    pdf.setPageMargins({});
    QPainter painter(&pdf);
    painter.setRenderHint(QPainter::LosslessImageRendering);
    paint(painter, QRectF(QPointF(), size), ChartStyle::for_print());
}

}  // namespace

void save_chart(const QString& file, BaseChart::Format format, const QSize& size, const QString& title,
                const PaintChart& paint) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    switch (format) {
        case BaseChart::Format::svg:
            write_svg(buffer, size, title, paint);
            break;
        case BaseChart::Format::pdf:
            write_pdf(buffer, size, title, paint);
            break;
        case BaseChart::Format::png:
            picture(size, paint).save(&buffer, "PNG");
            break;
    }
    const QByteArray& bytes = buffer.data();
    atomic_write(file.toStdString(), {bytes.constData(), static_cast<std::size_t>(bytes.size())});
}

void copy_chart(const QSize& size, const PaintChart& paint) {
    QGuiApplication::clipboard()->setImage(picture(size, paint));
}

void choose_file_to_save(QWidget* parent, const QString& suggested_name, const FileKind& kind,
                         const std::function<void(const QString&)>& save) {
    QString file = QFileDialog::getSaveFileName(parent, "Save chart", suggested_name + kind.suffix,
                                                QString("%1 (*%2)").arg(kind.name, kind.suffix));
    if (file.isEmpty()) return;
    if (!file.endsWith(kind.suffix, Qt::CaseInsensitive)) file += kind.suffix;
    try {
        save(file);
    } catch (const std::exception& error) {
        QMessageBox box(QMessageBox::Warning, "Chart not saved", error.what(), QMessageBox::Ok, parent);
        box.setTextFormat(Qt::PlainText);
        box.exec();
    }
}

void add_file_action(QMenu& menu, QWidget* parent, const QString& suggested_name, const FileKind& kind,
                     const std::function<void(const QString&)>& save) {
    menu.addAction(QString("Save as %1...").arg(kind.name), parent,
                   [=] { choose_file_to_save(parent, suggested_name, kind, save); });
}

void add_export_actions(QMenu& menu, QWidget* parent, const QString& suggested_name,
                        const std::function<void(const QString&, BaseChart::Format)>& save,
                        const std::function<void()>& copy) {
    using Format = BaseChart::Format;
    for (const auto& [kind, format] :
         {std::pair(FileKind{"SVG", ".svg"}, Format::svg), std::pair(FileKind{"PDF", ".pdf"}, Format::pdf),
          std::pair(FileKind{"PNG", ".png"}, Format::png)})
        add_file_action(menu, parent, suggested_name, kind, [=](const QString& file) { save(file, format); });
    menu.addAction("Copy as picture", parent, copy);
}

}  // namespace ablate::ui
