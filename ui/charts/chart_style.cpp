#include "ui/charts/chart_style.h"

#include "core/plot/palette.h"

#include <QFontMetricsF>
#include <QPaintEngine>
#include <QPainter>

namespace ablate::ui {
namespace {

constexpr int kPiece = 24;  // points drawn at once on a raster

}  // namespace

ChartStyle ChartStyle::for_screen() {
    const Theme& theme = Theme::instance();
    return {theme.palette(), theme.font(-1), false, theme.dark(), 1};
}

ChartStyle ChartStyle::for_print() { return {Theme::palette_of(false), Theme::instance().font(-1), true, false, 1}; }

QColor ChartStyle::ink(const QColor& color) const {
    const bool from_dark = Theme::instance().dark();
    if (from_dark == to_dark) return color;
    return QColor::fromRgb(plot::on_other_ground(color.rgb() & 0xffffff, from_dark));
}

void draw_line(QPainter& painter, const QPolygonF& points) {
    const int count = static_cast<int>(points.size());
    if (count == 1) return painter.drawPoint(points.front());
    if (!is_raster(painter) || painter.pen().style() != Qt::SolidLine) return painter.drawPolyline(points);
    for (int i = 0; i + 1 < count; i += kPiece)
        painter.drawPolyline(points.constData() + i, std::min(kPiece + 1, count - i));
}

bool is_raster(const QPainter& painter) {
    return painter.paintEngine() && painter.paintEngine()->type() == QPaintEngine::Raster;
}

void draw_label(QPainter& painter, const QRectF& area, Qt::Alignment alignment, const QString& text,
                Qt::TextElideMode elide) {
    const QFontMetricsF metrics(painter.font(), painter.device());
    const QString shown = metrics.elidedText(text, elide, area.width());
    painter.drawText(area, static_cast<int>(alignment) | Qt::TextSingleLine | Qt::TextDontClip, shown);
}

}  // namespace ablate::ui
