#include "ui/widgets/banner.h"

#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

namespace ablate::ui {

namespace {
constexpr qsizetype kDetailsShown = 12;  // lines
}

Banner::Banner(QWidget* parent)
    : QFrame(parent),
      text_(plain_label({}, "", this)),
      all_(plain_label({}, "", this)),
      more_(flat_button("Show all", this)),
      action_(new QPushButton(this)) {
    hide();
    setAutoFillBackground(true);
    text_->setWordWrap(true);
    all_->setWordWrap(true);
    all_->setAccessibleName("All of them");
    all_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* dismiss = flat_button("Dismiss", this);
    auto* row = new QHBoxLayout;
    row->setSpacing(2 * kSpace);
    row->addWidget(text_, 1);
    row->addWidget(more_);
    row->addWidget(action_);
    row->addWidget(dismiss);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(3 * kSpace, kSpace, kSpace, kSpace);
    column->setSpacing(kSpace);
    column->addLayout(row);
    column->addWidget(all_);
    connect(dismiss, &QPushButton::clicked, this, &QWidget::hide);
    connect(more_, &QPushButton::clicked, this, [this] { show_details(all_->isHidden()); });
    connect(action_, &QPushButton::clicked, this, [this] {
        hide();
        Q_EMIT triggered();
    });
    show_details(false);
}

void Banner::float_over(QWidget* area) {
    area_ = area;
    area->installEventFilter(this);
    place();
}

bool Banner::eventFilter(QObject* watched, QEvent* event) {
    if (watched == area_ && (event->type() == QEvent::Resize || event->type() == QEvent::Move)) place();
    return QFrame::eventFilter(watched, event);
}

void Banner::place() {
    if (!area_ || isHidden()) return;
    const QPoint corner = area_->pos();
    const int width = std::max(area_->width() - 6 * kSpace, minimumSizeHint().width());
    layout()->activate();
    const int wanted = layout()->hasHeightForWidth() ? layout()->totalHeightForWidth(width) : sizeHint().height();
    const int height = std::min(wanted, std::max(area_->height() - 6 * kSpace, 0));
    setGeometry(corner.x() + 3 * kSpace, corner.y() + area_->height() - height - 3 * kSpace, width, height);
    raise();
}

void Banner::show_details(bool shown) {
    all_->setVisible(shown);
    more_->setText(shown ? "Show less" : "Show all");
    place();
}

void Banner::tell(Tone tone, const QString& text, const QString& action, const QStringList& details) {
    const QString look = tone == Tone::danger ? "danger" : tone == Tone::warning ? "warning" : "";
    set_look(this, "banner", look);
    set_look(this, "card", tone == Tone::neutral ? "true" : "");
    set_look(text_, "role", look);
    text_->setText(text);
    setAccessibleName(text);
    action_->setText(action);
    action_->setVisible(!action.isEmpty());
    details_ = details;
    QStringList lines = details.first(std::min(kDetailsShown, details.size()));
    if (details.size() > lines.size()) lines += QString("and %1 more").arg(details.size() - lines.size());
    all_->setText(lines.join('\n'));
    more_->setVisible(!details.isEmpty());
    show();
    show_details(!details.isEmpty() && !all_->isHidden());  // lines that come while they are read stay open
}

QString Banner::text() const { return text_->text(); }

}  // namespace ablate::ui
