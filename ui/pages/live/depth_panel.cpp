#include "ui/pages/live/depth_panel.h"

#include "core/train/site_statistics.h"
#include "ui/theme/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QToolButton>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <set>

namespace ablate::ui {
namespace {

constexpr std::size_t kMostSteps = 2000;  // columns of the map; of more steps, evenly many are shown

constexpr std::array kStatistics{train::kActivationRms, train::kBlockGradNorm};

// embed, the blocks by number, final, head.
std::pair<int, int> depth_of(const std::string& site) {
    if (site.starts_with("blocks.")) return {1, std::atoi(site.c_str() + 7)};
    return {site.starts_with("embed") || site.starts_with("position") ? 0 : 2, 0};
}

}  // namespace

DepthValues depth_values(const RunCurves& curves, const std::string& prefix) {
    std::vector<std::pair<std::string, const MetricCurve*>> found;
    std::set<std::int64_t> steps;
    for (const auto& [tag, series] : curves.series) {
        if (!tag.starts_with(prefix)) continue;
        found.emplace_back(tag.substr(prefix.size()), series.get());
        steps.insert(series->axis->step.begin(), series->axis->step.end());
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return depth_of(a.first) < depth_of(b.first); });
    std::vector<std::int64_t> shown;
    const std::size_t stride = steps.size() / kMostSteps + 1;
    std::size_t position = 0;
    for (const std::int64_t step : steps)
        if (position++ % stride == 0) shown.push_back(step);

    DepthValues values;
    values.steps.assign(shown.begin(), shown.end());
    for (const auto& [site, series] : found) {
        values.sites.push_back(QString::fromStdString(site));
        auto& row = values.values.emplace_back(shown.size(), std::numeric_limits<double>::quiet_NaN());
        for (std::size_t i = 0; i < series->value.size(); ++i) {
            const std::int64_t step = series->axis->step[i];
            const auto at = std::lower_bound(shown.begin(), shown.end(), step);
            if (at == shown.end() || *at != step) continue;
            // What was measured and is not a number differs from what was not measured.
            const double value = series->value[i];
            row[static_cast<std::size_t>(at - shown.begin())] =
                std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
        }
    }
    return values;
}

DepthPanel::DepthPanel(QWidget* parent) : QWidget(parent) {
    fold_ = new QToolButton(this);
    fold_->setProperty("flat", true);
    fold_->setText("Depth heat map");
    fold_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    fold_->setArrowType(Qt::RightArrow);
    fold_->setCheckable(true);
    controls_ = new QWidget(this);
    run_ = new QComboBox(controls_);
    run_->setAccessibleName("Run of the heat map");
    run_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    statistic_ = new QComboBox(controls_);
    statistic_->setAccessibleName("Statistic of the heat map");
    for (const train::SiteStatistic& statistic : kStatistics) statistic_->addItem(statistic.title);
    auto* choices = new QHBoxLayout(controls_);
    choices->setContentsMargins(0, 0, 0, 0);
    choices->addWidget(run_);
    choices->addWidget(statistic_);
    map_ = new HeatMapView(this);
    map_->setFixedHeight(240);
    map_->set_empty_text("This run has no statistics yet. They are computed every train.stats_every steps.");

    auto* bar = new QHBoxLayout;
    bar->addWidget(fold_);
    bar->addStretch();
    bar->addWidget(controls_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace);
    column->addLayout(bar);
    column->addWidget(map_);
    controls_->hide();
    map_->hide();

    connect(fold_, &QToolButton::toggled, this, [this](bool open) {
        fold_->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
        controls_->setVisible(open);
        map_->setVisible(open);
        draw();
    });
    connect(run_, &QComboBox::activated, this, &DepthPanel::draw);
    connect(statistic_, &QComboBox::activated, this, &DepthPanel::draw);
}

void DepthPanel::unfold(bool open) { fold_->setChecked(open); }

void DepthPanel::set_runs(const LiveRunModel& model, const Workspace* workspace) {
    workspace_ = workspace;
    const QStringList chosen = model.drawn();
    QStringList listed;
    for (int i = 0; i < run_->count(); ++i) listed += run_->itemData(i).toString();
    if (listed != chosen) {
        const QString before = run_->currentData().toString();
        run_->clear();
        for (const QString& id : chosen) run_->addItem(model.name(id), id);
        run_->setCurrentIndex(std::max(run_->findData(before), 0));
    }
    draw();
}

void DepthPanel::show_run(const QString& id) {
    if (const int at = run_->findData(id); at >= 0) run_->setCurrentIndex(at);
    draw();
}

void DepthPanel::draw() {
    if (!fold_->isChecked() || !workspace_) return;
    const RunCurvesPtr curves = workspace_->curves(run_->currentData().toString());
    const train::SiteStatistic& statistic = kStatistics[static_cast<std::size_t>(statistic_->currentIndex())];
    DepthValues values = curves ? depth_values(*curves, statistic.prefix) : DepthValues();
    map_->set_values(std::move(values.sites), std::move(values.steps), std::move(values.values),
                     QString("%1 of %2").arg(statistic.title, run_->currentText()));
}

}  // namespace ablate::ui
