#include "ui/widgets/empty_state.h"

#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

namespace ablate::ui {

constexpr int kLineWidth = 420;  // px: a text reads well up to some sixty characters a line

EmptyState::EmptyState(const QString& title, const QString& text, const QString& action, QWidget* parent)
    : QWidget(parent),
      title_(plain_label({}, "heading", this)),
      text_(plain_label({}, "muted", this)),
      button_(primary_button({}, this)) {
    text_->setWordWrap(true);
    text_->setFixedWidth(kLineWidth);
    for (QLabel* label : {title_, text_}) label->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    auto* column = new QVBoxLayout(this);
    column->setSpacing(2 * kSpace);
    column->addStretch(2);
    column->addWidget(title_, 0, Qt::AlignHCenter);
    column->addWidget(text_, 0, Qt::AlignHCenter);
    column->addSpacing(2 * kSpace);
    column->addWidget(button_, 0, Qt::AlignHCenter);
    column->addStretch(3);
    connect(button_, &QPushButton::clicked, this, &EmptyState::triggered);
    set_texts(title, text, action);
}

void EmptyState::set_texts(const QString& title, const QString& text, const QString& action) {
    title_->setText(title);
    text_->setText(text);
    text_->setVisible(!text.isEmpty());
    text_->ensurePolished();
    // The layout does not ask a centered label for its height. A label that never had a text answers -1.
    text_->setMinimumHeight(std::max(0, text_->heightForWidth(kLineWidth)));
    button_->setText(action);
    button_->setVisible(!action.isEmpty());
}

}  // namespace ablate::ui
