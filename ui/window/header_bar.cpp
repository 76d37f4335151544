#include "ui/window/header_bar.h"

#include "ui/bridge/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"
#include "ui/window/overall_progress.h"
#include "ui/window/page_tabs.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>
#include <cmath>

namespace ablate::ui {
namespace {

constexpr int kHeight = 48, kBarWidth = 64, kPermille = 1000;

QHBoxLayout* bare_row(QWidget* widget) {
    auto* row = new QHBoxLayout(widget);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2 * kSpace);
    return row;
}

}  // namespace

HeaderBar::HeaderBar(QWidget* parent)
    : QWidget(parent),
      left_(new QWidget(this)),
      right_(new QWidget(this)),
      name_(new QToolButton(left_)),
      tabs_(new PageTabs(this)),
      progress_text_(plain_label({}, "muted", right_)),
      bar_(new QProgressBar(right_)),
      cancel_(new QToolButton(right_)) {
    setFixedHeight(kHeight);
    name_->setProperty("flat", true);
    name_->setFont(Theme::instance().font(0, QFont::DemiBold));
    name_->setToolButtonStyle(Qt::ToolButtonTextOnly);
    bar_->setTextVisible(false);
    bar_->setRange(0, kPermille);
    bar_->setFixedSize(kBarWidth, 2 * kSpace);
    bar_->setAccessibleName("Progress of all runs");
    bar_->hide();
    cancel_->setText("Cancel");
    cancel_->setProperty("flat", true);
    cancel_->hide();
    progress_text_->setAccessibleName("Progress");

    QHBoxLayout* left = bare_row(left_);
    left->addWidget(name_);
    left->addStretch();
    QHBoxLayout* right = bare_row(right_);
    right->addStretch();
    right->addWidget(progress_text_);
    right->addWidget(bar_);
    right->addWidget(cancel_);
    auto* row = bare_row(this);
    row->setContentsMargins(2 * kSpace, 0, 3 * kSpace, 0);
    row->addWidget(left_, 1);
    row->addWidget(tabs_);
    row->addWidget(right_, 1);
    // Both sides are as wide as each other, whatever they say: the tabs stay in the middle.
    for (QWidget* side : {left_, right_}) side->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);

    connect(name_, &QToolButton::clicked, this, &HeaderBar::study_clicked);
    connect(cancel_, &QToolButton::clicked, this, &HeaderBar::cancel_preparation);
    connect(&Theme::instance(), &Theme::changed, this,
            [this] { name_->setFont(Theme::instance().font(0, QFont::DemiBold)); });
}

void HeaderBar::set_study(const QString& name, bool modified, const QString& file) {
    study_ = name;
    modified_ = modified;
    const QString where = file.isEmpty() ? "not saved yet" : file;
    name_->setToolTip(plain_tooltip({QString("%1: %2").arg(name, modified ? where + ", changed since" : where)}));
    name_->setAccessibleName(QString("Study %1%2").arg(name, modified ? ", changed" : ""));
    show_study();
}

void HeaderBar::show_study() {
    const QString dot = modified_ ? " •" : "";
    const QFontMetrics metrics(name_->font());
    const int room = left_->width() - 6 * kSpace - metrics.horizontalAdvance(dot);
    QString text = metrics.elidedText(study_, Qt::ElideMiddle, std::max(room, 10 * kSpace)) + dot;
    name_->setText(text.replace('&', "&&"));
}

void HeaderBar::set_progress(const OverallProgress& progress) {
    training_text_ = progress.text();
    training_share_ = static_cast<int>(std::lround(progress.share * kPermille));
    if (!busy_) show_progress(training_text_, training_share_);
}

void HeaderBar::set_preparing(const QString& what, double share) {
    busy_ = !what.isEmpty();
    cancel_->setVisible(busy_);
    if (!busy_) return show_progress(training_text_, training_share_);
    show_progress(what.left(1).toUpper() + what.mid(1),
                  share < 0 ? -1 : static_cast<int>(std::lround(share * kPermille)));
}

void HeaderBar::set_waiting(const QString& what) {
    busy_ = true;
    cancel_->hide();
    show_progress(what, -1);
}

void HeaderBar::show_progress(const QString& text, int share) {
    const QFontMetrics metrics(progress_text_->font());
    const int taken = kBarWidth + 4 * kSpace + (cancel_->isHidden() ? 0 : cancel_->sizeHint().width());
    progress_text_->setText(metrics.elidedText(text, Qt::ElideRight, std::max(0, right_->width() - taken)));
    progress_text_->setToolTip(plain_tooltip({text}));
    bar_->setVisible(!text.isEmpty());
    bar_->setRange(0, share < 0 ? 0 : kPermille);  // 0 to 0: busy
    bar_->setValue(std::max(0, share));
}

void HeaderBar::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    layout()->activate();
    show_study();
    if (!busy_) show_progress(training_text_, training_share_);
}

}  // namespace ablate::ui
