#include "ui/pages/study/marks.h"

#include "ui/theme/theme.h"

namespace ablate::ui {

Mark mark_of(study::Severity severity) {
    switch (severity) {
        case study::Severity::note:
            return Mark::note;
        case study::Severity::warning:
            return Mark::warning;
        case study::Severity::error:
            return Mark::error;
    }
    throw std::logic_error("unknown severity");
}

QString in_words(Mark mark) {
    switch (mark) {
        case Mark::none:
            return {};
        case Mark::passed:
            return "passed";
        case Mark::note:
            return "note";
        case Mark::warning:
            return "warning";
        case Mark::error:
            return "error";
    }
    throw std::logic_error("unknown mark");
}

void draw_mark(QPainter& painter, const QPointF& center, Mark mark) {
    const Palette& c = Theme::instance().palette();
    const auto pen = [](const QColor& color, double width) {
        return QPen(color, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
    };
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(center);
    painter.setBrush(Qt::NoBrush);
    if (mark == Mark::passed) {
        painter.setPen(pen(c.passed, 1.75));
        painter.drawPolyline(QPolygonF{{-4, 0.5}, {-1, 3.5}, {4.5, -3}});
    } else if (mark == Mark::warning) {
        painter.setPen(pen(c.warning, 1.5));
        painter.drawPolygon(QPolygonF{{0, -5.5}, {6, 5}, {-6, 5}});
        painter.drawLine(QPointF(0, -2), QPointF(0, 1));
        painter.drawPoint(QPointF(0, 3));
    } else if (mark == Mark::error) {
        painter.setPen(pen(c.danger, 1.5));
        painter.drawEllipse(QPointF(), 6, 6);
        painter.drawLine(QPointF(-2.25, -2.25), QPointF(2.25, 2.25));
        painter.drawLine(QPointF(-2.25, 2.25), QPointF(2.25, -2.25));
    } else if (mark == Mark::note) {
        painter.setPen(pen(c.muted, 1.5));
        painter.drawEllipse(QPointF(), 6, 6);
        painter.drawPoint(QPointF(0, -2.75));
        painter.drawLine(QPointF(0, 0), QPointF(0, 2.75));
    }
    painter.restore();
}

}  // namespace ablate::ui
