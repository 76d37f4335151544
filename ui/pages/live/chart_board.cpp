#include "ui/pages/live/chart_board.h"

#include "ui/theme/theme.h"

#include <QGridLayout>
#include <QScrollArea>
#include <QSplitter>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>

namespace ablate::ui {
namespace {

constexpr int kColumns = 3;        // of small charts at most
constexpr int kSmallHeight = 160;  // one row of them, with its headers
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

ChartBoard::ChartBoard(QWidget* parent) : QWidget(parent), choices_(live_metrics({})), low_(kNaN), high_(kNaN) {
    rows_ = new QSplitter(Qt::Vertical, this);
    auto* scroll = new QScrollArea(rows_);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    small_ = new QWidget(scroll);
    grid_ = new QGridLayout(small_);
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setSpacing(2 * kSpace);
    scroll->setWidget(small_);
    scroll->setMinimumHeight(kSmallHeight);
    using run::MetricId;
    for (const MetricId id : {MetricId::train_loss, MetricId::val_loss, MetricId::grad_norm, MetricId::learning_rate})
        cards_.push_back(make_card(run::metric(id)));
    rows_->addWidget(cards_.front());
    rows_->addWidget(scroll);
    rows_->setStretchFactor(0, 3);
    rows_->setStretchFactor(1, 2);
    rows_->setSizes({600, 400});  // in proportion: a scroll area asks for little height itself
    rows_->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(rows_);
    lay_out();
}

// Zoom, crosshair and highlight are those of all charts.
ChartCard* ChartBoard::make_card(const LiveMetric& metric) {
    auto* card = new ChartCard(cards_.empty(), small_);
    card->set_choices(choices_);
    card->set_metric(metric);
    ChartView& plot = card->plot();
    plot.set_x_range(low_, high_);
    connect(&plot, &ChartView::x_range_changed, this, [this, card](double low, double high) {
        low_ = low, high_ = high;
        for (ChartCard* other : cards_)
            if (other != card) other->plot().set_x_range(low, high);
    });
    connect(&plot, &ChartView::hovered, this, [this, card](double x, const QString& curve) {
        for (ChartCard* other : cards_)
            if (other != card) other->plot().set_crosshair(x);
        Q_EMIT hovered(curve);
    });
    connect(&plot, &ChartView::hover_left, this, [this] {
        for (ChartCard* other : cards_) other->plot().set_crosshair(kNaN);
        Q_EMIT hover_left();
    });
    connect(&plot, &ChartView::clicked, this, &ChartBoard::clicked);
    connect(card, &ChartCard::metric_chosen, this,
            [this, card](const QString& before) { choose_metric(*card, before); });
    connect(card, &ChartCard::enlarge, this, [this, card] { enlarge(*card); });
    connect(card, &ChartCard::remove, this, [this, card] { remove(card); });
    connect(card, &ChartCard::scale_changed, this, [this, card] { Q_EMIT scale_changed(card); });
    return card;
}

int ChartBoard::fitting_columns() const {
    int widest = 1;
    for (std::size_t i = 1; i < cards_.size(); ++i) widest = std::max(widest, cards_[i]->minimumSizeHint().width());
    const int room = width() - style()->pixelMetric(QStyle::PM_ScrollBarExtent);
    return std::clamp((room + grid_->spacing()) / (widest + grid_->spacing()), 1, kColumns);
}

void ChartBoard::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (fitting_columns() != columns_) lay_out();
}

void ChartBoard::lay_out() {
    while (QLayoutItem* item = grid_->takeAt(0)) delete item;
    columns_ = fitting_columns();
    for (std::size_t i = 1; i < cards_.size(); ++i) {
        const int place = static_cast<int>(i) - 1;
        grid_->addWidget(cards_[i], place / columns_, place % columns_);
        cards_[i]->show();
    }
    const int columns = std::min(static_cast<int>(cards_.size()) - 1, columns_);
    for (int column = 0; column < kColumns; ++column) grid_->setColumnStretch(column, column < columns ? 1 : 0);
    for (ChartCard* card : cards_) card->set_removable(cards_.size() > 1);
    small_->parentWidget()->parentWidget()->setVisible(cards_.size() > 1);
}

void ChartBoard::set_choices(const std::vector<LiveMetric>& choices) {
    choices_ = choices;
    for (ChartCard* card : cards_) card->set_choices(choices);
}

bool ChartBoard::can_add() const {
    return cards_.size() < kMostCharts && std::any_of(choices_.begin(), choices_.end(), [&](const LiveMetric& metric) {
               return std::none_of(cards_.begin(), cards_.end(),
                                   [&](const ChartCard* card) { return card->metric() == metric; });
           });
}

void ChartBoard::add() {
    if (!can_add()) return;
    for (const LiveMetric& metric : choices_) {
        const auto shows = [&](const ChartCard* card) { return card->metric() == metric; };
        if (std::any_of(cards_.begin(), cards_.end(), shows)) continue;
        cards_.push_back(make_card(metric));
        break;
    }
    lay_out();
    Q_EMIT arranged();
}

// The large card stays: what it shows goes, and the first small chart takes its place.
void ChartBoard::remove(ChartCard* card) {
    if (cards_.size() < 2) return;
    if (card == cards_.front()) {
        ChartCard* next = cards_[1];
        const bool logarithmic = next->logarithmic();
        card->set_metric(next->metric());
        card->set_logarithmic(logarithmic);
        card = next;
    }
    cards_.erase(std::find(cards_.begin(), cards_.end(), card));
    card->hide();
    card->deleteLater();  // it is the sender
    lay_out();
    Q_EMIT arranged();
}

// A metric is shown once: who had it takes what it replaces.
void ChartBoard::choose_metric(ChartCard& card, const QString& before) {
    const auto replaced = live_metric_of(before);
    for (ChartCard* other : cards_) {
        if (other == &card || !(other->metric() == card.metric()) || !replaced) continue;
        const bool logarithmic = other->logarithmic();
        other->set_metric(*replaced);
        card.set_logarithmic(logarithmic);
    }
    Q_EMIT arranged();
}

void ChartBoard::enlarge(ChartCard& card) {
    ChartCard& large = *cards_.front();
    const LiveMetric metric = card.metric();
    const bool logarithmic = card.logarithmic(), large_logarithmic = large.logarithmic();
    card.set_metric(large.metric());
    card.set_logarithmic(large_logarithmic);
    large.set_metric(metric);
    large.set_logarithmic(logarithmic);
    Q_EMIT arranged();
}

void ChartBoard::highlight(const QString& curve) {
    for (ChartCard* card : cards_) card->plot().set_highlight(curve);
}

QVariantList ChartBoard::arrangement() const {
    QVariantList charts;
    for (const ChartCard* card : cards_)
        charts += QVariantMap{{"metric", card->metric().key}, {"log", card->logarithmic()}};
    return charts;
}

void ChartBoard::arrange(const QVariantList& charts) {
    std::vector<std::pair<LiveMetric, bool>> wanted;
    for (const QVariant& chart : charts) {
        const QVariantMap kept = chart.toMap();
        const auto metric = live_metric_of(kept.value("metric").toString());
        const auto is_same = [&](const auto& other) { return other.first == *metric; };
        if (!metric || std::any_of(wanted.begin(), wanted.end(), is_same) || wanted.size() == kMostCharts) continue;
        wanted.emplace_back(*metric, kept.value("log", metric->log_scale).toBool());
    }
    if (wanted.empty()) return;
    while (cards_.size() > wanted.size()) {
        delete cards_.back();
        cards_.pop_back();
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (i == cards_.size()) cards_.push_back(make_card(wanted[i].first));
        cards_[i]->set_metric(wanted[i].first);
        cards_[i]->set_logarithmic(wanted[i].second);
    }
    lay_out();
}

}  // namespace ablate::ui
