#pragma once
#include "ui/charts/chart_view.h"

#include <functional>

class QMenu;
class QPainter;

namespace ablate::ui {

// Paints into an area of a painter; the same call serves every format. The style is that of paper.
using PaintChart = std::function<void(QPainter& painter, const QRectF& area, const ChartStyle& style)>;

// A chart of `size` as a file, whole or not at all: vectors in SVG and PDF, twice the size in PNG.
// InputError: it cannot be written there; ResourceError: the disk is full.
void save_chart(const QString& file, BaseChart::Format format, const QSize& size, const QString& title,
                const PaintChart& paint);
void copy_chart(const QSize& size, const PaintChart& paint);  // to the clipboard, as a picture

struct FileKind {
    QString name, suffix;  // CSV, .csv
};
// Asks where to save such a file, whose name gets the suffix; a failure is told in a message box.
void choose_file_to_save(QWidget* parent, const QString& suggested_name, const FileKind& kind,
                         const std::function<void(const QString&)>& save);
// The same as an entry of a menu: "Save as CSV...".
void add_file_action(QMenu& menu, QWidget* parent, const QString& suggested_name, const FileKind& kind,
                     const std::function<void(const QString&)>& save);

// "Save as..." and "Copy" entries; a failure is told in a message box.
void add_export_actions(QMenu& menu, QWidget* parent, const QString& suggested_name,
                        const std::function<void(const QString&, BaseChart::Format)>& save,
                        const std::function<void()>& copy);

}  // namespace ablate::ui
