#include "ui/widgets/header_state.h"

#include <QAbstractItemModel>
#include <QEvent>
#include <QHeaderView>
#include <QStringList>

namespace ablate::ui {
namespace {

constexpr auto kFollowed = "widths_followed", kChanged = "widths_changed";

// Widths change by somebody's hand while a mouse button is down on the header; everything else is layout.
class WidthWatch : public QObject {
  public:
    explicit WidthWatch(QHeaderView& header) : QObject(&header) {
        header.viewport()->installEventFilter(this);
        connect(&header, &QHeaderView::sectionResized, this, [this, &header](int, int before, int after) {
            if (pressed_ && before > 0 && after > 0) header.setProperty(kChanged, true);  // 0: hidden
        });
        connect(&header, &QHeaderView::sectionHandleDoubleClicked, this,
                [&header] { header.setProperty(kChanged, true); });
    }

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::MouseButtonPress) pressed_ = true;
        if (event->type() == QEvent::MouseButtonRelease || event->type() == QEvent::Hide) pressed_ = false;
        return QObject::eventFilter(watched, event);
    }

  private:
    bool pressed_ = false;
};

QStringList titles_of(const QHeaderView& header) {
    QStringList titles;
    for (int i = 0; i < header.count(); ++i)
        titles += header.model()->headerData(i, header.orientation(), Qt::DisplayRole).toString();
    return titles;
}

}  // namespace

void follow_widths(QHeaderView& header) {
    if (header.property(kFollowed).toBool()) return;
    header.setProperty(kFollowed, true);
    new WidthWatch(header);  // the header's child
}

QVariantMap save_header(const QHeaderView& header) {
    return {{"titles", titles_of(header)},
            {"sections", header.saveState()},
            {"widths", header.property(kChanged).toBool()}};
}

bool restore_header(QHeaderView& header, const QVariantMap& state) {
    follow_widths(header);
    if (state.value("titles").toStringList() != titles_of(header)) return false;
    QList<int> sizes;
    for (int i = 0; i < header.count(); ++i) sizes += header.isSectionHidden(i) ? 0 : header.sectionSize(i);
    if (!header.restoreState(state.value("sections").toByteArray())) return false;
    const bool widths = state.value("widths").toBool();
    header.setProperty(kChanged, widths);
    if (widths) return true;
    for (int i = 0; i < header.count(); ++i)
        if (sizes[i] > 0 && !header.isSectionHidden(i)) header.resizeSection(i, sizes[i]);
    return false;
}

}  // namespace ablate::ui
