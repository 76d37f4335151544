#pragma once
#include <QModelIndex>
#include <functional>

class QAbstractItemView;
class QAction;

namespace ablate::ui {

// What a cell holds in full, where it shows less: a number in full precision, the words of a painted cell.
inline constexpr int kFullTextRole = Qt::UserRole + 900;

// Ctrl+C and an entry "Copy rows" of the context menu put the selected rows on the clipboard, as tab-separated text
// below the titles of the columns: the columns that are shown, in their order, with kFullTextRole where the model has
// it. Without a selection all rows are copied. A view whose context menu is its own adds the action that is returned.
// `rows`: which rows are copied instead of the selected ones, by their cells in column 0 of any model with the view's
// columns.
QAction* copy_rows_on_request(QAbstractItemView* view, std::function<QModelIndexList()> rows = {});

// The text that it copies.
QString rows_as_text(const QAbstractItemView& view, const QModelIndexList& rows);
// The selected rows in the order shown, by their cells in column 0; all rows where none is selected.
QModelIndexList rows_to_copy(const QAbstractItemView& view);

}  // namespace ablate::ui
