#include "ui/collapse/collapse_card.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/plan/kept_study.h"
#include "core/run/collapse_facts.h"
#include "ui/bridge/latest.h"
#include "ui/bridge/text.h"
#include "ui/charts/chart_view.h"
#include "ui/collapse/remedy_rows.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/run_words.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <cmath>

namespace ablate::ui {

namespace {

constexpr int kChartHeight = 180;
constexpr int kWide = 960;                   // px, from which the charts have room beside what may help
constexpr std::size_t kMostCheckpoints = 8;  // lines

struct Reading {
    run::CollapseFacts facts;
    std::optional<StudyConfig> study;
};

// As the Study page opens it by name: from its file, else rebuilt from its runs.
std::optional<StudyConfig> stored_study(const std::filesystem::path& workspace, const std::string& name) {
    try {
        return load_study(find_study(name, workspace).file);
    } catch (const InputError&) {
        return study::study_of_runs(run::RunStore(workspace).list(), name);
    }
}

QString line_of(const run::CheckpointFacts& one) {
    QString line = QString("Step %1").arg(one.step);
    if (!one.reason.empty()) line += QString(" (%1)").arg(text(one.reason));
    QStringList losses;
    if (!std::isnan(one.train_loss)) losses += "training loss " + text(significant(one.train_loss));
    if (!std::isnan(one.validation_loss)) losses += "validation loss " + text(significant(one.validation_loss));
    return line + ": " + (losses.isEmpty() ? QString("no loss was logged before it") : losses.join(", "));
}

QString checkpoints_text(const run::CollapseFacts& facts) {
    if (facts.checkpoints.empty()) return {};
    QStringList lines{"Checkpoints, with the mean training loss of the 10 steps before each (nats per token)"};
    const std::size_t count = facts.checkpoints.size();
    const std::size_t first = count > kMostCheckpoints ? count - kMostCheckpoints : 0;
    if (first > 0) lines += QString("%1 earlier ones are not listed.").arg(first);
    for (std::size_t i = first; i < count; ++i) lines += line_of(facts.checkpoints[i]);
    if (facts.last_falling)
        lines += QString("The last checkpoint whose loss was still falling is that of step %1.")
                     .arg(facts.checkpoints[*facts.last_falling].step);
    else
        lines += "No checkpoint is left from while the loss was still falling.";
    return lines.join('\n');
}

Curve curve_of(const run::CollapseFacts& facts, const std::vector<double>& values) {
    Curve curve;
    curve.id = "run";
    curve.x = std::make_shared<const std::vector<double>>(facts.steps.begin(), facts.steps.end());
    curve.y = std::make_shared<const std::vector<double>>(values);
    curve.color = Theme::instance().palette().text;
    curve.line_end_label = false;
    if (facts.step >= 0) curve.flags.emplace_back(static_cast<double>(facts.step), "Collapse");
    return curve;
}

bool any_value(const std::vector<double>& values) {
    return std::any_of(values.begin(), values.end(), [](double value) { return !std::isnan(value); });
}

}  // namespace

struct CollapseCard::State {
    explicit State(CollapseCard* card);
    QLayout* build_head();
    QLayout* build_charts();
    void take(Reading reading);
    void fail(const QString& line);
    void draw();
    void show_body(bool visible);

    CollapseCard* card;
    std::optional<run::ListedRun> shown;
    std::optional<run::CollapseFacts> facts;

    QLabel *title = nullptr, *cause = nullptr, *place = nullptr, *missing = nullptr, *checkpoints = nullptr;
    ChartView *loss = nullptr, *grad_norm = nullptr;
    HeatMapView* blocks = nullptr;
    RemedyRows* rows = nullptr;
    QBoxLayout* body = nullptr;  // what may help, and the charts beside it or below
    Latest reader;               // last: it ends first
};

CollapseCard::State::State(CollapseCard* card) : card(card), reader(card) {
    auto* column = new QVBoxLayout(card);
    column->setContentsMargins(0, 2 * kSpace, 2 * kSpace, 2 * kSpace);
    column->setSpacing(2 * kSpace);
    column->addLayout(build_head());
    cause = wrapped_label({}, "danger", card);
    place = wrapped_label({}, "", card);
    missing = wrapped_label({}, "muted", card);
    checkpoints = wrapped_label({}, "", card);
    rows = new RemedyRows(card);
    for (QLabel* label : {cause, place, checkpoints})
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    column->addWidget(cause);
    column->addWidget(place);
    body = new QBoxLayout(QBoxLayout::TopToBottom);
    body->setSpacing(3 * kSpace);
    body->addWidget(rows, 2);
    body->addLayout(build_charts(), 3);
    column->addLayout(body);
    column->addWidget(missing);
    column->addWidget(checkpoints);
    column->addStretch();
    QObject::connect(rows, &RemedyRows::open_page, card, &CollapseCard::open_page);
    QObject::connect(rows, &RemedyRows::message, card, &CollapseCard::message);
    QObject::connect(&Theme::instance(), &Theme::changed, card, [this] { draw(); });
}

QLayout* CollapseCard::State::build_head() {
    title = wrapped_label({}, "heading", card);
    auto* close = flat_button("Close", card);
    close->setToolTip(plain_tooltip({"Hide why this run collapsed, until another run is chosen"}));
    QObject::connect(close, &QPushButton::clicked, card, &CollapseCard::closed);
    auto* head = new QHBoxLayout;
    head->addWidget(title, 1);
    head->addWidget(close);
    return head;
}

QLayout* CollapseCard::State::build_charts() {
    loss = new ChartView(card);
    grad_norm = new ChartView(card);
    blocks = new HeatMapView(card);
    loss->set_empty_text("No training loss was logged.");
    grad_norm->set_empty_text("No gradient norm was logged.");
    blocks->set_empty_text("The gradient norms of the blocks are unknown.");
    auto* row = new QHBoxLayout;
    row->setSpacing(3 * kSpace);
    for (QWidget* chart :
         {static_cast<QWidget*>(loss), static_cast<QWidget*>(grad_norm), static_cast<QWidget*>(blocks)}) {
        chart->setFixedHeight(kChartHeight);
        row->addWidget(chart, 1);
    }
    return row;
}

void CollapseCard::State::show_body(bool visible) {
    for (QWidget* part : {static_cast<QWidget*>(place), static_cast<QWidget*>(rows), static_cast<QWidget*>(loss),
                          static_cast<QWidget*>(grad_norm), static_cast<QWidget*>(blocks),
                          static_cast<QWidget*>(missing), static_cast<QWidget*>(checkpoints)})
        part->setVisible(visible);
}

void CollapseCard::State::take(Reading reading) {
    facts = std::move(reading.facts);
    QStringList places, lacks;
    for (const std::string& sentence : facts->place) places += text(sentence);
    for (const std::string& sentence : facts->missing) lacks += text(sentence);
    show_body(true);
    cause->setText(text(facts->cause));
    place->setText(places.join(' '));
    place->setVisible(!places.isEmpty());
    missing->setText(lacks.join(' '));
    missing->setVisible(!lacks.isEmpty());
    checkpoints->setText(checkpoints_text(*facts));
    checkpoints->setVisible(!checkpoints->text().isEmpty());
    rows->show_run(shown->info, std::move(reading.study));
    draw();
}

void CollapseCard::State::fail(const QString& line) {
    show_body(false);
    cause->setText(line);
}

void CollapseCard::State::draw() {
    if (!facts) return;
    PlotAxes axes;
    axes.x_title = "Step";
    axes.y_title = "Training loss (nats)";
    loss->set_axes(axes);
    loss->set_curves(any_value(facts->loss) ? std::vector{curve_of(*facts, facts->loss)} : std::vector<Curve>());
    axes.y_title = "Gradient norm (before clipping)";
    axes.y = Scale::logarithmic;
    grad_norm->set_axes(axes);
    grad_norm->set_curves(any_value(facts->grad_norm) ? std::vector{curve_of(*facts, facts->grad_norm)}
                                                      : std::vector<Curve>());
    std::vector<QString> sites;
    for (const std::string& block : facts->blocks) sites.push_back(text(block));
    if (facts->block_steps.empty()) sites.clear();
    blocks->set_values(sites, {facts->block_steps.begin(), facts->block_steps.end()},
                       sites.empty() ? std::vector<std::vector<double>>() : facts->block_norms,
                       "Gradient norm by block");
}

CollapseCard::CollapseCard(QWidget* parent) : QWidget(parent), state_(std::make_unique<State>(this)) { clear(); }

CollapseCard::~CollapseCard() { disconnect(&Theme::instance(), nullptr, this, nullptr); }

void CollapseCard::set_context(StudyDocument* document, RunControl* control) {
    state_->rows->set_context(document, control);
}

void CollapseCard::show_run(const run::ListedRun& run) {
    State& s = *state_;
    const bool same =
        s.shown && s.shown->directory.folder() == run.directory.folder() && s.shown->state.updated == run.state.updated;
    if (same) return;
    if (s.shown && s.shown->directory.folder() != run.directory.folder()) clear();
    s.shown = run;
    s.title->setText("Why did it collapse? " + run_title(run.info));
    s.reader.ask(
        [run](const Latest::Ticket&) {
            return Reading{run::read_collapse_facts(run), stored_study(run.directory.workspace(), run.info.study)};
        },
        [&s](Reading reading) { s.take(std::move(reading)); }, [&s](const QString& line) { s.fail(line); });
}

void CollapseCard::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    state_->body->setDirection(width() < kWide ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
}

void CollapseCard::clear() {
    State& s = *state_;
    s.reader.cancel();
    s.shown.reset();
    s.facts.reset();
    s.title->clear();
    s.cause->clear();
    s.show_body(false);
}

}  // namespace ablate::ui
