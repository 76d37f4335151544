#include "ui/window/page_tabs.h"

#include "ui/theme/theme.h"

#include <QAbstractButton>
#include <QButtonGroup>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>

namespace ablate::ui {
namespace {

constexpr int kHeight = 32, kSide = 12, kGap = 6, kRadius = 6;

// A name, its count muted beside it; the chosen one has its own background.
class TabButton : public QAbstractButton {
  public:
    TabButton(const QString& title, const QKeySequence& shortcut, QWidget* parent) : QAbstractButton(parent) {
        setText(title);
        setCheckable(true);
        setFocusPolicy(Qt::TabFocus);
        setAttribute(Qt::WA_Hover);
        setToolTip(QString("%1 (%2)").arg(title, shortcut.toString(QKeySequence::NativeText)));
        set_count(0);
    }

    void set_count(int count) {
        count_ = count > 0 ? QString::number(count) : QString();
        setAccessibleName(count > 0 ? QString("%1, %2").arg(text(), count_) : text());
        updateGeometry();
        update();
    }

    QSize sizeHint() const override {
        const QFontMetrics bold(Theme::instance().font(0, QFont::DemiBold)), plain(font());
        const int count = count_.isEmpty() ? 0 : kGap + plain.horizontalAdvance(count_);
        return {2 * kSide + bold.horizontalAdvance(text()) + count, kHeight};
    }

  protected:
    void paintEvent(QPaintEvent*) override {
        const Palette& colors = Theme::instance().palette();
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const QRectF ground = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
        painter.setPen(hasFocus() ? QPen(colors.accent, 1.5) : QPen(isChecked() ? colors.line : Qt::transparent));
        painter.setBrush(isChecked() ? QBrush(colors.surface) : underMouse() ? QBrush(colors.hover) : Qt::NoBrush);
        painter.drawRoundedRect(ground, kRadius, kRadius);
        painter.setPen(isChecked() ? colors.text : underMouse() ? colors.text : colors.muted);
        const QFont bold = Theme::instance().font(0, isChecked() ? QFont::DemiBold : QFont::Normal);
        painter.setFont(bold);
        // Room for the name in bold is kept, so that nothing moves when it is chosen.
        const int width = QFontMetrics(Theme::instance().font(0, QFont::DemiBold)).horizontalAdvance(text());
        painter.drawText(QRect(kSide, 0, width, height()), Qt::AlignCenter, text());
        painter.setFont(font());
        painter.setPen(colors.muted);
        painter.drawText(QRect(kSide + width + kGap, 0, this->width(), height()), Qt::AlignLeft | Qt::AlignVCenter,
                         count_);
    }

  private:
    QString count_;
};

TabButton* tab_of(const QButtonGroup* group, int tab) { return static_cast<TabButton*>(group->button(tab)); }

}  // namespace

PageTabs::PageTabs(QWidget* parent) : QWidget(parent), group_(new QButtonGroup(this)) {
    setAccessibleName("Pages");
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace);
    connect(group_, &QButtonGroup::idClicked, this, &PageTabs::clicked);
}

void PageTabs::add(const QString& title, const QKeySequence& shortcut) {
    auto* button = new TabButton(title, shortcut, this);
    button->installEventFilter(this);
    group_->addButton(button, static_cast<int>(group_->buttons().size()));
    layout()->addWidget(button);
}

void PageTabs::set_count(int tab, int count) { tab_of(group_, tab)->set_count(count); }

void PageTabs::choose(int tab) {
    group_->setExclusive(false);
    for (QAbstractButton* button : group_->buttons()) button->setChecked(group_->id(button) == tab);
    group_->setExclusive(tab >= 0);
    // The ring follows the page, also when a shortcut or another page chose it.
    if (QAbstractButton* chosen = group_->button(tab); chosen && isAncestorOf(window()->focusWidget()))
        chosen->setFocus(Qt::TabFocusReason);
}

int PageTabs::chosen() const { return group_->checkedId(); }

bool PageTabs::step_focus(int key) {
    const int step = key == Qt::Key_Right ? 1 : key == Qt::Key_Left ? -1 : 0;
    for (int tab = 0; step != 0 && group_->button(tab); ++tab) {
        if (!group_->button(tab)->hasFocus()) continue;
        if (QAbstractButton* next = group_->button(tab + step)) {
            next->setFocus(Qt::TabFocusReason);
            next->click();
        }
        return true;
    }
    return false;
}

void PageTabs::keyPressEvent(QKeyEvent* event) {
    if (!step_focus(event->key())) QWidget::keyPressEvent(event);
}

// A button would use the arrows to move through its group without choosing.
bool PageTabs::eventFilter(QObject* object, QEvent* event) {
    if (event->type() == QEvent::KeyPress && step_focus(static_cast<QKeyEvent*>(event)->key())) return true;
    return QWidget::eventFilter(object, event);
}

}  // namespace ablate::ui
