#include "ui/pages/live/live_page.h"

#include "core/base/text.h"
#include "ui/bridge/run_control.h"
#include "ui/bridge/text.h"
#include "ui/pages/live/chart_card.h"
#include "ui/pages/live/depth_panel.h"
#include "ui/pages/live/live_run_model.h"
#include "ui/pages/live/run_delegate.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/pinned_row.h"
#include "ui/widgets/x_axis_setting.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPointer>
#include <QPushButton>
#include <QSettings>
#include <QSlider>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTimer>
#include <QVBoxLayout>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace ablate::ui {
namespace {

constexpr std::size_t kCharts = 4;     // one large, three small
constexpr int kDrawEvery = 60;         // ms; what arrives in between is drawn at once
constexpr qsizetype kMostChosen = 20;  // runs that are chosen without being asked for
constexpr int kNarrow = 900;           // px of page width below which the run list gives way
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr auto kExpected = "The runs were just started. Their curves appear here with their first steps.";
constexpr auto kNothingChosen = "Choose runs on the left to see their curves.";
constexpr auto kNoRuns = "No runs yet. Start a study, or train one from a terminal: ablate run quick";

}  // namespace

struct LivePage::State {
    explicit State(LivePage* page);
    QWidget* build_run_list();
    QWidget* build_toolbar();
    QWidget* build_charts();
    void link(ChartCard& card);

    void take_runs();
    void choose(const QStringList& ids);
    void take_expected();
    void show_list();  // or why there is nothing in it
    void follow_chosen();
    void redraw();  // now
    void draw_next();
    void redraw_soon();  // once, however much arrives until then
    std::vector<Curve> curves_of(const ChartCard& card);
    void add_flags(Curve& curve, const run::ListedRun& run, const RunCurves& curves);
    void draw_card(ChartCard& card);
    void highlight(const QString& id);
    void highlight_current();
    void tell_collapse(const QString& id, const QString& cause);
    void choose_metric(ChartCard& card, int before, int metric);
    void enlarge(ChartCard& card);
    double smoothing() const { return slider->value() / 1000.0; }
    void restore();
    void keep() const;

    LivePage* page;
    QPointer<Workspace> workspace;
    QPointer<RunControl> control;
    LiveRunModel model;
    QSortFilterProxyModel filtered;
    CurveMaker maker;
    QTimer draw_timer;
    QTimer turn_timer;                         // one chart a turn of the event loop, which would stall for all of them
    std::size_t next_turn = 0, turns_due = 0;  // the charts', then the depth panel's
    bool stale = true;
    QStringList expected;     // runs asked for that are not listed yet: drawn as soon as they are
    bool own_choice = false;  // the newest study is followed until somebody chooses otherwise
    QStringList told;         // ids of collapses told in the banner

    QWidget* side = nullptr;
    QListView* list = nullptr;
    PinnedRow* pinned = nullptr;  // the run that stands out in the charts
    QLineEdit* search = nullptr;
    QLabel *empty_list = nullptr, *none_found = nullptr;
    QComboBox* x_axis = nullptr;
    QCheckBox* log_x = nullptr;
    QSlider* slider = nullptr;
    QLabel* smoothing_value = nullptr;
    Banner* banner = nullptr;
    QSplitter* rows = nullptr;
    std::array<ChartCard*, kCharts> cards{};
    DepthPanel* depth = nullptr;
};

LivePage::State::State(LivePage* page) : page(page) {
    auto* split = new QSplitter(page);
    split->addWidget(build_run_list());
    auto* right = new QWidget(split);
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(2 * kSpace, 0, 0, 0);
    column->setSpacing(2 * kSpace);
    column->addWidget(build_toolbar());
    banner = new Banner(right);
    column->addWidget(banner);
    column->addWidget(build_charts(), 1);
    depth = new DepthPanel(right);
    column->addWidget(depth);
    split->addWidget(right);
    split->setStretchFactor(1, 1);
    split->setSizes({280, 900});
    split->setChildrenCollapsible(false);
    auto* all = new QVBoxLayout(page);
    all->setContentsMargins(3 * kSpace, 3 * kSpace, 3 * kSpace, 3 * kSpace);
    all->addWidget(split);

    draw_timer.setSingleShot(true);
    draw_timer.setInterval(kDrawEvery);
    connect(&draw_timer, &QTimer::timeout, page, [this] {
        turns_due = kCharts + 1;
        turn_timer.start();
    });
    connect(&turn_timer, &QTimer::timeout, page, [this] { draw_next(); });
    connect(&model, &LiveRunModel::chosen_changed, page, [this] {
        own_choice = true;
        follow_chosen();
    });
    restore();
}

QWidget* LivePage::State::build_run_list() {
    side = new QWidget(page);
    side->setMinimumWidth(200);
    auto* title = plain_label("Runs", "heading", side);
    auto* all = flat_button("All", side);
    all->setToolTip("Choose all runs listed below");
    auto* none = flat_button("None", side);
    none->setToolTip("Choose no run");
    auto* bar = new QHBoxLayout;
    bar->addWidget(title);
    bar->addStretch();
    bar->addWidget(all);
    bar->addWidget(none);
    search = new QLineEdit(side);
    search->setPlaceholderText("Filter by name or study");
    search->setAccessibleName("Filter runs");
    search->setClearButtonEnabled(true);

    filtered.setSourceModel(&model);
    filtered.setFilterCaseSensitivity(Qt::CaseInsensitive);
    filtered.setFilterRole(LiveRunModel::search_text);
    list = new QListView(side);
    list->setAccessibleName("Runs to draw");
    list->setModel(&filtered);
    list->setItemDelegate(new RunDelegate(list));
    list->setUniformItemSizes(true);
    list->setMouseTracking(true);
    list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    empty_list = plain_label(kNoRuns, "muted", side);
    empty_list->setWordWrap(true);
    empty_list->setAlignment(Qt::AlignTop);
    none_found = plain_label({}, "muted", side);
    none_found->setTextFormat(Qt::RichText);
    none_found->setWordWrap(true);
    none_found->setAlignment(Qt::AlignTop);
    none_found->hide();
    connect(none_found, &QLabel::linkActivated, search, &QLineEdit::clear);

    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2 * kSpace);
    column->addLayout(bar);
    column->addWidget(search);
    column->addWidget(list, 1);
    column->addWidget(empty_list, 1);
    column->addWidget(none_found, 1);

    connect(search, &QLineEdit::textChanged, page, [this](const QString& words) {
        pinned->while_replacing([&] { filtered.setFilterFixedString(words); });
        show_list();
    });
    connect(all, &QPushButton::clicked, page, [this] {
        QStringList ids = model.chosen();
        for (int row = 0; row < filtered.rowCount(); ++row)
            ids += filtered.index(row, 0).data(LiveRunModel::id).toString();
        model.choose(ids);
    });
    connect(none, &QPushButton::clicked, page, [this] {
        expected.clear();
        pinned->release();
        model.choose({});
    });
    pinned = new PinnedRow(list, page, LiveRunModel::id);
    pinned->keep_out = on_check_box;
    list->viewport()->installEventFilter(page);
    connect(list, &QListView::entered, page,
            [this](const QModelIndex& index) { highlight(index.data(LiveRunModel::id).toString()); });
    connect(list, &QListView::viewportEntered, page, [this] { highlight_current(); });
    connect(pinned, &PinnedRow::changed, page, [this](const QString& id) {
        highlight_current();
        if (!id.isEmpty()) depth->show_run(id);
        redraw_soon();
    });
    return side;
}

QWidget* LivePage::State::build_toolbar() {
    auto* bar = new QWidget(page);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    x_axis = new QComboBox(bar);
    x_axis->setAccessibleName("Horizontal axis");
    for (const plot::XAxis axis : plot::kXAxes) x_axis->addItem(text_of(axis).choice);
    log_x = new QCheckBox("Logarithmic", bar);
    log_x->setToolTip("Logarithmic x axis");
    slider = new QSlider(Qt::Horizontal, bar);
    slider->setRange(0, 999);
    slider->setSingleStep(10);
    slider->setPageStep(100);
    slider->setFixedWidth(140);
    slider->setAccessibleName("Smoothing");
    slider->setToolTip(
        "Weight of the debiased exponential moving average. Where points are evenly spaced, it is the same as "
        "TensorBoard's. The raw curve stays visible below it.");
    smoothing_value = plain_label("", "muted", bar);
    smoothing_value->setMinimumWidth(40);
    row->addWidget(plain_label("x axis", "muted", bar));
    row->addWidget(x_axis);
    row->addWidget(log_x);
    row->addSpacing(4 * kSpace);
    row->addWidget(plain_label("Smoothing", "muted", bar));
    row->addWidget(slider);
    row->addWidget(smoothing_value);
    row->addStretch();

    connect(x_axis, &QComboBox::currentIndexChanged, page, [this](int choice) {
        maker.set_x_axis(static_cast<plot::XAxis>(choice));
        keep();
        redraw();
    });
    connect(log_x, &QCheckBox::toggled, page, [this] {
        keep();
        redraw();
    });
    connect(slider, &QSlider::valueChanged, page, [this] {
        smoothing_value->setText(text(fixed(smoothing(), 3)));
        keep();
        redraw_soon();
    });
    return bar;
}

QWidget* LivePage::State::build_charts() {
    rows = new QSplitter(Qt::Vertical, page);
    auto* small = new QWidget(rows);
    auto* row = new QHBoxLayout(small);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2 * kSpace);
    using run::MetricId;
    static constexpr std::array<MetricId, kCharts> first_metrics{MetricId::train_loss, MetricId::val_loss,
                                                                 MetricId::grad_norm, MetricId::learning_rate};
    for (std::size_t i = 0; i < kCharts; ++i) {
        cards[i] = new ChartCard(i == 0, i == 0 ? static_cast<QWidget*>(rows) : small);
        cards[i]->set_metric(live_index(first_metrics[i]));
        link(*cards[i]);
        if (i > 0) row->addWidget(cards[i], 1);
    }
    rows->addWidget(cards[0]);
    rows->addWidget(small);
    rows->setStretchFactor(0, 3);
    rows->setStretchFactor(1, 2);
    rows->setChildrenCollapsible(false);
    return rows;
}

// Zoom, crosshair and highlight are those of all charts.
void LivePage::State::link(ChartCard& card) {
    ChartView& plot = card.plot();
    connect(&plot, &ChartView::x_range_changed, page, [this, &plot](double low, double high) {
        for (ChartCard* other : cards)
            if (&other->plot() != &plot) other->plot().set_x_range(low, high);
    });
    connect(&plot, &ChartView::hovered, page, [this, &plot](double x, const QString& id) {
        for (ChartCard* other : cards)
            if (&other->plot() != &plot) other->plot().set_crosshair(x);
        id.isEmpty() ? highlight_current() : highlight(id);
    });
    connect(&plot, &ChartView::hover_left, page, [this] {
        for (ChartCard* other : cards) other->plot().set_crosshair(kNaN);
        highlight_current();
    });
    connect(&plot, &ChartView::clicked, page,
            [this](const QString& id) { pinned->pin(id == pinned->key() ? QString() : id); });
    connect(&card, &ChartCard::metric_chosen, page,
            [this, &card](int before, int metric) { choose_metric(card, before, metric); });
    connect(&card, &ChartCard::enlarge, page, [this, &card] { enlarge(card); });
    connect(&card, &ChartCard::scale_changed, page, [this, &card] {
        keep();
        draw_card(card);
    });
}

// A metric is shown once: who had it takes what it replaces.
void LivePage::State::choose_metric(ChartCard& card, int before, int metric) {
    for (ChartCard* other : cards) {
        if (other == &card || other->metric() != metric) continue;
        const bool logarithmic = other->logarithmic();
        other->set_metric(before);
        card.set_logarithmic(logarithmic);
    }
    keep();
    redraw();
}

void LivePage::State::enlarge(ChartCard& card) {
    ChartCard& large = *cards[0];
    const int metric = card.metric();
    const bool logarithmic = card.logarithmic(), large_logarithmic = large.logarithmic();
    card.set_metric(large.metric());
    card.set_logarithmic(large_logarithmic);
    large.set_metric(metric);
    large.set_logarithmic(logarithmic);
    keep();
    redraw();
}

void LivePage::State::show_list() {
    const bool empty = model.rowCount() == 0, none_left = !empty && filtered.rowCount() == 0;
    list->setVisible(!empty && !none_left);
    search->setVisible(!empty);
    empty_list->setVisible(empty);
    none_found->setText(QString("No run matches the filter “%1”. <a href=\"clear\">Clear the filter</a>")
                            .arg(search->text().toHtmlEscaped()));
    none_found->setVisible(none_left);
}

void LivePage::State::take_runs() {
    if (!workspace) return;
    const bool chosen_by_somebody = own_choice;
    pinned->while_replacing([this] {
        model.set_runs(workspace->runs(), [this](const run::RunInfo& info) { return workspace->color_index(info); });
    });
    const bool empty = model.rowCount() == 0;
    show_list();
    if (!empty && !chosen_by_somebody)
        model.choose(model.newest_study().first(std::min<qsizetype>(model.newest_study().size(), kMostChosen)));
    take_expected();
    own_choice = chosen_by_somebody;
    for (const QString& id : model.chosen()) {
        const run::ListedRun* run = model.run(id);
        if (run && run->status == run::Status::running && run->state.verdict &&
            run->state.verdict->outcome == train::Outcome::collapsed)
            tell_collapse(id, text(run->state.verdict->cause));
    }
    redraw_soon();
}

void LivePage::State::choose(const QStringList& ids) {
    if (ids.isEmpty()) return;
    expected.clear();
    for (const QString& id : ids)
        if (model.row_of(id) < 0) expected += id;
    model.choose(ids);
    own_choice = true;
    redraw_soon();
    if (!expected.isEmpty() && workspace) workspace->refresh();
}

// Runs that were just started are listed a moment later than they are asked for.
void LivePage::State::take_expected() {
    QStringList ids = model.chosen();
    const qsizetype before = ids.size();
    expected.removeIf([&](const QString& id) {
        const bool listed = model.row_of(id) >= 0;
        if (listed && !ids.contains(id)) ids += id;
        return listed;
    });
    if (ids.size() > before) model.choose(ids);
}

void LivePage::State::follow_chosen() {
    if (!workspace) return;
    const QStringList chosen = model.chosen();
    maker.forget_all_but(chosen);
    workspace->follow(chosen);
    for (const QString& id : chosen) model.set_curves(id, workspace->curves(id));
    redraw();
}

void LivePage::State::redraw_soon() {
    stale = true;
    if (page->isVisible() && !draw_timer.isActive()) draw_timer.start();
}

void LivePage::State::redraw() {
    turn_timer.stop();
    stale = !page->isVisible();
    if (stale) return;
    for (ChartCard* card : cards) draw_card(*card);
    depth->set_runs(model, workspace);
}

// In turns, so that none waits forever where new values come faster than all charts are drawn.
void LivePage::State::draw_next() {
    if (!page->isVisible()) return turn_timer.stop();
    const std::size_t turn = std::exchange(next_turn, (next_turn + 1) % (kCharts + 1));
    if (turn < kCharts)
        draw_card(*cards[turn]);
    else
        depth->set_runs(model, workspace);
    if (--turns_due > 0) return;
    turn_timer.stop();
    stale = draw_timer.isActive();
}

void LivePage::State::draw_card(ChartCard& card) {
    const run::Metric& metric = live_metric(card.metric());
    PlotAxes axes;
    axes.x_title = text_of(maker.x_axis()).title;
    axes.y_title = text(run::axis_title(metric));
    axes.x = log_x->isChecked() ? Scale::logarithmic : Scale::linear;
    axes.y = card.logarithmic() ? Scale::logarithmic : Scale::linear;
    axes.y_title_on_screen = false;
    ChartView& plot = card.plot();
    plot.set_axes(axes);
    plot.set_smoothing(metric.smoothing.live > 0 ? smoothing() : 0);
    plot.set_empty_text(!expected.isEmpty()     ? QString(kExpected)
                        : model.rowCount() == 0 ? QString(kNoRuns)
                        : model.chosen().isEmpty()
                            ? QString(kNothingChosen)
                            : QString("No values of %1 yet.").arg(text(run::in_sentence(metric))));
    plot.set_curves(curves_of(card));
}

std::vector<Curve> LivePage::State::curves_of(const ChartCard& card) {
    const run::Metric& metric = live_metric(card.metric());
    std::vector<Curve> drawn;
    if (!workspace) return drawn;
    for (const QString& id : model.chosen()) {
        const run::ListedRun* run = model.run(id);
        const RunCurvesPtr curves = workspace->curves(id);
        if (!run || !curves) continue;
        std::optional<Curve> curve = maker.make(metric, *run, curves);
        if (!curve) continue;
        const int color = workspace->color_index(run->info);
        curve->label = model.name(id);
        curve->line_end_label = card.hero();
        curve->color = LiveRunModel::color_of(color);
        curve->dash = LiveRunModel::dash_of(color, run->info.seed);
        if (metric.shows_events) add_flags(*curve, *run, *curves);
        drawn.push_back(std::move(*curve));
    }
    return drawn;
}

void LivePage::State::add_flags(Curve& curve, const run::ListedRun& run, const RunCurves& curves) {
    const auto& verdict = run.state.verdict;
    if (verdict && verdict->outcome == train::Outcome::collapsed && verdict->step >= 0) {
        curve.flags.emplace_back(maker.position(verdict->step, run, curves), curve.label + ": " + text(verdict->cause));
    } else if (const auto bad = first_non_finite(curves)) {
        curve.flags.emplace_back(maker.position(bad->first, run, curves), curve.label + ": " + bad->second);
    }
    for (const auto& [step, words] : spikes(curves)) curve.marks.emplace_back(maker.position(step, run, curves), words);
}

void LivePage::State::highlight(const QString& id) {
    for (ChartCard* card : cards) card->plot().set_highlight(id);
}

// The run that is picked in the list, or none.
void LivePage::State::highlight_current() { highlight(pinned->key()); }

void LivePage::State::tell_collapse(const QString& id, const QString& cause) {
    if (told.contains(id)) return;
    told += id;
    const int row = model.row_of(id);
    const QString name = row < 0 ? id : model.index(row).data().toString();
    const QString line = name + " collapsed: " + cause;
    banner->tell(Banner::Tone::danger, banner->isHidden() ? line : banner->text() + "\n" + line);
}

void LivePage::State::restore() {
    const QSettings settings;
    const QSignalBlocker quiet_axis(x_axis), quiet_log(log_x);
    using enum plot::XAxis;
    const plot::XAxis axis =
        chosen_x_axis(settings.value("live/x_axis"), settings.value("live/along"), {steps, tokens, seconds, flops});
    x_axis->setCurrentIndex(static_cast<int>(axis));
    maker.set_x_axis(axis);
    log_x->setChecked(settings.value("live/log_x", false).toBool());
    for (std::size_t i = 0; i < kCharts; ++i) {
        const QString key = QString("live/chart%1/").arg(i);
        const QString metric = settings.value(key + "metric").toString();
        for (const run::MetricId id : run::kLiveMetrics)
            if (metric == run::metric(id).key) cards[i]->set_metric(live_index(id));
        if (settings.contains(key + "log")) cards[i]->set_logarithmic(settings.value(key + "log").toBool());
    }
    const double begin = run::metric(run::MetricId::train_loss).smoothing.live;
    slider->setValue(static_cast<int>(std::lround(settings.value("live/smoothing", begin).toDouble() * 1000)));
    smoothing_value->setText(text(fixed(smoothing(), 3)));
}

void LivePage::State::keep() const {
    QSettings settings;
    settings.setValue("live/x_axis", QString(to_string(maker.x_axis())));
    settings.setValue("live/log_x", log_x->isChecked());
    settings.setValue("live/smoothing", smoothing());
    for (std::size_t i = 0; i < kCharts; ++i) {
        const QString key = QString("live/chart%1/").arg(i);
        settings.setValue(key + "metric", live_metric(cards[i]->metric()).key);
        settings.setValue(key + "log", cards[i]->logarithmic());
    }
}

LivePage::LivePage(QWidget* parent) : Page(parent), state_(std::make_unique<State>(this)) {
    // Colors of the curves are the theme's.
    connect(&Theme::instance(), &Theme::changed, this, [this] { state_->redraw_soon(); });
}

// The widgets go while what they look at is still here.
LivePage::~LivePage() { qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly)); }

void LivePage::set_context(const PageContext& context) {
    State& s = *state_;
    if (s.workspace) disconnect(s.workspace, nullptr, this, nullptr);
    if (s.control) disconnect(s.control, nullptr, this, nullptr);
    s.control = context.control;
    if (s.workspace != context.workspace) s.search->clear();  // a filter belongs to a workspace
    s.workspace = context.workspace;
    s.own_choice = false;
    s.expected.clear();
    s.told.clear();
    s.banner->hide();
    s.maker.forget_all_but({});
    if (!s.workspace) return;
    if (s.control)
        connect(s.control, &RunControl::started, this,
                [this](const QString&, const QStringList& runs) { state_->choose(runs); });
    connect(s.workspace, &Workspace::runs_changed, this, [this] { state_->take_runs(); });
    connect(s.workspace, &Workspace::curves_changed, this, [this](const QString& id) {
        State& s = *state_;
        const RunCurvesPtr curves = s.workspace->curves(id);
        s.model.set_curves(id, curves);
        const run::ListedRun* run = s.model.run(id);
        if (run && curves && run->status == run::Status::running)
            if (const auto bad = first_non_finite(*curves)) s.tell_collapse(id, bad->second);
        s.redraw_soon();
    });
    connect(s.workspace, &Workspace::run_collapsed, this, [this](const QString& id) {
        const run::ListedRun* run = state_->model.run(id);
        if (run && run->state.verdict) state_->tell_collapse(id, text(run->state.verdict->cause));
    });
    s.take_runs();
}

bool LivePage::settle() {
    State& s = *state_;
    if (!s.workspace) return true;
    for (const QString& id : s.model.chosen()) {
        const run::ListedRun* run = s.model.run(id);
        const bool has_logs = run && run->state.step > 0;
        if (has_logs && !s.workspace->curves(id)) return false;
    }
    s.redraw();
    return true;
}

void LivePage::choose_runs(const QStringList& ids) { state_->choose(ids); }

bool LivePage::eventFilter(QObject* watched, QEvent* event) {
    // Leaving the list at its edge emits neither entered() nor viewportEntered().
    if (event->type() == QEvent::Leave) state_->highlight_current();
    return Page::eventFilter(watched, event);
}

void LivePage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    if (state_->stale) state_->redraw();
}

void LivePage::resizeEvent(QResizeEvent* event) {
    Page::resizeEvent(event);
    state_->side->setMaximumWidth(width() < kNarrow ? 220 : 360);
}

std::unique_ptr<Page> make_live_page() { return std::make_unique<LivePage>(); }

}  // namespace ablate::ui
