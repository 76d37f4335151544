#pragma once
#include <QVariantMap>

class QHeaderView;

namespace ablate::ui {

// Widths, order and visibility of a table's columns, with their titles: of a version with other columns they mean
// nothing and are not restored.
QVariantMap save_header(const QHeaderView& header);
bool restore_header(QHeaderView& header, const QVariantMap& state);  // whether it was

}  // namespace ablate::ui
