#include "ui/pages/runs/runs_table.h"

#include "core/base/natural_order.h"
#include "ui/bridge/text.h"
#include "ui/pages/runs/run_columns.h"
#include "ui/pages/runs/runs_delegate.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"

#include <QAction>
#include <QHeaderView>
#include <QMap>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>

namespace ablate::ui {

namespace {

constexpr int kStandsOut = 2400, kFrame = 50;  // ms
constexpr double kMark = 0.22;                 // of the accent in the ground of a run that has just come

const RunColumn& column_at(int column) { return run_columns()[static_cast<std::size_t>(column)]; }
int column_total() { return static_cast<int>(run_columns().size()); }

bool is_heading(const QModelIndex& index) { return index.data(RunsModel::heading_role).toBool(); }
bool is_older(const QModelIndex& heading) { return heading.data(RunsModel::older_role).toBool(); }

// The named ones in their order, then the options by title.
std::vector<int> columns_by_title() {
    std::vector<int> columns;
    for (int column = RunsModel::name + 1; column < column_total(); ++column) columns.push_back(column);
    std::sort(columns.begin() + (RunsModel::column_count - 1), columns.end(), [](int a, int b) {
        if (column_at(a).group != column_at(b).group) return a < b;  // groups are next to each other
        return natural_less(column_at(a).title.toStdString(), column_at(b).title.toStdString());
    });
    return columns;
}

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
    copy_ = copy_rows_on_request(this, [this] { return selected(); });
    connect(&filter_, &QAbstractItemModel::rowsInserted, this, &RunsTable::unfold);
    connect(&filter_, &RunsFilter::query_changed, this, [this] {
        hidden_.clear();
        restore_headings();
    });
    connect(&model_, &QAbstractItemModel::rowsInserted, this, &RunsTable::mark);
    connect(&fade_timer_, &QTimer::timeout, this, &RunsTable::fade);
    connect(this, &QTreeView::collapsed, this, [this](const QModelIndex& index) { remember(index, false); });
    connect(this, &QTreeView::expanded, this, [this](const QModelIndex& index) { remember(index, true); });
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
    for (int column = 0; column < column_total(); ++column) head.resizeSection(column, column_at(column).usual);
    show_columns_at_first();
    // A third click on a title goes back to the order of creation.
    head.setSortIndicatorClearable(true);
    head.setSortIndicator(-1, Qt::AscendingOrder);
    setSortingEnabled(true);
    const auto back_to_creation = [this](int column) {
        if (column < 0) filter_.sort(RunsModel::created);
    };
    back_to_creation(-1);
    connect(&head, &QHeaderView::sortIndicatorChanged, this, back_to_creation);
    connect(&head, &QHeaderView::sectionResized, this, [this](int column, int before, int after) {
        if (fitting_ || before == 0 || after == 0) return;  // 0: hidden
        sized_ += column;
        fit_columns();
    });
    connect(&head, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& point) { columns_menu_.popup(header()->mapToGlobal(point)); });
}

void RunsTable::build_columns_menu() {
    QMap<QString, QMenu*> groups;
    const auto menu_of = [&](const QString& group) -> QMenu& {
        if (group.isEmpty()) return columns_menu_;
        QMenu*& menu = groups[group];
        if (!menu) {
            if (groups.size() == 1) columns_menu_.addSeparator();
            menu = columns_menu_.addMenu(group == "model"  ? "Model options"
                                         : group == "data" ? "Data options"
                                                           : "Training options");
            menu->setToolTipsVisible(true);
        }
        return *menu;
    };
    for (const int column : columns_by_title()) {
        const RunColumn& one = column_at(column);
        QAction* choice = menu_of(one.group).addAction(QString(one.title).replace('&', "&&"));
        choice->setToolTip(plain_tooltip({one.help}));
        choice->setCheckable(true);
        connect(choice, &QAction::triggered, this, [this, column](bool shown) { show_column(column, shown); });
        connect(&columns_menu_, &QMenu::aboutToShow, choice,
                [this, choice, column] { choice->setChecked(!isColumnHidden(column)); });
    }
    columns_menu_.setToolTipsVisible(true);
    columns_menu_.addSeparator();
    connect(columns_menu_.addAction("Reset columns"), &QAction::triggered, this, [this] {
        columns_chosen_ = false;
        sized_.clear();
        show_columns_at_first();
        Q_EMIT columns_reset();
    });
}

// A newly shown option comes before the verdict, which takes the remaining room, so that it is in view.
void RunsTable::show_column(int column, bool shown) {
    columns_chosen_ = true;
    if (shown && column >= RunsModel::column_count) {
        QHeaderView& head = *header();
        const int from = head.visualIndex(column), to = head.visualIndex(RunsModel::verdict);
        if (from > to) head.moveSection(from, to);
    }
    setColumnHidden(column, !shown);
    fit_columns();
}

void RunsTable::show_columns_at_first() {
    QHeaderView& head = *header();
    for (int column = 0; column < column_total(); ++column) {
        head.moveSection(head.visualIndex(column), column);
        setColumnHidden(column, !column_at(column).shown);
    }
    fit_columns();
}

void RunsTable::show_grid_points(bool any) {
    if (columns_chosen_ || isColumnHidden(RunsModel::grid_point) == !any) return;
    setColumnHidden(RunsModel::grid_point, !any);
    fit_columns();
}

// Columns become narrower before anything has to be scrolled to; the verdict takes the remaining room.
void RunsTable::fit_columns() {
    QHeaderView& head = *header();
    std::vector<int> columns;
    int usual = 0, least = 0, room = viewport()->width();
    for (int column = 0; column < column_total(); ++column) {
        if (isColumnHidden(column)) continue;
        if (sized_.contains(column)) {
            room -= head.sectionSize(column);
            continue;
        }
        const RunColumn& width = column_at(column);
        usual += width.usual;
        least += width.least;
        columns.push_back(column);
    }
    const double share = usual > least ? std::clamp(double(room - least) / (usual - least), 0.0, 1.0) : 1;
    fitting_ = true;
    for (const int column : columns) {
        const RunColumn& width = column_at(column);
        if (column == RunsModel::verdict) continue;
        const int given = width.least + static_cast<int>(share * (width.usual - width.least));
        head.resizeSection(column, given);
        room -= given;
    }
    if (!isColumnHidden(RunsModel::verdict) && !sized_.contains(RunsModel::verdict))
        head.resizeSection(RunsModel::verdict, std::max(column_at(RunsModel::verdict).least, room));
    fitting_ = false;
}

void RunsTable::resizeEvent(QResizeEvent* event) {
    QTreeView::resizeEvent(event);
    fit_columns();
}

// Only headings have a branch; the lines between them and their runs are left out.
void RunsTable::drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const {
    if (is_heading(index)) QTreeView::drawBranches(painter, rect, index);
}

void RunsTable::drawRow(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const auto found =
        new_.isEmpty() ? new_.constEnd() : new_.constFind(index.siblingAtColumn(0).data(RunsModel::id_role).toString());
    if (found != new_.constEnd()) {
        const Palette& c = Theme::instance().palette();
        const double gone = static_cast<double>(found->elapsed()) / kStandsOut;
        const double left = animated() ? std::clamp(1 - gone, 0.0, 1.0) : 1;
        painter->fillRect(QRect(0, option.rect.top(), viewport()->width(), option.rect.height()),
                          mixed(c.surface, c.accent, kMark * left));
    }
    QTreeView::drawRow(painter, option, index);
}

void RunsTable::change_in_place(const std::function<void()>& change, bool mark_new) {
    marking_ = mark_new;
    QScrollBar& bar = *verticalScrollBar();
    // At the top what comes there is to be seen.
    const QPersistentModelIndex top = isVisible() && bar.value() > 0 ? indexAt({0, 0}) : QModelIndex();
    const int before = top.isValid() ? visualRect(top).top() : 0;
    change();
    if (filter_.has_query()) restore_headings();  // a run that moves can show a heading without an insertion
    if (top.isValid()) bar.setValue(bar.value() + visualRect(top).top() - before);
    marking_ = false;
}

// A desktop that was told to keep still has no style that animates.
bool RunsTable::animated() const { return style()->styleHint(QStyle::SH_Widget_Animation_Duration, nullptr, this) > 0; }

void RunsTable::mark(const QModelIndex& parent, int first, int last) {
    if (!marking_ || !parent.isValid()) return;
    for (int row = first; row <= last; ++row) {
        const QModelIndex index = model_.index(row, 0, parent);
        if (!is_heading(index)) new_[index.data(RunsModel::id_role).toString()].start();
    }
    if (!fade_timer_.isActive()) fade_timer_.start(animated() ? kFrame : kStandsOut);
}

void RunsTable::fade() {
    new_.removeIf([](const auto& entry) { return entry.value().hasExpired(kStandsOut); });
    if (new_.isEmpty()) fade_timer_.stop();
    viewport()->update();
}

// Headings that come, and those that come back as the filter changes, are shown as somebody left them.
void RunsTable::unfold(const QModelIndex& parent, int first, int last) {
    if (parent.isValid()) return restore_heading(parent);
    for (int row = first; row <= last; ++row) restore_heading(filter_.index(row, 0));
}

// At first studies are unfolded and older settings are folded. A query shows the older runs that match it.
bool RunsTable::wants_open(const QModelIndex& heading) const {
    const QString study = heading_name(heading);
    if (!is_older(heading)) return !folded_.contains(study);
    return filter_.has_query() ? !hidden_.contains(study) : opened_.contains(study);
}

void RunsTable::restore_heading(const QModelIndex& heading) {
    restoring_ = true;
    setExpanded(heading, wants_open(heading));
    restoring_ = false;
    const QModelIndex last = filter_.index(filter_.rowCount(heading) - 1, 0, heading);
    if (is_heading(last)) restore_heading(last);  // older settings
}

void RunsTable::restore_headings() {
    for (int row = 0; row < filter_.rowCount(); ++row) restore_heading(filter_.index(row, 0));
}

void RunsTable::remember(const QModelIndex& heading, bool open) {
    if (restoring_) return;
    const bool opened = is_older(heading) && !filter_.has_query();
    QSet<QString>& studies = opened ? opened_ : is_older(heading) ? hidden_ : folded_;
    if (open == opened)
        studies.insert(heading_name(heading));
    else
        studies.remove(heading_name(heading));
}

QModelIndexList RunsTable::selected() const {
    QModelIndexList runs;
    for (int row = 0; row < filter_.rowCount(); ++row) add_selected(filter_.index(row, 0), runs);
    return runs;
}

void RunsTable::add_selected(const QModelIndex& heading, QModelIndexList& runs) const {
    const QItemSelectionModel& selection = *selectionModel();
    const bool all = selection.isSelected(heading);
    for (int row = 0; row < filter_.rowCount(heading); ++row) {
        const QModelIndex index = filter_.index(row, 0, heading);
        if (is_heading(index))
            add_selected(index, runs);
        else if (all || selection.isSelected(index))
            runs += filter_.mapToSource(index);
    }
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

// The columns shown, in order, and the widths that somebody gave.
QVariantMap RunsTable::save_columns() const {
    if (!columns_chosen_ && sized_.isEmpty() && !header()->sectionsMoved()) return {};
    QStringList shown;
    QVariantMap widths;
    for (int place = 0; place < header()->count(); ++place) {
        const int column = header()->logicalIndex(place);
        if (header()->isSectionHidden(column)) continue;
        shown += column_at(column).key;
        if (sized_.contains(column)) widths[column_at(column).key] = header()->sectionSize(column);
    }
    return {{"shown", shown}, {"widths", widths}, {"chosen", columns_chosen_}};
}

QVariantMap RunsTable::save_view() const {
    const int sorted = header()->sortIndicatorSection();
    return {{"columns", save_columns()},
            {"sorted", sorted < 0 ? QString() : column_at(sorted).key},
            {"order", static_cast<int>(header()->sortIndicatorOrder())},
            {"folded", QStringList(folded_.begin(), folded_.end())},
            {"older", QStringList(opened_.begin(), opened_.end())}};
}

void RunsTable::restore_columns(const QVariantMap& columns) {
    QHeaderView& head = *header();
    fitting_ = true;
    sized_.clear();
    show_columns_at_first();
    fitting_ = true;
    columns_chosen_ = columns.value("chosen").toBool();
    const QVariantMap widths = columns.value("widths").toMap();
    const QStringList shown = columns.value("shown").toStringList();
    if (!shown.isEmpty())
        for (int column = 1; column < column_total(); ++column) setColumnHidden(column, true);
    int place = 1;
    for (const QString& key : shown) {
        const int column = run_column(key);
        if (column <= RunsModel::name) continue;  // of another version
        head.moveSection(head.visualIndex(column), place++);
        setColumnHidden(column, false);
    }
    for (auto width = widths.begin(); width != widths.end(); ++width) {
        const int column = run_column(width.key());
        if (column < 0 || width->toInt() < head.minimumSectionSize()) continue;
        head.resizeSection(column, width->toInt());
        sized_ += column;
    }
    setColumnHidden(RunsModel::name, false);
    fitting_ = false;
    fit_columns();
}

void RunsTable::restore_view(const QVariantMap& view) {
    restore_columns(view.value("columns").toMap());
    const int sorted = run_column(view.value("sorted").toString());
    const auto order = view.value("order").toInt() == Qt::DescendingOrder ? Qt::DescendingOrder : Qt::AscendingOrder;
    header()->setSortIndicator(sorted, order);
    filter_.sort(sorted < 0 ? int(RunsModel::created) : sorted, order);
    const QStringList folded = view.value("folded").toStringList();
    folded_ = QSet<QString>(folded.begin(), folded.end());
    const QStringList older = view.value("older").toStringList();
    opened_ = QSet<QString>(older.begin(), older.end());
    restore_headings();
}

}  // namespace ablate::ui
