#include "ui/pages/live/chart_card.h"

#include "ui/charts/chart_export.h"
#include "ui/theme/theme.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QHBoxLayout>
#include <QMenu>
#include <QSignalBlocker>
#include <QToolButton>
#include <algorithm>

namespace ablate::ui {
namespace {

constexpr int kLeastHeight = 170;  // px of a small chart that can still be read
constexpr int kListed = 24;        // metrics of the list that are seen at once

}  // namespace

ChartCard::ChartCard(bool hero, QWidget* parent)
    : QFrame(parent), hero_(hero), metric_(run::metric(run::MetricId::train_loss)), plot_(new ChartView(this)) {
    setProperty("card", true);
    setMinimumHeight(kLeastHeight);
    choice_ = new QComboBox(this);
    choice_->setProperty("flat", true);
    choice_->setAccessibleName("Metric of this chart");
    choice_->setMaxVisibleItems(kListed);
    choice_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    choice_->setMinimumContentsLength(18);
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
    auto* more = new QToolButton(this);
    more->setProperty("flat", true);
    more->setText("⋯");
    more->setToolTip("More of this chart");
    more->setAccessibleName("More of this chart");
    more->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(more);
    more->setMenu(menu);
    if (!hero) connect(menu->addAction("Show as the large chart"), &QAction::triggered, this, &ChartCard::enlarge);
    connect(menu->addAction("Save as CSV…"), &QAction::triggered, this, [this] { save_csv(); });
    remove_ = menu->addAction("Remove this chart");
    connect(remove_, &QAction::triggered, this, &ChartCard::remove);
    bar->addWidget(more);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpace, 0, kSpace, kSpace);
    column->setSpacing(0);
    column->addLayout(bar);
    column->addWidget(plot_, 1);

    fill();
    connect(choice_, &QComboBox::activated, this, [this](int chosen) {
        const auto metric = live_metric_of(choice_->itemData(chosen).toString());
        const QString before = metric_.key;
        if (!metric || metric->key == before) return;
        set_metric(*metric);
        Q_EMIT metric_chosen(before);
    });
    connect(log_, &QToolButton::toggled, this, &ChartCard::scale_changed);
    connect(plot_, &ChartView::outliers_clicked, this, [this] {
        outliers_ = !outliers_;
        Q_EMIT scale_changed();
    });
}

void ChartCard::save_csv() {
    choose_file_to_save(this, metric_.title, {"CSV", ".csv"}, [this](const QString& file) { plot_->save_csv(file); });
}

void ChartCard::set_choices(const std::vector<LiveMetric>& choices) {
    if (choices == choices_) return;
    choices_ = choices;
    if (!choice_->view()->isVisible()) fill();  // else somebody is choosing: with the next change
}

void ChartCard::fill() {
    std::vector<LiveMetric> listed = choices_;
    if (std::find(listed.begin(), listed.end(), metric_) == listed.end()) listed.push_back(metric_);
    choice_->clear();
    for (const LiveMetric& metric : listed) choice_->addItem(metric.title, metric.key);
    choice_->setCurrentIndex(choice_->findData(metric_.key));
    choice_->setToolTip(metric_.title);
}

void ChartCard::set_metric(const LiveMetric& metric) {
    if (!(metric == metric_)) outliers_ = false;  // those of the metric before
    metric_ = metric;
    fill();
    set_logarithmic(metric.log_scale);
}

bool ChartCard::logarithmic() const { return log_->isChecked(); }

void ChartCard::set_logarithmic(bool logarithmic) {
    const QSignalBlocker quiet(log_);
    log_->setChecked(logarithmic);
}

void ChartCard::set_removable(bool removable) { remove_->setEnabled(removable); }

}  // namespace ablate::ui
