#include "ui/pages/runs/runs_delegate.h"

#include "ui/pages/runs/run_columns.h"
#include "ui/pages/runs/runs_model.h"
#include "ui/theme/theme.h"
#include "ui/widgets/run_words.h"

#include <QApplication>
#include <QPainter>
#include <cmath>

namespace ablate::ui {

namespace {

constexpr int kMargin = 8, kRowHeight = 32, kChipHeight = 20, kSign = 10, kSwatch = 16, kBarHeight = 6;

const Palette& palette() { return Theme::instance().palette(); }

QColor ink_of(const QString& status) { return look_color(status_look(status)); }

QPolygonF polygon(const QRectF& box, std::initializer_list<QPointF> shares) {
    QPolygonF points;
    for (const QPointF& share : shares)
        points << QPointF(box.left() + share.x() * box.width(), box.top() + share.y() * box.height());
    return points;
}

// Each state has its own sign, so that it is told without color too.
void paint_sign(QPainter& painter, const QRectF& box, const QString& status, const QColor& ink) {
    painter.setPen(QPen(ink, 1.75, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    if (status == "queued") {
        painter.drawEllipse(box.adjusted(1, 1, -1, -1));
    } else if (status == "running") {
        painter.setBrush(ink);
        painter.drawPolygon(polygon(box, {{0.2, 0.05}, {0.9, 0.5}, {0.2, 0.95}}));
    } else if (status == "paused" || status == "pausing") {
        painter.drawPolyline(polygon(box, {{0.3, 0.1}, {0.3, 0.9}}));
        painter.drawPolyline(polygon(box, {{0.7, 0.1}, {0.7, 0.9}}));
    } else if (status == "interrupted") {
        painter.drawPolyline(polygon(box, {{0.65, 0.0}, {0.3, 0.55}, {0.7, 0.45}, {0.35, 1.0}}));
    } else if (status == "healthy") {
        painter.drawPolyline(polygon(box, {{0.05, 0.55}, {0.38, 0.88}, {0.95, 0.15}}));
    } else if (status == "stopped" || status == "stopping") {
        painter.setBrush(ink);
        painter.drawRect(box.adjusted(1.5, 1.5, -1.5, -1.5));
    } else if (status == "collapsed") {
        painter.drawPolyline(polygon(box, {{0.0, 0.15}, {0.45, 0.3}, {0.75, 0.95}}));
        painter.drawPolyline(polygon(box, {{0.4, 0.8}, {0.75, 0.95}, {0.98, 0.6}}));
    } else if (status == "failed") {
        painter.drawPolyline(polygon(box, {{0.1, 0.1}, {0.9, 0.9}}));
        painter.drawPolyline(polygon(box, {{0.9, 0.1}, {0.1, 0.9}}));
    } else {  // unreadable
        painter.drawPolyline(polygon(box, {{0.5, 0.05}, {0.5, 0.6}}));
        painter.drawPoint(polygon(box, {{0.5, 0.92}}).first());
    }
}

QRectF chip_box(const QRectF& area, double width) {
    return {area.left(), area.center().y() - kChipHeight / 2.0, std::min(width, area.width()), kChipHeight};
}

void paint_chip_ground(QPainter& painter, const QRectF& box, const QColor& ink) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(palette().surface, ink, 0.14));
    painter.drawRoundedRect(box, kChipHeight / 2.0, kChipHeight / 2.0);
}

// `place` in the queue of those that wait; empty of others.
void paint_state(QPainter& painter, const QRectF& area, const QString& status, const QString& place) {
    const QColor ink = ink_of(status);
    const QString words = place.isEmpty() ? status : status + " · " + place;
    const double text_width = painter.fontMetrics().horizontalAdvance(words);
    const QRectF box = chip_box(area, text_width + kSign + 2 * kMargin + 5);
    paint_chip_ground(painter, box, ink);
    paint_sign(painter, QRectF(box.left() + kMargin, box.center().y() - kSign / 2.0, kSign, kSign), status, ink);
    painter.setPen(ink);
    painter.drawText(box.adjusted(kMargin + kSign + 5, 0, -kMargin, 0), Qt::AlignLeft | Qt::AlignVCenter, words);
}

// What does not fit is counted: "+2".
void paint_tags(QPainter& painter, const QRectF& area, const QStringList& tags) {
    const QFontMetrics metrics = painter.fontMetrics();
    QRectF rest = area;
    for (qsizetype i = 0; i < tags.size(); ++i) {
        const QString more = i + 1 < tags.size() ? QString("+%1").arg(tags.size() - i) : QString();
        const double needed = metrics.horizontalAdvance(tags[i]) + 2 * kMargin;
        const bool last = i + 1 == tags.size();
        const double reserve = last ? 0 : metrics.horizontalAdvance(more) + kMargin;
        if (needed + reserve > rest.width() && i > 0) {
            painter.setPen(palette().muted);
            painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter, QString("+%1").arg(tags.size() - i));
            return;
        }
        const QRectF box = chip_box(rest, std::min(needed, rest.width() - reserve));
        paint_chip_ground(painter, box, palette().muted);
        painter.setPen(palette().text);
        const int room = static_cast<int>(box.width()) - 2 * kMargin;
        painter.drawText(box, Qt::AlignCenter, metrics.elidedText(tags[i], Qt::ElideRight, std::max(room, 0)));
        rest.setLeft(box.right() + 4);
    }
}

void paint_progress(QPainter& painter, const QRectF& area, double share, const QString& status) {
    const QString percent = QString("%1 %").arg(std::floor(100 * share));  // 100 only when all is done
    const double figures = figures_width("100 %", QFontMetricsF(painter.font()));
    const QRectF bar(area.left(), area.center().y() - kBarHeight / 2.0, area.width() - figures - kMargin, kBarHeight);
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(palette().surface, palette().muted, 0.2));
    painter.drawRoundedRect(bar, kBarHeight / 2.0, kBarHeight / 2.0);
    if (share > 0) {
        QRectF done = bar;
        done.setWidth(std::max<double>(share * bar.width(), kBarHeight));
        const bool at_work = status_look(status) == "running";
        painter.setBrush(at_work ? palette().accent : ink_of(status));
        painter.drawRoundedRect(done, kBarHeight / 2.0, kBarHeight / 2.0);
    }
    painter.setPen(status.isEmpty() || status_look(status) == "running" ? palette().text : palette().muted);
    draw_figures(painter, area, Qt::AlignRight, percent);
}

void paint_name(QPainter& painter, const QRectF& area, const QModelIndex& index, const QString& name) {
    const int color = index.data(RunsModel::color_role).toInt();
    painter.setPen(QPen(Theme::instance().run_color(color), 2.5, Qt::SolidLine, Qt::FlatCap));
    painter.drawLine(QPointF(area.left(), area.center().y()), QPointF(area.left() + kSwatch, area.center().y()));
    painter.setPen(palette().text);
    const QRectF rest = area.adjusted(kSwatch + kMargin, 0, 0, 0);
    painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                     painter.fontMetrics().elidedText(name, Qt::ElideMiddle, static_cast<int>(rest.width())));
}

bool is_quiet(int column) { return column > RunsModel::verdict && column <= RunsModel::id; }

bool is_figures(int column) {
    return column == RunsModel::created || run_columns()[static_cast<std::size_t>(column)].number;
}

}  // namespace

void RunsDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const int column = index.column();
    const bool heading = index.data(RunsModel::heading_role).toBool();
    const QString status = index.data(RunsModel::status_role).toString();
    const QVariant share = index.data(RunsModel::share_role);
    const QString text = draw_cell_ground(*painter, item);

    painter->save();
    painter->setClipRect(option.rect);
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setFont(item.font);
    const QRectF area = QRectF(option.rect).adjusted(kMargin, 0, -kMargin, 0);
    if (column == RunsModel::state && !heading) {
        paint_state(*painter, area, status, index.siblingAtColumn(RunsModel::place).data().toString());
    } else if (column == RunsModel::progress && share.isValid()) {
        paint_progress(*painter, area, share.toDouble(), status);
    } else if (column == RunsModel::tags && !heading) {
        paint_tags(*painter, area, index.data(RunsModel::tags_role).toStringList());
    } else if (column == RunsModel::name && !heading && index.data(RunsModel::color_role).isValid()) {
        paint_name(*painter, area, index, text);
    } else {
        const bool alarm = index.data(RunsModel::alarm_role).toBool();
        const bool older = index.data(RunsModel::older_role).toBool();
        const bool quiet = heading ? older || column != RunsModel::name : is_quiet(column);
        painter->setPen(alarm ? palette().danger : quiet ? palette().muted : palette().text);
        if (heading && column != RunsModel::name) painter->setFont(Theme::instance().font());
        if (is_figures(column)) {
            const QString shorter = index.data(RunsModel::short_role).toString();
            const QFontMetricsF metrics(painter->font(), painter->device());
            const bool fits = figures_width(text, metrics) <= area.width();
            const QString shown = fits || shorter.isEmpty() ? text : shorter;
            draw_figures(*painter, area, item.displayAlignment, fitted_figures(shown, area.width(), metrics));
        } else
            painter->drawText(area, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                              painter->fontMetrics().elidedText(text, Qt::ElideRight, static_cast<int>(area.width())));
    }
    painter->restore();
}

QSize RunsDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QSize size = FiguresDelegate::sizeHint(option, index);
    const QFontMetrics metrics(option.font);
    if (index.column() == RunsModel::state)
        size.setWidth(metrics.horizontalAdvance("interrupted") + kSign + 4 * kMargin + 5);
    if (index.column() == RunsModel::progress) size.setWidth(128);
    size.setHeight(kRowHeight);
    return size;
}

}  // namespace ablate::ui
