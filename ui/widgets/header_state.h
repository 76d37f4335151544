#pragma once
#include <QVariantMap>

class QHeaderView;

namespace ablate::ui {

// Order and visibility of a table's columns, with their titles: of a version with other columns they mean nothing and
// are not restored. Widths are saved only once somebody changed one with the mouse, or when they were restored: those
// of a table that was never laid out fit no window.
void follow_widths(QHeaderView& header);  // from when the table is built; the others do it too
QVariantMap save_header(const QHeaderView& header);
bool restore_header(QHeaderView& header, const QVariantMap& state);  // whether widths were restored

}  // namespace ablate::ui
