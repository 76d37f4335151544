#include "ui/pages/compare/curves_panel.h"

#include "core/base/text.h"
#include "core/compare/wording.h"
#include "ui/bridge/text.h"
#include "ui/charts/chart_view.h"
#include "ui/charts/forest_view.h"
#include "ui/pages/compare/cells_delegate.h"
#include "ui/pages/compare/cells_model.h"
#include "ui/pages/compare/full_text.h"
#include "ui/pages/compare/step_box.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/x_axis_setting.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSlider>
#include <QSplitter>
#include <QStandardItemModel>
#include <QTableView>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace ablate::ui {
namespace {

using plot::XAxis;
using study::Comparison;
using study::Group;

struct AxisText {
    const char* choice;
    const char* title;
};
// By XAxis.
constexpr std::array<AxisText, 4> kAxes{AxisText{"Steps", "Step"}, AxisText{"Tokens", "Tokens"},
                                        AxisText{"FLOPs", "Training FLOPs"},
                                        AxisText{"Training time", "Training time without pauses and evaluations (s)"}};
constexpr auto kFlops = static_cast<std::size_t>(XAxis::flops);
constexpr double kSmoothing = run::metric(run::MetricId::train_loss).smoothing.compare;

// The metric at an index of the list of metrics.
const run::Metric& metric_at(int index) {
    return run::metric(run::kCompareMetrics.at(static_cast<std::size_t>(std::max(index, 0))));
}

void set_entry(QComboBox* box, int index, bool enabled, const QString& why_not) {
    auto* entry = static_cast<QStandardItemModel*>(box->model())->item(index);
    entry->setEnabled(enabled);
    entry->setToolTip(enabled ? QString() : plain_tooltip({why_not}));
}

bool is_enabled(const QComboBox* box, int index) {
    return box->model()->flags(box->model()->index(index, 0)) & Qt::ItemIsEnabled;
}

int index_of(run::MetricId metric) {
    const auto found = std::find(run::kCompareMetrics.begin(), run::kCompareMetrics.end(), metric);
    return found == run::kCompareMetrics.end() ? 0 : static_cast<int>(found - run::kCompareMetrics.begin());
}

// A loss that the runs have; of the metrics of evaluations what the comparison compares.
bool is_known(const Comparison& comparison, const run::Metric& metric) {
    if (comparison.runs.empty()) return true;  // nothing is known of them yet
    if (metric.is_evaluation()) return comparison.measure != study::Measure::train_loss;
    return std::any_of(comparison.runs.begin(), comparison.runs.end(), [&](const study::ComparedRun& compared) {
        return !(*compared.metrics)[metric.tag].value.empty();
    });
}

bool is_known(const Comparison& comparison, XAxis axis) {
    return comparison.runs.empty() ||
           std::any_of(comparison.runs.begin(), comparison.runs.end(), [axis](const study::ComparedRun& compared) {
               const double each = study::per_step(compared, axis);
               return std::isfinite(each) && each > 0;
           });
}

QString key_of(const Group& group) { return text(group.config_hash); }

QString position_text(XAxis axis, double at) {
    if (!std::isfinite(at)) return "–";
    switch (axis) {
        case XAxis::steps:
            return text(with_thousands(std::llround(at)));
        case XAxis::tokens:
            return text(short_count(at));
        case XAxis::flops:
            return text(significant(at, 3));
        case XAxis::seconds:
            return text(short_duration(at));
    }
    return {};
}

}  // namespace

CurvesPanel::CurvesPanel(QWidget* parent) : QWidget(parent) {
    plot_ = new ChartView(this);
    forest_ = new ForestView(this);
    auto* charts = new QSplitter(this);
    auto* left = new QFrame(charts);
    left->setProperty("card", true);
    auto* left_column = new QVBoxLayout(left);
    left_column->setContentsMargins(2 * kSpace, kSpace, 2 * kSpace, kSpace);
    left_column->setSpacing(0);
    left_column->addWidget(build_toolbar());
    left_column->addWidget(plot_, 1);
    auto* right = new QSplitter(Qt::Vertical, charts);
    auto* bar_card = new QFrame(right);
    bar_card->setProperty("card", true);
    auto* bar_column = new QVBoxLayout(bar_card);
    bar_column->setContentsMargins(kSpace, kSpace, kSpace, kSpace);
    auto* scroll = new QScrollArea(bar_card);  // the plot is as high as its rows
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setMinimumHeight(120);
    scroll->setWidget(forest_);
    bar_column->addWidget(scroll);
    right->addWidget(bar_card);
    right->addWidget(build_readings());
    right->setChildrenCollapsible(false);
    charts->addWidget(left);
    charts->addWidget(right);
    charts->setStretchFactor(0, 1);
    charts->setStretchFactor(1, 1);
    charts->setSizes({700, 700});
    right->setSizes({200, 200});
    charts->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 2 * kSpace, 0, 0);
    column->addWidget(charts);

    connect(plot_, &ChartView::hovered, this, [this](double, const QString& id) { Q_EMIT group_hovered(id); });
    connect(plot_, &ChartView::hover_left, this, [this] { Q_EMIT group_hovered({}); });
    connect(plot_, &ChartView::clicked, this, &CurvesPanel::group_clicked);
    connect(plot_, &ChartView::outliers_clicked, this, [this] {
        outliers_ = !outliers_;
        Q_EMIT choices_changed();
    });
    connect(forest_, &ForestView::clicked, this, [this](const QString& label) {
        const auto found = forest_keys_.find(label);
        if (found != forest_keys_.end()) Q_EMIT group_clicked(found->second);
    });
}

QWidget* CurvesPanel::build_toolbar() {
    auto* bar = new QWidget(this);
    metric_ = new QComboBox(bar);
    metric_->setProperty("flat", true);
    metric_->setAccessibleName("Metric of the curves");
    for (const run::MetricId id : run::kCompareMetrics) metric_->addItem(run::metric(id).title);
    x_axis_ = new QComboBox(bar);
    x_axis_->setAccessibleName("Horizontal axis");
    for (const AxisText& axis : kAxes) x_axis_->addItem(axis.choice);
    log_x_ = new QCheckBox("log x", bar);
    log_x_->setToolTip("Logarithmic x axis");
    log_y_ = new QCheckBox("log y", bar);
    log_y_->setToolTip("Logarithmic y axis");
    band_ = new QCheckBox("band", bar);
    band_->setToolTip(
        "95 % Student t interval of the mean over the seeds; very wide where there are only two. Of an imported mean: "
        "the lowest and highest of its runs");
    band_->setChecked(true);
    smoothing_box_ = new QWidget(bar);
    auto* smoothing = new QHBoxLayout(smoothing_box_);
    smoothing->setContentsMargins(0, 0, 0, 0);
    smoothing_ = new QSlider(Qt::Horizontal, smoothing_box_);
    smoothing_->setRange(0, 999);
    smoothing_->setSingleStep(10);
    smoothing_->setPageStep(100);
    smoothing_->setFixedWidth(80);
    smoothing_->setValue(static_cast<int>(kSmoothing * 1000));
    smoothing_->setAccessibleName("Smoothing");
    smoothing_->setToolTip("Weight of the exponential moving average of each seed, before the mean is taken");
    smoothing_value_ = plain_label(text(fixed(kSmoothing, 3)), "muted", smoothing_box_);
    smoothing->addWidget(plain_label("Smoothing", "muted", smoothing_box_));
    smoothing->addWidget(smoothing_);
    smoothing->addWidget(smoothing_value_);
    smoothing_box_->hide();

    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2 * kSpace);
    row->addWidget(metric_);
    row->addWidget(plain_label("x axis", "muted", bar));
    row->addWidget(x_axis_);
    row->addWidget(log_x_);
    row->addWidget(log_y_);
    row->addWidget(band_);
    row->addStretch();
    row->addWidget(smoothing_box_);

    connect(metric_, &QComboBox::currentIndexChanged, this, [this](int metric) {
        wanted_metric_ = metric_at(metric).id;
        smoothing_box_->setVisible(metric_at(metric).smoothing.compare > 0);
        Q_EMIT choices_changed();
    });
    connect(x_axis_, &QComboBox::currentIndexChanged, this, [this](int axis) {
        wanted_x_axis_ = static_cast<XAxis>(axis);
        Q_EMIT choices_changed();
    });
    connect(log_x_, &QCheckBox::toggled, this, &CurvesPanel::choices_changed);
    connect(log_y_, &QCheckBox::toggled, this, &CurvesPanel::choices_changed);
    connect(band_, &QCheckBox::toggled, this, &CurvesPanel::choices_changed);
    connect(smoothing_, &QSlider::valueChanged, this, [this](int value) {
        smoothing_value_->setText(text(fixed(value / 1000.0, 3)));
        Q_EMIT choices_changed();
    });
    return bar;
}

QWidget* CurvesPanel::build_readings() {
    auto* card = new QFrame(this);
    card->setProperty("card", true);
    step_ = new StepBox(card);
    step_->setAccessibleName("Step of the reference at which the differences are read");
    step_slider_ = new QSlider(Qt::Horizontal, card);
    step_slider_->setAccessibleName("Step of the reference at which the differences are read");
    auto* furthest = flat_button("Last common", card);
    furthest->setToolTip("The last step at which the reference and every variant were evaluated");
    auto* bar = new QHBoxLayout;
    bar->setSpacing(2 * kSpace);
    auto* title = plain_label("Difference at step", "", card);
    title->setToolTip(
        "Validation loss minus the reference's, at this evaluation of the reference, and at the same tokens, FLOPs "
        "and training time. A value marked ≈ is interpolated between two evaluations.");
    bar->addWidget(title);
    bar->addWidget(step_);
    bar->addWidget(step_slider_, 1);
    bar->addWidget(furthest);
    readings_ = new CellsModel(this);
    table_ = new QTableView(card);
    table_->setModel(readings_);
    table_->setAccessibleName("Differences read at one point");
    copy_rows_on_request(table_);
    table_->setItemDelegate(new CellsDelegate(table_));
    table_->setWordWrap(false);
    table_->setShowGrid(false);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setSelectionMode(QAbstractItemView::NoSelection);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(28);
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);  // nothing moves while the step is dragged
    const int widest = table_->horizontalHeader()->fontMetrics().horizontalAdvance(kAxes.back().choice);
    table_->horizontalHeader()->setMinimumSectionSize(widest + 4 * kSpace);
    table_->horizontalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter);
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setStyleSheet("QTableView { border: 0; }");
    table_->horizontalHeader()->setHighlightSections(false);
    no_readings_ = plain_label("Once the reference and a variant have finished a seed, their difference is shown here.",
                               "muted", card);
    no_readings_->setWordWrap(true);
    no_readings_->setAlignment(Qt::AlignCenter);
    auto* column = new QVBoxLayout(card);
    column->setContentsMargins(3 * kSpace, 2 * kSpace, 3 * kSpace, 2 * kSpace);
    column->setSpacing(kSpace);
    column->addLayout(bar);
    column->addWidget(refusal_label(step_->refusal(), card));
    column->addWidget(table_, 1);
    column->addWidget(no_readings_, 1);
    interpolated_ = plain_label("", "muted", card);
    interpolated_->setWordWrap(true);
    column->addWidget(interpolated_);

    connect(step_, &StepBox::valueChanged, this, &CurvesPanel::read_at);
    connect(step_slider_, &QSlider::valueChanged, this, [this](int place) {
        if (place >= 0 && place < std::ssize(evaluations_)) read_at(evaluations_[static_cast<std::size_t>(place)]);
    });
    connect(furthest, &QPushButton::clicked, this, [this] {
        step_->give_up();
        read_step_.reset();
        Q_EMIT choices_changed();
    });
    return card;
}

void CurvesPanel::set_comparison(const study::Comparison& comparison) {
    constexpr std::array kWhyNoAxis{"", "No run here tells how many tokens a step has.",
                                    "No run here tells how many FLOPs a step takes.",
                                    "No training time is known of these runs."};
    for (int i = 0; i < metric_->count(); ++i) {
        const run::Metric& metric = metric_at(i);
        const bool known = is_known(comparison, metric);
        const bool of_evaluation = metric.is_evaluation() && known;
        metric_->setItemText(i, of_evaluation ? study::measured_metric(comparison).title : metric.title);
        set_entry(metric_, i, known, QString("No run here has a %1.").arg(text(run::in_sentence(metric))));
    }
    for (int i = 0; i < x_axis_->count(); ++i)
        set_entry(x_axis_, i, is_known(comparison, static_cast<XAxis>(i)), kWhyNoAxis[static_cast<std::size_t>(i)]);
    show_metric();
    show_x_axis();
}

// What is wanted, or the first that there is. What is wanted stays so, for runs that have it.
void CurvesPanel::show_metric() {
    const run::MetricId wanted = wanted_metric_;
    int index = index_of(wanted);
    for (int i = 0; i < metric_->count() && !is_enabled(metric_, index); ++i) index = i;
    metric_->setCurrentIndex(index);
    wanted_metric_ = wanted;
}

void CurvesPanel::show_x_axis() {
    const XAxis wanted = wanted_x_axis_;
    const int index = static_cast<int>(wanted);
    x_axis_->setCurrentIndex(is_enabled(x_axis_, index) ? index : static_cast<int>(XAxis::steps));
    wanted_x_axis_ = wanted;
}

void CurvesPanel::read_at(double step) {
    read_step_ = step;
    const QSignalBlocker quiet_box(step_), quiet_slider(step_slider_);
    step_->setValue(step);
    step_slider_->setValue(static_cast<int>(step_->place_of(step)));
    Q_EMIT choices_changed();
}

CompareChoices CurvesPanel::with_choices(CompareChoices choices) const {
    const run::Metric& metric = metric_at(metric_->currentIndex());
    choices.metric = metric.id;
    choices.x_axis = static_cast<XAxis>(x_axis_->currentIndex());
    choices.smoothing = metric.smoothing.compare > 0 ? smoothing_->value() / 1000.0 : 0;
    choices.read_step = read_step_;
    return choices;
}

void CurvesPanel::set_empty_text(const QString& text) {
    empty_text_ = text;
    plot_->set_empty_text(text);
    forest_->set_empty_text(text);
}

void CurvesPanel::highlight(const QString& group) { plot_->set_highlight(group); }

void CurvesPanel::show_scene(const CompareScenePtr& scene, const ColorOf& color_of, const QStringList& visible) {
    draw_curves(*scene, color_of, visible);
    draw_forest(*scene, color_of, visible);
    show_readings(*scene, visible);
}

void CurvesPanel::draw_curves(const CompareScene& scene, const ColorOf& color_of, const QStringList& visible) {
    const Comparison& comparison = *scene.comparison;
    std::vector<Curve> faint, means;
    for (const GroupCurves& group_curves : scene.curves) {
        const Group& group = comparison.groups[group_curves.group];
        if (!visible.contains(key_of(group)) || group_curves.runs.empty()) continue;
        const int color = color_of(group.runs.front());
        Curve base;
        base.id = key_of(group);
        base.label = text(study::display_name(group));
        if (group_curves.mean && group_curves.seeds < group.healthy())
            base.label += QString(" (mean of %1 of %2 seeds)").arg(group_curves.seeds).arg(group.healthy());
        base.color = Theme::instance().run_color(color);
        bool labeled = group_curves.mean != nullptr;
        for (const SeedCurve& seed : group_curves.runs) {
            Curve curve = base;
            const run::RunInfo& info = comparison.runs[seed.run].listed.info;
            curve.x = seed.x;
            curve.y = seed.y;
            curve.faint = group_curves.mean != nullptr;
            curve.line_end_label = !std::exchange(labeled, true);
            if (seed.collapsed_at)
                curve.flags.emplace_back(*seed.collapsed_at,
                                         QString("seed %1: %2")
                                             .arg(info.seed)
                                             .arg(text(comparison.runs[seed.run].listed.state.verdict->cause)));
            faint.push_back(std::move(curve));
        }
        if (!group_curves.mean) continue;
        base.x = group_curves.x;
        base.y = group_curves.mean;
        if (band_->isChecked()) {
            base.low = group_curves.low;
            base.high = group_curves.high;
        }
        means.push_back(std::move(base));
    }
    std::move(means.begin(), means.end(), std::back_inserter(faint));
    PlotAxes axes;
    axes.x_title = kAxes[static_cast<std::size_t>(scene.choices.x_axis)].title;
    const run::Metric& chosen = run::metric(scene.choices.metric);
    const run::Metric& metric = chosen.is_evaluation() ? study::measured_metric(comparison) : chosen;
    axes.y_title = text(run::axis_title(metric));
    axes.x = log_x_->isChecked() ? Scale::logarithmic : Scale::linear;
    axes.y = log_y_->isChecked() ? Scale::logarithmic : Scale::linear;
    axes.y_title_on_screen = false;
    axes.robust_y = true;  // one collapse must not flatten the others
    axes.include_outliers = outliers_;
    // A loss far above a uniform guess is that of a model which is confidently wrong.
    if (!comparison.groups.empty() && metric.is_loss)
        axes.y_limit = study::end_of_loss_axis(comparison.groups.front()).value_or(axes.y_limit);
    plot_->set_axes(axes);
    plot_->set_curves(std::move(faint));
}

// Sorted, the best variant first; what collapsed comes last.
void CurvesPanel::draw_forest(const CompareScene& scene, const ColorOf& color_of, const QStringList& visible) {
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    std::vector<ForestRow> rows;
    std::set<std::size_t> references;
    forest_keys_.clear();
    for (const ShownGroup& shown : scene.shown) {
        const Group& group = scene.comparison->groups[shown.group];
        if (shown.reference) references.insert(*shown.reference);
        if (!visible.contains(key_of(group)) || shown.is_reference()) continue;
        const bool collapsed = group.healthy() == 0 && group.collapsed > 0;
        const study::PairedInterval& interval = shown.delta.interval;
        if (!collapsed && interval.n == 0) continue;
        ForestRow row;
        row.label = text(study::display_name(group));
        row.color = Theme::instance().run_color(color_of(group.runs.front()));
        row.collapsed = collapsed;
        row.value = collapsed ? kNaN : interval.mean;
        const double half = collapsed ? kNaN : interval.half_width.value_or(kNaN);
        row.low = row.value - half;
        row.high = row.value + half;
        if (!collapsed) row.note = QString("n = %1").arg(interval.n);
        if (group.ranks.best > 0) row.note += QString(", rank %1").arg(text(study::ranks_text(group.ranks)));
        forest_keys_[row.label] = key_of(group);
        rows.push_back(std::move(row));
    }
    std::stable_sort(rows.begin(), rows.end(), [](const ForestRow& a, const ForestRow& b) {
        return a.collapsed != b.collapsed ? b.collapsed : a.value < b.value;
    });
    // One reference for all is a row as well, at zero.
    if (references.size() == 1 && !rows.empty()) {
        const Group& group = scene.comparison->groups[*references.begin()];
        ForestRow row;
        row.label = text(study::display_name(group));
        row.color = Theme::instance().run_color(color_of(group.runs.front()));
        row.low = row.high = kNaN;
        row.baseline = true;
        forest_keys_[row.label] = key_of(group);
        const auto place = std::find_if(rows.begin(), rows.end(),
                                        [](const ForestRow& other) { return other.collapsed || other.value > 0; });
        rows.insert(place, std::move(row));
    }
    forest_->set_empty_text(scene.shown.empty()
                                ? empty_text_
                                : QString("Once the reference and a variant have finished a seed, their "
                                          "difference is shown here."));
    const study::Comparison& of = *scene.comparison;
    forest_->set_rows(std::move(rows),
                      text(fmt::format("Δ final {} ({}), {} interval", study::measured(of), study::unit_of(of),
                                       study::confidence_text(of.family.family.error()))),
                      0);
}

void CurvesPanel::show_readings(const CompareScene& scene, const QStringList& visible) {
    const Readings& readings = scene.readings;
    std::vector<CellsModel::Cell> header{{"Variant", "", {}, false}};
    for (std::size_t i = 0; i < kAxes.size(); ++i) {
        const QString choice = kAxes[i].choice;
        const QString equal = "Difference at equal " + (i == kFlops ? choice : choice.toLower());
        const QString at = readings.at[i] ? position_text(static_cast<XAxis>(i), *readings.at[i]) : QString();
        header.push_back(
            {at.isEmpty() ? choice : choice + "\n" + at, at.isEmpty() ? equal : equal + ": " + at, {}, true});
    }
    std::vector<CellsModel::Line> lines;
    bool any_between = false;
    for (const Readings::Row& row : readings.rows) {
        const Group& group = scene.comparison->groups[row.group];
        if (!visible.contains(key_of(group))) continue;
        CellsModel::Line line{key_of(group), {{text(study::display_name(group)), text(group.name), {}, false}}};
        for (std::size_t i = 0; i < row.deltas.size(); ++i) {
            const study::Delta& delta = row.deltas[i];
            const QString told = text(study::in_own_digits(delta.interval)), full = full_text(delta.interval);
            const bool between = !row.interpolated[i].isEmpty();
            // What no evaluation has measured is never set in bold.
            const bool firm = delta.interval.distinguishable() && !between;
            line.cells.push_back({told.isEmpty() ? QString("–")
                                  : between      ? "≈ " + told
                                                 : told,
                                  between ? row.interpolated[i] + " " + text(delta.judgement) : text(delta.judgement),
                                  firm ? CellsModel::Tone::usual : CellsModel::Tone::muted, true,
                                  told.isEmpty() || !between ? full : "≈ " + full});
            any_between |= between;
        }
        lines.push_back(std::move(line));
    }
    readings_->set(header, lines);
    show_step(readings, any_between);
}

void CurvesPanel::show_step(const Readings& readings, bool any_between) {
    const bool any = std::isfinite(readings.step) && !readings.evaluations.empty();
    table_->setVisible(any);
    no_readings_->setVisible(!any);
    step_->setEnabled(any);
    step_slider_->setEnabled(any);
    QStringList said;
    if (any && !readings.all_evaluated) said += "Not every variant was evaluated at this step.";
    if (any_between) said += "≈ marks a value that is interpolated between two evaluations.";
    interpolated_->setText(said.join(" "));
    interpolated_->setVisible(any && !said.isEmpty());
    const QSignalBlocker quiet_box(step_), quiet_slider(step_slider_);
    evaluations_ = readings.evaluations;
    step_->set_steps(evaluations_);
    step_slider_->setMaximum(std::max(0, static_cast<int>(evaluations_.size()) - 1));
    if (!any || step_->is_being_typed() || step_slider_->isSliderDown()) return;  // typed or dragged: it stays
    step_->setValue(readings.step);
    step_slider_->setValue(static_cast<int>(step_->place_of(readings.step)));
}

QVariantMap CurvesPanel::save_state() const {
    return {{"metric_key", QString(run::metric(wanted_metric_).key)},
            {"x_axis", QString(to_string(wanted_x_axis_))},
            {"log_x", log_x_->isChecked()},
            {"log_y", log_y_->isChecked()},
            {"smoothing", smoothing_->value()},
            {"band", band_->isChecked()}};
}

void CurvesPanel::restore_state(const QVariantMap& state) {
    // Earlier versions stored the index in a list of the validation loss and the training loss.
    const QString key = state.value("metric_key").toString();
    wanted_metric_ = state.value("metric").toInt() == 1 ? run::MetricId::train_loss : run::MetricId::val_loss;
    for (const run::MetricId id : run::kCompareMetrics)
        if (key == run::metric(id).key) wanted_metric_ = id;
    wanted_x_axis_ = chosen_x_axis(state.value("x_axis"), state.value("along"));
    show_metric();
    show_x_axis();
    log_x_->setChecked(state.value("log_x").toBool());
    log_y_->setChecked(state.value("log_y").toBool());
    band_->setChecked(state.value("band", true).toBool());
    smoothing_->setValue(state.value("smoothing", smoothing_->value()).toInt());
}

}  // namespace ablate::ui
