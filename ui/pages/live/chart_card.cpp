#include "ui/pages/live/chart_card.h"

#include "ui/theme/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QToolButton>

namespace ablate::ui {

ChartCard::ChartCard(bool hero, QWidget* parent) : QFrame(parent), hero_(hero), plot_(new ChartView(this)) {
    setProperty("card", true);
    choice_ = new QComboBox(this);
    choice_->setProperty("flat", true);
    choice_->setAccessibleName("Metric of this chart");
    for (const run::MetricId id : run::kLiveMetrics) choice_->addItem(run::metric(id).title);
    log_ = new QToolButton(this);
    log_->setProperty("flat", true);
    log_->setText("log");
    log_->setCheckable(true);
    log_->setToolTip("Logarithmic y axis");
    log_->setAccessibleName("Logarithmic y axis");

    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(kSpace, kSpace, kSpace, 0);
    bar->setSpacing(kSpace);
    bar->addWidget(choice_);
    bar->addStretch();
    bar->addWidget(log_);
    if (!hero) {
        auto* larger = new QToolButton(this);
        larger->setProperty("flat", true);
        larger->setText("⤢");
        larger->setToolTip("Show as the large chart");
        larger->setAccessibleName("Show as the large chart");
        connect(larger, &QToolButton::clicked, this, &ChartCard::enlarge);
        bar->addWidget(larger);
    }
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpace, 0, kSpace, kSpace);
    column->setSpacing(0);
    column->addLayout(bar);
    column->addWidget(plot_, 1);

    connect(choice_, &QComboBox::activated, this, [this](int chosen) {
        const int before = metric_;
        if (chosen == before) return;
        set_metric(chosen);
        Q_EMIT metric_chosen(before, chosen);
    });
    connect(log_, &QToolButton::toggled, this, &ChartCard::scale_changed);
}

int ChartCard::metric() const { return metric_; }

void ChartCard::set_metric(int metric) {
    metric_ = metric;
    choice_->setCurrentIndex(metric);
    set_logarithmic(live_metric(metric).log_scale);
}

bool ChartCard::logarithmic() const { return log_->isChecked(); }

void ChartCard::set_logarithmic(bool logarithmic) {
    const QSignalBlocker quiet(log_);
    log_->setChecked(logarithmic);
}

}  // namespace ablate::ui
