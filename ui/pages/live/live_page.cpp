#include "ui/pages/live/live_page.h"

#include "ui/bridge/run_control.h"
#include "ui/bridge/settings.h"
#include "ui/bridge/text.h"
#include "ui/collapse/collapse_area.h"
#include "ui/pages/live/chart_board.h"
#include "ui/pages/live/depth_panel.h"
#include "ui/pages/live/live_curves.h"
#include "ui/pages/live/live_toolbar.h"
#include "ui/pages/live/run_list_panel.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"

#include <QPointer>
#include <QSettings>
#include <QSplitter>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace ablate::ui {
namespace {

constexpr std::size_t kFormerCharts = 4;  // of versions that kept one arrangement for all workspaces
constexpr int kDrawEvery = 60;            // ms; what arrives in between is drawn at once
constexpr qsizetype kMostChosen = 20;     // runs that are chosen without being asked for
constexpr int kNarrow = 900;              // px of page width below which the run list gives way
constexpr auto kExpected = "The runs were just started. Their curves appear here with their first steps.";
constexpr auto kNothingChosen = "Choose runs on the left to see their curves.";

// What a workspace begins with: the arrangement that an earlier version kept for all of them, else that of the board.
QVariantList former_arrangement(const QVariantList& otherwise) {
    const QSettings settings;
    QVariantList charts;
    for (std::size_t i = 0; i < kFormerCharts; ++i) {
        const QString key = QString("live/chart%1/").arg(i);
        if (!settings.contains(key + "metric")) return otherwise;
        charts += QVariantMap{{"metric", settings.value(key + "metric")}, {"log", settings.value(key + "log")}};
    }
    return charts;
}

}  // namespace

struct LivePage::State {
    explicit State(LivePage* page);
    QWidget* build_charts();
    void connect_parts();

    void take_runs();
    void choose(const QStringList& ids);
    void take_expected();
    void follow_drawn();
    void redraw();  // now
    void draw_next();
    void redraw_soon();  // once, however much arrives until then
    void draw_card(ChartCard& card);
    void draw_surroundings();  // what beside the charts depends on the curves
    void highlight(const QString& run);
    void tell_collapse(const QString& id, const QString& cause);

    LivePage* page;
    QPointer<Workspace> workspace;
    QPointer<RunControl> control;
    LiveRunModel model;
    LiveCurves curves{&model};
    QTimer draw_timer;
    QTimer turn_timer;                         // one chart a turn of the event loop, which would stall for all of them
    std::size_t next_turn = 0, turns_due = 0;  // the charts', then that of what surrounds them
    bool stale = true;
    QStringList expected;     // runs asked for that are not listed yet: drawn as soon as they are
    bool own_choice = false;  // the newest study is followed until somebody chooses otherwise
    QStringList told;         // ids of collapses told in the banner
    QVariantList first_arrangement;

    RunListPanel* side = nullptr;
    LiveToolbar* toolbar = nullptr;
    Banner* banner = nullptr;
    ChartBoard* board = nullptr;
    CollapseArea* collapse = nullptr;  // of the run that is picked
    DepthPanel* depth = nullptr;
};

LivePage::State::State(LivePage* page) : page(page) {
    auto* split = new QSplitter(page);
    side = new RunListPanel(&model, page);
    split->addWidget(side);
    split->addWidget(build_charts());
    split->setStretchFactor(1, 1);
    split->setSizes({280, 900});
    split->setChildrenCollapsible(false);
    auto* all = new QVBoxLayout(page);
    all->setContentsMargins(3 * kSpace, 3 * kSpace, 3 * kSpace, 3 * kSpace);
    all->addWidget(split);

    draw_timer.setSingleShot(true);
    draw_timer.setInterval(kDrawEvery);
    first_arrangement = former_arrangement(board->arrangement());
    board->arrange(first_arrangement);
    curves.set_x_axis(toolbar->x_axis());
    curves.set_grouping(toolbar->grouping());
    connect_parts();
}

QWidget* LivePage::State::build_charts() {
    auto* right = new QWidget(page);
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(2 * kSpace, 0, 0, 0);
    column->setSpacing(2 * kSpace);
    toolbar = new LiveToolbar(right);
    banner = new Banner(right);
    board = new ChartBoard(right);
    collapse = new CollapseArea(right);
    depth = new DepthPanel(right);
    column->addWidget(toolbar);
    column->addWidget(board, 1);
    column->addWidget(collapse);
    column->addWidget(depth);
    banner->float_over(board);
    return right;
}

void LivePage::State::connect_parts() {
    connect(&draw_timer, &QTimer::timeout, page, [this] {
        turns_due = board->cards().size() + 1;
        turn_timer.start();
    });
    connect(&turn_timer, &QTimer::timeout, page, [this] { draw_next(); });
    connect(&model, &LiveRunModel::chosen_changed, page, [this] {
        own_choice = true;
        follow_drawn();
    });
    connect(side, &RunListPanel::pointed_at, page, [this](const QString& id) { highlight(id); });
    connect(side, &RunListPanel::picked_changed, page, [this](const QString& id) {
        highlight({});
        collapse->follow(id);
        if (!id.isEmpty()) depth->show_run(id);
        redraw_soon();
    });
    connect(side, &RunListPanel::none_wanted, page, [this] {
        expected.clear();
        model.choose({});
    });
    connect(side, &RunListPanel::solo_wanted, page, [this](const QString& id, bool solo) {
        model.set_solo(solo && !id.isEmpty() ? curves.runs_beside(id) : QStringList());
    });
    connect(board, &ChartBoard::hovered, page, [this](const QString& curve) { highlight(curve); });
    connect(board, &ChartBoard::hover_left, page, [this] { highlight({}); });
    connect(board, &ChartBoard::clicked, page,
            [this](const QString& curve) { side->pick(curve == curves.curve_of(side->picked()) ? QString() : curve); });
    connect(board, &ChartBoard::arranged, page, [this] { redraw(); });
    connect(board, &ChartBoard::scale_changed, page, [this](ChartCard* card) { draw_card(*card); });
    connect(toolbar, &LiveToolbar::changed, page, [this] {
        curves.set_x_axis(toolbar->x_axis());
        curves.set_grouping(toolbar->grouping());
        redraw();
    });
    connect(toolbar, &LiveToolbar::smoothing_changed, page, [this] { redraw_soon(); });
    connect(toolbar, &LiveToolbar::add_chart, board, &ChartBoard::add);
}

void LivePage::State::take_runs() {
    if (!workspace) return;
    const bool chosen_by_somebody = own_choice;
    side->while_replacing([this] {
        model.set_runs(workspace->runs(), [this](const run::RunInfo& info) { return workspace->color_index(info); });
    });
    side->show_state();
    if (model.rowCount() > 0 && !chosen_by_somebody)
        model.choose(model.newest_study().first(std::min<qsizetype>(model.newest_study().size(), kMostChosen)));
    take_expected();
    own_choice = chosen_by_somebody;
    for (const QString& id : model.drawn()) {
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
    model.set_solo({});
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

void LivePage::State::follow_drawn() {
    if (!workspace) return;
    const QStringList ids = model.followed();
    curves.forget_all_but(ids);
    workspace->follow(ids);
    for (const QString& id : ids) model.set_curves(id, workspace->curves(id));
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
    for (ChartCard* card : board->cards()) draw_card(*card);
    draw_surroundings();
}

// In turns, so that none waits forever where new values come faster than all charts are drawn.
void LivePage::State::draw_next() {
    if (!page->isVisible()) return turn_timer.stop();
    const std::size_t charts = board->cards().size();
    const std::size_t turn = std::min(next_turn, charts);  // charts may have been removed meanwhile
    next_turn = turn == charts ? 0 : turn + 1;
    if (turn < charts)
        draw_card(*board->cards()[turn]);
    else
        draw_surroundings();
    if (--turns_due > 0) return;
    turn_timer.stop();
    stale = draw_timer.isActive();
}

void LivePage::State::draw_card(ChartCard& card) {
    const LiveMetric& metric = card.metric();
    PlotAxes axes;
    axes.x_title = text_of(curves.x_axis()).title;
    axes.y_title = metric.axis_title;
    axes.x = toolbar->logarithmic_x() ? Scale::logarithmic : Scale::linear;
    axes.y = card.logarithmic() ? Scale::logarithmic : Scale::linear;
    axes.y_title_on_screen = false;
    axes.robust_y = true;  // one collapse must not flatten the others
    axes.include_outliers = card.includes_outliers();
    ChartView& plot = card.plot();
    plot.set_axes(axes);
    plot.set_smoothing(metric.smoothing > 0 ? toolbar->smoothing() : 0);
    plot.set_empty_text(!expected.isEmpty()       ? QString(kExpected)
                        : model.rowCount() == 0   ? QString(kNoRuns)
                        : model.drawn().isEmpty() ? QString(kNothingChosen)
                                                  : QString("No values of %1 yet.").arg(metric.in_sentence));
    plot.set_curves(curves.of(metric, card.hero()));
}

void LivePage::State::draw_surroundings() {
    std::vector<RunCurvesPtr> read;
    if (workspace)
        for (const QString& id : model.drawn()) read.push_back(workspace->curves(id));
    board->set_choices(live_metrics(read));
    toolbar->set_can_add(board->can_add());
    toolbar->show_grid(model.drawn_grid());
    std::map<QString, QStringList> lines;
    for (const RunFlag& flag : curves.flags()) lines[flag.run] += QString("%1  %2").arg(flag.number).arg(flag.words);
    model.set_flags(lines);
    depth->set_runs(model, workspace);
}

// A run, or without one the run that is picked in the list, or none.
void LivePage::State::highlight(const QString& run) {
    const QString id = run.isEmpty() ? side->picked() : run;
    board->highlight(id.isEmpty() ? QString() : curves.curve_of(id));
}

void LivePage::State::tell_collapse(const QString& id, const QString& cause) {
    if (told.contains(id)) return;
    told += id;
    const int row = model.row_of(id);
    const QString name = row < 0 ? id : model.index(row).data().toString();
    const QString line = name + " collapsed: " + cause;
    banner->tell(Banner::Tone::danger, banner->isHidden() ? line : banner->text() + "\n" + line);
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
    if (s.workspace != context.workspace) {  // these belong to a workspace
        s.side->clear_filter();
        s.model.set_solo({});
        s.model.pin({});
    }
    s.workspace = context.workspace;
    s.own_choice = false;
    s.expected.clear();
    s.told.clear();
    s.banner->hide();
    s.curves.set_workspace(context.workspace);
    s.collapse->set_context(*this, context);
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
    for (const QString& id : s.model.followed()) {
        const run::ListedRun* run = s.model.run(id);
        const bool has_logs = run && run->state.step > 0;
        if (has_logs && !s.workspace->curves(id)) return false;
    }
    s.redraw();
    return true;
}

void LivePage::choose_runs(const QStringList& ids) { state_->choose(ids); }

// The arrangement and the pinned runs are those of a workspace.
QVariantMap LivePage::save_state() const {
    const State& s = *state_;
    return {{Settings::kView, QVariantMap{{"charts", s.board->arrangement()}, {"pinned", s.model.pinned_runs()}}}};
}

void LivePage::restore_state(const QVariantMap& state) {
    State& s = *state_;
    const QVariantMap view = state.value(Settings::kView).toMap();
    s.board->arrange(view.contains("charts") ? view.value("charts").toList() : s.first_arrangement);
    const bool chosen_by_somebody = s.own_choice;
    s.model.pin(view.value("pinned").toStringList());
    s.own_choice = chosen_by_somebody;
    s.redraw();
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
