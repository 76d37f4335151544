#include "ui/pages/runs/runs_table.h"

#include "ui/pages/runs/runs_delegate.h"
#include "ui/theme/theme.h"

#include <QAction>
#include <QHeaderView>
#include <QPainter>
#include <QSet>
#include <array>

namespace ablate::ui {

namespace {

constexpr int kLeastVerdict = 160;  // px
constexpr std::array<int, RunsModel::column_count> kWidths{160, 144, 52,  60,  124, 112, 112, 64,
                                                           76,  92,  240, 128, 96,  144, 96};
constexpr std::array kHiddenAtFirst{RunsModel::grid_point, RunsModel::created, RunsModel::id};

QString heading_name(const QModelIndex& heading) {
    return heading.data(RunsModel::damaged_role).toBool() ? QString() : heading.data(RunsModel::study_role).toString();
}

}  // namespace

RunsTable::RunsTable(RunsModel& model, RunsFilter& filter, QWidget* parent)
    : QTreeView(parent), model_(model), filter_(filter), columns_menu_(this) {
    setAccessibleName("Runs");
    setModel(&filter_);
    setItemDelegate(new RunsDelegate(this));
    setUniformRowHeights(true);  // a thousand rows are laid out at once
    setIndentation(4 * kSpace);
    setAllColumnsShowFocus(true);
    setSelectionMode(ExtendedSelection);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollMode(ScrollPerPixel);
    setContextMenuPolicy(Qt::CustomContextMenu);
    build_header();
    build_columns_menu();
    connect(&filter_, &QAbstractItemModel::rowsInserted, this, &RunsTable::unfold);
    connect(this, &QTreeView::collapsed, this, [this](const QModelIndex& index) { folded_ += heading_name(index); });
    connect(this, &QTreeView::expanded, this, [this](const QModelIndex& index) { folded_ -= heading_name(index); });
    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this, &RunsTable::selection_changed);
    connect(this, &QTreeView::activated, this, [this](const QModelIndex& index) {
        const QModelIndex source = filter_.mapToSource(index);
        if (const run::ListedRun* run = model_.run(source)) Q_EMIT opened({QString::fromStdString(run->info.id)});
    });
    unfold({}, 0, filter_.rowCount() - 1);
}

void RunsTable::build_header() {
    QHeaderView& head = *header();
    head.setSectionsMovable(true);
    head.setFirstSectionMovable(false);
    head.setStretchLastSection(false);
    head.setHighlightSections(false);
    head.setMinimumSectionSize(12 * kSpace);
    head.setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    head.setContextMenuPolicy(Qt::CustomContextMenu);
    for (int column = 0; column < RunsModel::column_count; ++column)
        head.resizeSection(column, kWidths[static_cast<std::size_t>(column)]);
    for (const int column : kHiddenAtFirst) setColumnHidden(column, true);
    // A third click on a title goes back to the order of creation.
    head.setSortIndicatorClearable(true);
    head.setSortIndicator(-1, Qt::AscendingOrder);
    setSortingEnabled(true);
    const auto back_to_creation = [this](int column) {
        if (column < 0) filter_.sort(RunsModel::created);
    };
    back_to_creation(-1);
    connect(&head, &QHeaderView::sortIndicatorChanged, this, back_to_creation);
    connect(&head, &QHeaderView::sectionResized, this, [this](int column) {
        if (fitting_) return;
        verdict_sized_ |= column == RunsModel::verdict;
        fit_verdict();
    });
    connect(&head, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& point) { columns_menu_.popup(header()->mapToGlobal(point)); });
}

void RunsTable::build_columns_menu() {
    for (int column = RunsModel::name + 1; column < RunsModel::column_count; ++column) {
        QAction* choice =
            columns_menu_.addAction(model_.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        choice->setCheckable(true);
        connect(choice, &QAction::triggered, this, [this, column](bool shown) {
            columns_chosen_ = true;
            setColumnHidden(column, !shown);
            fit_verdict();
        });
        connect(&columns_menu_, &QMenu::aboutToShow, choice,
                [this, choice, column] { choice->setChecked(!isColumnHidden(column)); });
    }
}

void RunsTable::show_grid_points(bool any) {
    if (columns_chosen_ || isColumnHidden(RunsModel::grid_point) == !any) return;
    setColumnHidden(RunsModel::grid_point, !any);
    fit_verdict();
}

void RunsTable::fit_verdict() {
    if (verdict_sized_ || isColumnHidden(RunsModel::verdict)) return;
    const int others = header()->length() - header()->sectionSize(RunsModel::verdict);
    fitting_ = true;
    header()->resizeSection(RunsModel::verdict, std::max(kLeastVerdict, viewport()->width() - others));
    fitting_ = false;
}

void RunsTable::resizeEvent(QResizeEvent* event) {
    QTreeView::resizeEvent(event);
    fit_verdict();
}

// Only headings have a branch; the lines between them and their runs are left out.
void RunsTable::drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const {
    if (!index.parent().isValid()) QTreeView::drawBranches(painter, rect, index);
}

// Studies that come, and those that come back as the filter changes, are unfolded unless somebody folded them.
void RunsTable::unfold(const QModelIndex& parent, int first, int last) {
    if (parent.isValid()) {
        if (!folded_.contains(heading_name(parent))) expand(parent);
        return;
    }
    for (int row = first; row <= last; ++row) {
        const QModelIndex heading = filter_.index(row, 0);
        if (!folded_.contains(heading_name(heading))) expand(heading);
    }
}

QModelIndexList RunsTable::selected() const {
    const QItemSelectionModel& selection = *selectionModel();
    QModelIndexList runs;
    for (int g = 0; g < filter_.rowCount(); ++g) {
        const QModelIndex heading = filter_.index(g, 0);
        const bool all = selection.isSelected(heading);
        for (int r = 0; r < filter_.rowCount(heading); ++r) {
            const QModelIndex run = filter_.index(r, 0, heading);
            if (all || selection.isSelected(run)) runs += filter_.mapToSource(run);
        }
    }
    return runs;
}

QStringList RunsTable::selected_ids() const {
    QStringList ids;
    for (const QModelIndex& run : selected()) ids += run.data(RunsModel::id_role).toString();
    return ids;
}

void RunsTable::select(const QStringList& ids) {
    QItemSelection chosen;
    QModelIndex first;
    for (const QString& id : ids) {
        const QModelIndex index = filter_.mapFromSource(model_.index_of(id));
        if (!index.isValid()) continue;
        if (!first.isValid()) first = index;
        chosen.select(index, index);
    }
    if (!first.isValid()) return;
    selectionModel()->setCurrentIndex(first, QItemSelectionModel::NoUpdate);
    selectionModel()->select(chosen, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    scrollTo(first);
}

QVariantMap RunsTable::save_state() const {
    return {{"header", header()->saveState()},
            {"columns", int(RunsModel::column_count)},
            {"columns_chosen", columns_chosen_},
            {"verdict_sized", verdict_sized_},
            {"folded", QStringList(folded_.begin(), folded_.end())}};
}

void RunsTable::restore_state(const QVariantMap& state) {
    // Of a version with other columns the widths mean nothing.
    if (state.value("columns").toInt() == RunsModel::column_count) {
        fitting_ = true;
        if (header()->restoreState(state.value("header").toByteArray())) {
            columns_chosen_ = state.value("columns_chosen").toBool();
            verdict_sized_ = state.value("verdict_sized").toBool();
        }
        fitting_ = false;
        setColumnHidden(RunsModel::name, false);
        const int sorted = header()->sortIndicatorSection();
        filter_.sort(sorted < 0 ? int(RunsModel::created) : sorted, header()->sortIndicatorOrder());
    }
    const QStringList folded = state.value("folded").toStringList();
    folded_ = QSet<QString>(folded.begin(), folded.end());
    for (int row = 0; row < filter_.rowCount(); ++row) {
        const QModelIndex heading = filter_.index(row, 0);
        setExpanded(heading, !folded_.contains(heading_name(heading)));
    }
    fit_verdict();
}

}  // namespace ablate::ui
