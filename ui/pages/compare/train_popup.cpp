#include "ui/pages/compare/train_popup.h"

#include "core/base/text.h"
#include "core/compare/wording.h"
#include "ui/bridge/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/popup_position.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace ablate::ui {
namespace {

constexpr int kUsualSeeds = 2, kWidth = 320;  // px

// "6 runs will take about 4m 10s, up to 2 at a time, judged by earlier runs." The time is the shortest possible with
// so many at a time.
QString time_in_words(const TrainOffer& offer) {
    const QString runs = text(study::count_of(offer.runs, "run"));
    const bool one = offer.runs == 1;
    if (!std::isfinite(offer.seconds) || offer.seconds <= 0)
        return QString("How long %1 will take is not known.").arg(runs);
    const double span = std::max(offer.longest, offer.seconds / std::max(1, offer.at_once));
    const QString together = offer.at_once > 1 && !one ? QString(", up to %1 at a time").arg(offer.at_once) : QString();
    return QString("%1 will take about %2%3, judged by earlier runs.").arg(runs, text(short_duration(span)), together);
}

}  // namespace

TrainPopup::TrainPopup(const QString& name, int most_seeds, QWidget* parent) : QFrame(parent, Qt::Popup) {
    setProperty("card", true);
    setAccessibleName(name);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(4 * kSpace, 4 * kSpace, 4 * kSpace, 4 * kSpace);
    column->setSpacing(2 * kSpace);
    question_ = wrapped_label("", "", this);
    question_->setMinimumWidth(kWidth);
    column->addWidget(question_);
    if (most_seeds > 0) {
        seeds_ = new NumberBox<QSpinBox>(this);
        seeds_->setRange(1, most_seeds);
        seeds_->setValue(std::min(kUsualSeeds, most_seeds));
        seeds_->setAccessibleName("Seeds to add");
        auto* row = new QHBoxLayout;
        row->addWidget(plain_label("Seeds to add", "", this));
        row->addStretch();
        row->addWidget(seeds_);
        column->addLayout(row);
        column->addWidget(refusal_label(seeds_->refusal(), this));
        connect(seeds_, &QSpinBox::valueChanged, this, &TrainPopup::show_offer);
        connect(&seeds_->refusal(), &NumberRefusal::changed, this, [this] {
            if (isVisible()) adjustSize();  // the line needs its room
        });
        setFocusProxy(seeds_);
    }
    time_ = wrapped_label("", "muted", this);
    column->addWidget(time_);
    train_ = primary_button("", this);
    column->addWidget(train_, 0, Qt::AlignRight);
    connect(train_, &QPushButton::clicked, this, &TrainPopup::agree);
}

void TrainPopup::ask(QWidget* button, std::function<TrainOffer(int)> offer, std::optional<int> proposed) {
    offer_ = std::move(offer);
    if (seeds_ && proposed) seeds_->setValue(std::clamp(*proposed, seeds_->minimum(), seeds_->maximum()));
    show_offer();
    move_below(*this, *button);
    show();
    (seeds_ ? static_cast<QWidget*>(seeds_) : train_)->setFocus();
}

void TrainPopup::show_offer() {
    if (!offer_) return;
    const TrainOffer offer = offer_(seeds_ ? seeds_->value() : 0);
    question_->setText(offer.question);
    time_->setText(time_in_words(offer));
    train_->setText(QString("Train %1").arg(text(study::count_of(offer.runs, "run"))));
    train_->setEnabled(offer.runs > 0);
    adjustSize();
}

void TrainPopup::agree() {
    if (seeds_ && !seeds_->take_over()) return;
    hide();
    Q_EMIT agreed(seeds_ ? seeds_->value() : 0);
}

}  // namespace ablate::ui
