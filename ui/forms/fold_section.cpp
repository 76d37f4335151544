#include "ui/forms/fold_section.h"

#include "ui/theme/theme.h"

#include <QHBoxLayout>

namespace ablate::ui {

FoldSection::FoldSection(const QString& title, QWidget* parent)
    : QWidget(parent), head_(new QToolButton(this)), remark_(new QLabel(this)), body_(new QWidget(this)) {
    head_->setProperty("flat", true);
    head_->setText(title);
    head_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    head_->setFont(Theme::instance().font(0, QFont::DemiBold));
    head_->setAccessibleName(title);
    remark_->setProperty("role", "muted");
    remark_->setTextFormat(Qt::PlainText);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(0, 0, 2 * kSpace, 0);
    top->addWidget(head_);
    top->addStretch();
    top->addWidget(remark_);
    rows_ = new QVBoxLayout(body_);
    rows_->setContentsMargins(0, 0, 0, kSpace);
    rows_->setSpacing(kSpace);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(kSpace);
    all->addLayout(top);
    all->addWidget(body_);
    connect(head_, &QToolButton::clicked, this, [this] {
        set_open(!open_);
        Q_EMIT toggled(open_);
    });
    lay_out();
}

void FoldSection::add(QWidget* row) { rows_->addWidget(row); }

void FoldSection::set_open(bool open) {
    open_ = open;
    lay_out();
}

void FoldSection::force_open(bool force) {
    forced_ = force;
    lay_out();
}

void FoldSection::set_remark(const QString& remark) { remark_->setText(remark); }

void FoldSection::lay_out() {
    const bool shown = open_ || forced_;
    head_->setArrowType(shown ? Qt::DownArrow : Qt::RightArrow);
    head_->setAccessibleDescription(shown ? "unfolded" : "folded");
    body_->setVisible(shown);
}

}  // namespace ablate::ui
