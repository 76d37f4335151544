#include "ui/pages/compare/compare_page_state.h"

#include "core/compare/wording.h"
#include "ui/bridge/settings.h"
#include "ui/pages/compare/compare_delegate.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"
#include "ui/widgets/header_state.h"
#include "ui/widgets/labels.h"

#include <QAction>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTimer>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace ablate::ui {
namespace {

constexpr int kNameWidth = 168, kWidestName = 420, kWordsWidth = 208, kWidest = 260;  // px
constexpr auto kLearningRate = "train.lr";
constexpr auto kEqualPoints = "equal", kBestPoints = "best";  // the choice of grid points, in the settings

}  // namespace

ComparePage::State::State(ComparePage* page) : page(page), deriving(page), extending(page) {
    split = new QSplitter(Qt::Vertical, page);
    split->addWidget(build_table());
    split->addWidget(build_tabs());
    split->setStretchFactor(0, 2);
    split->setStretchFactor(1, 3);
    split->setSizes({272, 480});
    split->setChildrenCollapsible(false);
    empty = new EmptyState("Nothing to compare yet",
                           "Once runs of a study have finished, their variants are set side by side here.",
                           "Open Study", page);
    auto* content = new QWidget(page);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2 * kSpace);
    column->addWidget(build_toolbar());
    failed = plain_label("", "danger", content);
    failed->setWordWrap(true);
    failed->hide();
    column->addWidget(failed);
    answer = new VerdictBar(content);
    column->addWidget(answer);
    column->addWidget(split, 1);
    stack = new QStackedWidget(page);
    stack->addWidget(empty);
    stack->addWidget(content);
    auto* all = new QVBoxLayout(page);
    all->setContentsMargins(3 * kSpace, 3 * kSpace, 3 * kSpace, 3 * kSpace);
    all->addWidget(stack);

    derive_timer.setSingleShot(true);
    derive_timer.setInterval(0);
    connect(&derive_timer, &QTimer::timeout, page, [this] { derive(); });
    connect(empty, &EmptyState::triggered, page, [page] { Q_EMIT page->open_page("study"); });
    connect(study, &StudyChoice::subject_changed, page, [this] { take_subject(); });
    connect(&comparer, &Comparer::changed, page, [this] { take_comparison(); });
    connect(answer, &VerdictBar::add_seeds, page, [this](int count) {
        if (scene) add_seeds(study::more_seeds(*scene->comparison, scene->answer.verdict, count));
    });
    connect(answer, &VerdictBar::confirm, page, [this](int seeds) {
        if (scene) add_seeds(study::confirmation(*scene->comparison, seeds));
    });
    connect(grid, &GridPanel::extend, page,
            [this](const GridExtension& extension, const std::vector<std::int64_t>& seeds) {
                extend_grid(extension, seeds);
            });
}

QWidget* ComparePage::State::build_toolbar() {
    auto* bar = new QWidget(page);
    study = new StudyChoice(bar);
    references = new QComboBox(bar);
    references->setAccessibleName("Reference");
    references->setToolTip("What the others are compared with");
    references->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    points = new QComboBox(bar);
    points->addItems({"Equal grid points", "Each at its own best"});
    points->setAccessibleName("Grid points");
    points->setToolTip(
        "The best point is chosen by the very losses shown, which favors variants with many or noisy "
        "points.");
    points->hide();
    filter = new QLineEdit(bar);
    filter->setPlaceholderText("Filter variants");
    filter->setAccessibleName("Filter variants");
    filter->setClearButtonEnabled(true);
    filter->setMaximumWidth(200);
    columns = flat_button("Columns", bar);
    columns->setToolTip("Choose the columns of the table");
    build_columns_menu();
    report = flat_button("Report", bar);
    report->setToolTip("Open the report of this study");
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2 * kSpace);
    row->addWidget(plain_label("Study", "muted", bar));
    row->addWidget(study);
    add_runs = flat_button("Add study", bar);
    add_runs->setToolTip("Show the runs of another study next to these");
    studies_menu = new QMenu(add_runs);
    row->addWidget(add_runs);
    row->addSpacing(2 * kSpace);
    row->addWidget(plain_label("compared with", "muted", bar));
    row->addWidget(references);
    row->addWidget(points);
    row->addStretch();
    row->addWidget(filter, 1);
    row->addWidget(columns);
    row->addWidget(report);

    connect(references, &QComboBox::activated, page, [this](int index) {
        reference = references->itemData(index).value<Reference>();
        derive_soon();
    });
    connect(points, &QComboBox::activated, page,
            [this](int index) { points_choice = index == 1 ? kBestPoints : kEqualPoints; });
    connect(points, &QComboBox::currentIndexChanged, page, [this] { derive_soon(); });
    connect(studies_menu, &QMenu::triggered, page, [this](QAction* action) { add_study(action->data().toString()); });
    connect(add_runs, &QPushButton::clicked, page, [this] {
        fill_studies_menu();
        studies_menu->popup(add_runs->mapToGlobal(QPoint(0, add_runs->height())));
    });
    connect(filter, &QLineEdit::textChanged, page, [this](const QString& words) {
        pinned->while_replacing([&] { proxy.setFilterFixedString(words); });
        if (scene) show_scene();
    });
    connect(report, &QPushButton::clicked, page, [this] {
        if (!study->subject().study.isEmpty()) Q_EMIT page->report_study(study->subject().study);
    });
    return bar;
}

void ComparePage::State::build_columns_menu() {
    columns_menu = new QMenu(columns);
    for (int i = 1; i < static_cast<int>(compare_columns().size()); ++i) {
        const CompareColumnInfo& info = compare_columns()[static_cast<std::size_t>(i)];
        QAction* action = columns_menu->addAction(info.title);
        action->setCheckable(true);
        action->setChecked(info.shown);
        connect(action, &QAction::toggled, page, [this, i](bool shown) { set_column_shown(i, shown); });
    }
    connect(columns, &QPushButton::clicked, page,
            [this] { columns_menu->popup(columns->mapToGlobal(QPoint(0, columns->height()))); });
}

QWidget* ComparePage::State::build_table() {
    proxy.setSourceModel(&model);
    table = new QTreeView(page);
    table->setModel(&proxy);
    table->setItemDelegate(new CompareDelegate(table));
    table->setAccessibleName("Comparison");
    copy_rows_on_request(table);
    follow_widths(*table->header());
    table->setUniformRowHeights(true);
    table->setAllColumnsShowFocus(true);
    table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->setIndentation(20);
    table->setMouseTracking(true);
    QHeaderView* header = table->header();
    header->setStretchLastSection(false);
    header->setSortIndicatorClearable(true);
    header->setSortIndicator(-1, Qt::AscendingOrder);
    header->setSectionsMovable(true);
    header->setFirstSectionMovable(false);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    table->setSortingEnabled(true);
    for (int i = 0; i < model.columnCount(); ++i)
        table->setColumnHidden(i, !compare_columns()[static_cast<std::size_t>(i)].shown);
    connect(header, &QWidget::customContextMenuRequested, page,
            [this, header](const QPoint& at) { columns_menu->popup(header->mapToGlobal(at)); });
    const auto group_at = [](const QModelIndex& index) {
        const QModelIndex group = index.parent().isValid() ? index.parent() : index;
        return group.data(CompareModel::key).toString();
    };
    pinned = new PinnedRow(table, page, CompareModel::key);
    connect(table, &QTreeView::entered, page,
            [this, group_at](const QModelIndex& index) { curves->highlight(group_at(index)); });
    connect(table, &QTreeView::viewportEntered, page, [this] { curves->highlight(pinned->key()); });
    table->viewport()->installEventFilter(page);
    connect(pinned, &PinnedRow::changed, page, [this](const QString& group) { curves->highlight(group); });
    connect(table, &QTreeView::doubleClicked, page, [this](const QModelIndex& index) {
        if (index.parent().isValid()) Q_EMIT page->show_runs({index.data(CompareModel::key).toString()});
    });
    return table;
}

QWidget* ComparePage::State::build_tabs() {
    tabs = new QTabWidget(page);
    tabs->setDocumentMode(true);
    curves = new CurvesPanel(tabs);
    grid = new GridPanel(tabs);
    pairs = new PairsPanel(tabs);
    config = new ConfigPanel(tabs);
    prompts = new PromptsPanel(tabs);
    notes = new QPlainTextEdit(tabs);
    notes->setReadOnly(true);
    notes->setFrameShape(QFrame::NoFrame);
    notes->setAccessibleName("Notes on the comparison");
    tabs->addTab(curves, "Curves");
    tabs->addTab(config, "Configuration");
    tabs->addTab(prompts, "Prompts");
    tabs->addTab(notes, "Notes");
    tabs->addTab(grid, "Grid");
    tabs->addTab(pairs, "All pairs");
    for (int i = 0; i < tabs->count(); ++i) tabs->widget(i)->setObjectName(tabs->tabText(i).toLower());
    connect(curves, &CurvesPanel::choices_changed, page, [this] { derive_soon(); });
    connect(curves, &CurvesPanel::group_hovered, page,
            [this](const QString& group) { curves->highlight(group.isEmpty() ? pinned->key() : group); });
    connect(curves, &CurvesPanel::group_clicked, page,
            [this](const QString& group) { pinned->pin(group == pinned->key() ? QString() : group); });
    return tabs;
}

void ComparePage::State::set_column_shown(int column, bool shown) {
    table->setColumnHidden(column, !shown);
    columns_menu->actions().at(column - 1)->setChecked(shown);
}

void ComparePage::State::take_subject() {
    reference = {};
    scene = nullptr;
    derived = nullptr;
    deriving_error.clear();
    deriving.cancel();
    comparer.choose(study->subject());
    report->setEnabled(!study->subject().study.isEmpty());
    show_state();
}

void ComparePage::State::take_comparison() {
    if (comparer.comparison()) {
        fill_references();
        curves->set_comparison(*comparer.comparison());
    }
    show_state();
    derive_soon();
}

void ComparePage::State::fill_references() {
    const study::Comparison& comparison = *comparer.comparison();
    const auto wanted = references_of(comparison);
    bool same = references->count() == static_cast<int>(wanted.size());
    for (int i = 0; same && i < references->count(); ++i)
        same = references->itemText(i) == wanted[static_cast<std::size_t>(i)].first &&
               references->itemData(i).value<Reference>() == wanted[static_cast<std::size_t>(i)].second;
    if (!same) {
        references->clear();
        for (const auto& [name, one] : wanted) references->addItem(name, QVariant::fromValue(one));
    }
    int current = -1;
    for (int i = 0; i < references->count() && current < 0; ++i)
        if (references->itemData(i).value<Reference>() == reference) current = i;
    if (current < 0 && references->count() > 0) {  // what was chosen is gone
        current = 0;
        reference = references->itemData(0).value<Reference>();
    }
    references->setCurrentIndex(current);
    points->setVisible(comparison.has_grid());
    // A learning rate is swept to give each variant its own.
    const std::vector<std::string> keys = study::grid_keys(comparison);
    const bool swept = std::find(keys.begin(), keys.end(), kLearningRate) != keys.end();
    const bool best = points_choice.isEmpty() ? swept : points_choice == kBestPoints;
    points->setCurrentIndex(best ? 1 : 0);
}

void ComparePage::State::derive_soon() { derive_timer.start(); }

void ComparePage::State::derive() {
    const ComparisonPtr comparison = comparer.comparison();
    if (!comparison) return;
    CompareChoices wanted;
    wanted.reference = reference;
    wanted.best_points = comparison->has_grid() && points->currentIndex() == 1;
    wanted = curves->with_choices(wanted);
    if (derived == comparison && choices == wanted) {  // how it is drawn alone has changed
        if (scene) show_scene();
        return;
    }
    derived = comparison;
    choices = wanted;
    deriving.ask(
        [comparison, wanted, before = scene](const Latest::Ticket&) { return make_scene(comparison, wanted, before); },
        [this](CompareScenePtr made) {
            scene = std::move(made);
            deriving_error.clear();
            show_scene();
            show_state();
        },
        [this](const QString& line) {
            deriving_error = line;
            show_state();
        });
}

std::function<int(std::size_t)> ComparePage::State::color_of() const {
    return [this](std::size_t run) {
        return workspace ? workspace->color_index(scene->comparison->runs.at(run).listed.info) : -1;
    };
}

QStringList ComparePage::State::visible_groups() const {
    QStringList keys;
    for (int row = 0; row < proxy.rowCount(); ++row) keys += proxy.index(row, 0).data(CompareModel::key).toString();
    return keys;
}

void ComparePage::State::show_scene() {
    model.set_measured(*scene->comparison);
    pinned->while_replacing([this] { model.set_rows(scene->table, color_of()); });
    fit_columns();
    const QStringList visible = visible_groups();
    curves->set_empty_text(scene->table.empty()
                               ? QString("No runs of this study.")
                               : QString("No variant matches the filter “%1”: clear its field.").arg(filter->text()));
    curves->show_scene(scene, color_of(), visible);
    answer->show_answer(scene, why_nothing_is_trained(), jobs());
    grid->show_scene(scene, visible, why_nothing_is_trained(), jobs());
    pairs->show_scene(scene, visible);
    config->show_scene(scene, visible);
    prompts->show_scene(scene, visible);
    QStringList lines;
    if (const std::string said = study::spans_in_words(*scene->comparison);
        !said.empty() && !study::shared_span(*scene->comparison))
        lines += QString::fromStdString(said);
    for (const std::string& note : scene->comparison->notes) lines += QString::fromStdString(note);
    const QString told = lines.isEmpty() ? QString("Nothing prevents this comparison.") : "•  " + lines.join("\n•  ");
    if (notes->toPlainText() != told) notes->setPlainText(told);
    tabs->setTabText(tabs->indexOf(notes),
                     lines.isEmpty() ? QString("Notes") : QString("Notes (%1)").arg(lines.size()));
}

void ComparePage::State::fit_columns() {
    if (fitted || model.rowCount() == 0) return;
    fitted = true;
    for (int i = 0; i < model.columnCount(); ++i) {
        const bool hidden = table->isColumnHidden(i);
        if (hidden) table->setColumnHidden(i, false);
        table->resizeColumnToContents(i);
        const CompareColumnInfo& info = compare_columns()[static_cast<std::size_t>(i)];
        const int least = i == 0 ? kNameWidth : info.number ? 72 : 96;
        const int most = i == 0 ? kWidestName : i == static_cast<int>(CompareColumn::judgement) ? kWordsWidth : kWidest;
        table->setColumnWidth(i, std::clamp(table->columnWidth(i) + 2 * kSpace, least, most));
        if (hidden) table->setColumnHidden(i, true);
    }
}

void ComparePage::State::show_state() {
    const bool nothing = study->subject().empty();
    stack->setCurrentIndex(nothing ? 0 : 1);
    const QString error = comparer.error().isEmpty() ? deriving_error : comparer.error();
    failed->setText(scene && !error.isEmpty() ? "This is the earlier comparison. " + error : error);
    failed->setVisible(!error.isEmpty());
    if (scene) return;
    pinned->while_replacing([this] { model.set_rows({}, [](std::size_t) { return -1; }); });
    curves->set_empty_text(error.isEmpty() ? "Reading runs…" : "The runs could not be compared.");
    auto none = std::make_shared<CompareScene>();
    none->comparison = std::make_shared<const study::Comparison>();
    none->readings.step = none->readings.last_common = std::nan("");
    curves->show_scene(none, [](std::size_t) { return -1; }, {});
    answer->show_answer(nullptr, {}, 0);
    grid->show_scene(none, {}, {}, 0);
    pairs->show_scene(none, {});
    config->show_scene(none, {});
    prompts->show_scene(none, {});
}

ComparePage::ComparePage(QWidget* parent) : Page(parent), state_(std::make_unique<State>(this)) {
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        if (state_->scene) state_->show_scene();
    });
    state_->show_state();
}

// The widgets go while what they look at is still here.
ComparePage::~ComparePage() { qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly)); }

void ComparePage::set_context(const PageContext& context) {
    State& s = *state_;
    s.workspace = context.workspace;
    s.document = context.document;
    s.control = context.control;
    s.comparer.set_workspace(context.workspace, context.document);
    s.study->set_workspace(context.workspace);
    s.take_subject();
}

bool ComparePage::settle() {
    State& s = *state_;
    if (s.study->subject().empty()) return !s.workspace || s.workspace->runs()->runs.empty();
    const bool failed = !s.comparer.error().isEmpty() || !s.deriving_error.isEmpty();
    return s.comparer.up_to_date() && !s.derive_timer.isActive() && !s.deriving.busy() && (s.scene || failed);
}

void ComparePage::choose_study(const QString& study) { state_->study->choose_study(study); }
void ComparePage::choose_runs(const QStringList& ids) { state_->study->choose_runs(ids); }

bool ComparePage::eventFilter(QObject* watched, QEvent* event) {
    // Leaving the table at its edge emits neither entered() nor viewportEntered().
    if (event->type() == QEvent::Leave) state_->curves->highlight(state_->pinned->key());
    return Page::eventFilter(watched, event);
}

void ComparePage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    state_->comparer.set_active(true);
}

void ComparePage::hideEvent(QHideEvent* event) {
    Page::hideEvent(event);
    state_->comparer.set_active(false);
}

QVariantMap ComparePage::save_state() const {
    const State& s = *state_;
    return {{"columns", save_header(*s.table->header())},
            {"columns_fitted", s.fitted},  // widths that no row has seen are not kept
            {"split", s.split->saveState()},
            {"tab", s.tabs->currentIndex()},
            {"points_choice", s.points_choice},
            {"curves", s.curves->save_state()},
            {"config", s.config->save_state()},
            {"prompts", s.prompts->save_state()},
            {Settings::kView, QVariantMap{{"filter", s.filter->text()}}}};
}

void ComparePage::restore_state(const QVariantMap& state) {
    State& s = *state_;
    if (state.isEmpty()) return;
    s.fitted = restore_header(*s.table->header(), state.value("columns").toMap()) &&
               state.value("columns_fitted", true).toBool();
    for (int i = 1; i < s.model.columnCount(); ++i) s.set_column_shown(i, !s.table->isColumnHidden(i));
    s.split->restoreState(state.value("split").toByteArray());
    const int tab = state.value("tab").toInt();
    if (tab >= 0 && tab < s.tabs->count()) s.tabs->setCurrentIndex(tab);
    // Earlier versions stored the index, and stored 0 for what nobody had chosen.
    s.points_choice = state.value("points_choice", state.value("points").toInt() == 1 ? kBestPoints : "").toString();
    if (!s.points_choice.isEmpty()) s.points->setCurrentIndex(s.points_choice == kBestPoints ? 1 : 0);
    s.curves->restore_state(state.value("curves").toMap());
    s.config->restore_state(state.value("config").toMap());
    s.prompts->restore_state(state.value("prompts").toMap());
    s.filter->setText(state.value(Settings::kView).toMap().value("filter").toString());
}

std::unique_ptr<Page> make_compare_page() { return std::make_unique<ComparePage>(); }

}  // namespace ablate::ui
