#include "ui/widgets/banner.h"

#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace ablate::ui {

Banner::Banner(QWidget* parent) : QFrame(parent), text_(plain_label({}, "", this)), action_(new QPushButton(this)) {
    hide();
    text_->setWordWrap(true);
    auto* dismiss = flat_button("Dismiss", this);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(3 * kSpace, kSpace, kSpace, kSpace);
    row->setSpacing(2 * kSpace);
    row->addWidget(text_, 1);
    row->addWidget(action_);
    row->addWidget(dismiss);
    connect(dismiss, &QPushButton::clicked, this, &QWidget::hide);
    connect(action_, &QPushButton::clicked, this, [this] {
        hide();
        Q_EMIT triggered();
    });
}

void Banner::tell(Tone tone, const QString& text, const QString& action) {
    const QString look = tone == Tone::danger ? "danger" : tone == Tone::warning ? "warning" : "";
    set_look(this, "banner", look);
    set_look(this, "card", tone == Tone::neutral ? "true" : "");
    set_look(text_, "role", look);
    text_->setText(text);
    setAccessibleName(text);
    action_->setText(action);
    action_->setVisible(!action.isEmpty());
    show();
}

QString Banner::text() const { return text_->text(); }

}  // namespace ablate::ui
