#include "ui/widgets/copy_rows.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QSet>
#include <QTableView>
#include <QTreeView>

namespace ablate::ui {
namespace {

const QHeaderView* header_of(const QAbstractItemView& view) {
    if (const auto* tree = qobject_cast<const QTreeView*>(&view)) return tree->header();
    if (const auto* table = qobject_cast<const QTableView*>(&view)) return table->horizontalHeader();
    return nullptr;
}

// Those shown, in their order.
QList<int> columns_of(const QAbstractItemView& view) {
    const QHeaderView* header = header_of(view);
    if (!header) return {0};
    QList<int> columns;
    for (int place = 0; place < header->count(); ++place)
        if (const int column = header->logicalIndex(place); !header->isSectionHidden(column)) columns += column;
    return columns;
}

QString one_cell(QString text) { return text.replace('\t', ' ').replace('\n', ' '); }

QString text_of(const QModelIndex& index) {
    const QVariant full = index.data(kFullTextRole);
    return one_cell(full.isValid() ? full.toString() : index.data(Qt::DisplayRole).toString());
}

bool is_hidden(const QAbstractItemView& view, const QModelIndex& row) {
    if (const auto* tree = qobject_cast<const QTreeView*>(&view)) return tree->isRowHidden(row.row(), row.parent());
    const auto* table = qobject_cast<const QTableView*>(&view);
    return table && table->isRowHidden(row.row());
}

void add_rows(const QAbstractItemView& view, const QModelIndex& parent, const QSet<QModelIndex>* chosen,
              QModelIndexList& rows) {
    const QAbstractItemModel& model = *view.model();
    for (int r = 0; r < model.rowCount(parent); ++r) {
        const QModelIndex row = model.index(r, 0, parent);
        if (chosen ? chosen->contains(row) : !is_hidden(view, row)) rows += row;
        if (model.hasChildren(row)) add_rows(view, row, chosen, rows);
    }
}

}  // namespace

QModelIndexList rows_to_copy(const QAbstractItemView& view) {
    QModelIndexList rows;
    if (!view.model()) return rows;
    QSet<QModelIndex> chosen;
    for (const QModelIndex& index : view.selectionModel()->selectedIndexes()) chosen += index.siblingAtColumn(0);
    add_rows(view, {}, chosen.isEmpty() ? nullptr : &chosen, rows);
    return rows;
}

QString rows_as_text(const QAbstractItemView& view, const QModelIndexList& rows) {
    const QList<int> columns = columns_of(view);
    QStringList lines;
    if (const QHeaderView* header = header_of(view)) {
        QStringList titles;
        for (const int column : columns)
            titles += one_cell(header->model()->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        lines += titles.join('\t');
    }
    for (const QModelIndex& row : rows) {
        QStringList cells;
        for (const int column : columns) cells += text_of(row.siblingAtColumn(column));
        lines += cells.join('\t');
    }
    return lines.join('\n') + '\n';
}

QAction* copy_rows_on_request(QAbstractItemView* view, std::function<QModelIndexList()> rows) {
    auto* copy = new QAction("Copy rows", view);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    copy->setToolTip("Copy the selected rows as tab-separated text, with the titles and in full precision");
    QObject::connect(copy, &QAction::triggered, view, [view, rows = std::move(rows)] {
        const QModelIndexList chosen = rows ? rows() : rows_to_copy(*view);
        if (!chosen.isEmpty()) QGuiApplication::clipboard()->setText(rows_as_text(*view, chosen));
    });
    view->addAction(copy);
    if (view->contextMenuPolicy() == Qt::DefaultContextMenu) view->setContextMenuPolicy(Qt::ActionsContextMenu);
    return copy;
}

}  // namespace ablate::ui
