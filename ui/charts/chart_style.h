#pragma once
#include "ui/theme/theme.h"

class QPainter;

namespace ablate::ui {

// What a chart is drawn with. On paper it is always the light theme, whatever the window shows.
struct ChartStyle {
    const Palette& palette;
    QFont font;
    bool print = false;
    bool to_dark = false;
    double ratio = 1;  // device pixels of a pixel

    static ChartStyle for_screen();
    static ChartStyle for_print();
    QColor ink(const QColor& color) const;  // a curve's color; a run's in the theme drawn
    QColor faint(const QColor& color) const { return mixed(ink(color), palette.surface, to_dark ? 0.66 : 0.72); }
};

// Lines of thousands of points: a raster engine strokes short pieces much faster than one long self-crossing path;
// vector formats get one path.
void draw_line(QPainter& painter, const QPolygonF& points);

// Whether this painter fills pixels, and is not writing a vector file.
bool is_raster(const QPainter& painter);

// Text of the chart's own: one line, never markup, elided to its area.
void draw_label(QPainter& painter, const QRectF& area, Qt::Alignment alignment, const QString& text,
                Qt::TextElideMode elide = Qt::ElideRight);

}  // namespace ablate::ui
