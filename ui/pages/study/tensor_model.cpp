#include "ui/pages/study/tensor_model.h"

#include "core/base/natural_order.h"
#include "core/base/text.h"
#include "ui/bridge/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"

#include <QRegularExpression>
#include <algorithm>

namespace ablate::ui {
namespace {

QColor color_of(TensorFate fate) {
    const Palette& palette = Theme::instance().palette();
    switch (fate) {
        case TensorFate::dropped:
            return palette.warning;
        case TensorFate::fresh:
        case TensorFate::reshaped:
            return palette.accent;
        case TensorFate::same:
        case TensorFate::kept:
            break;
    }
    return palette.muted;
}

bool is_number(int column) { return column == TensorModel::parameters; }

}  // namespace

// What both lists begin and end with stays; the rows between are removed and inserted.
void TensorModel::set(TensorList list) {
    const auto same = [](const TensorRow& a, const TensorRow& b) { return a.name == b.name; };
    std::vector<TensorRow>& rows = list_.rows;
    const auto begin = std::mismatch(rows.begin(), rows.end(), list.rows.begin(), list.rows.end(), same);
    const auto end = std::mismatch(rows.rbegin(), std::make_reverse_iterator(begin.first), list.rows.rbegin(),
                                   std::make_reverse_iterator(begin.second), same);
    const int first = static_cast<int>(begin.first - rows.begin());
    const int old_last = static_cast<int>(end.first.base() - rows.begin()) - 1;
    const int new_last = static_cast<int>(end.second.base() - list.rows.begin()) - 1;
    if (old_last >= first) {
        beginRemoveRows({}, first, old_last);
        rows.erase(rows.begin() + first, rows.begin() + old_last + 1);
        endRemoveRows();
    }
    if (new_last >= first) {
        beginInsertRows({}, first, new_last);
        rows.insert(rows.begin() + first, list.rows.begin() + first, list.rows.begin() + new_last + 1);
        endInsertRows();
    }
    const bool another_sense = list.from_start != list_.from_start;
    const bool changed = another_sense || rows != list.rows;
    list_ = std::move(list);
    if (changed && !list_.rows.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, column_count - 1));
    if (another_sense) Q_EMIT headerDataChanged(Qt::Horizontal, fate, fate);
}

int TensorModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(list_.rows.size());
}
int TensorModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : column_count; }

QString TensorModel::text_of(const TensorRow& row, int column) const {
    switch (column) {
        case name:
            return row.name;
        case shape:
            return row.shape;
        case parameters:
            return text(with_thousands(row.parameters));
        case fate:
            return sign_of(row.fate) + ' ' + list_.word_for(row.fate);
        default:
            return row.why;
    }
}

QVariant TensorModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const TensorRow& row = list_.rows[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole:
            return text_of(row, column);
        case Qt::ToolTipRole:
            return plain_tooltip({row.name, row.shape, text_of(row, fate), row.why});
        case kFullTextRole:
            return column == parameters ? QVariant(QString::number(row.parameters)) : QVariant();
        case Qt::AccessibleTextRole:  // without the sign
            return column == fate ? list_.word_for(row.fate) : text_of(row, column);
        case Qt::ForegroundRole:
            return column == fate ? QVariant(color_of(row.fate)) : QVariant();
        case Qt::TextAlignmentRole:
            return QVariant::fromValue<Qt::Alignment>((is_number(column) ? Qt::AlignRight : Qt::AlignLeft) |
                                                      Qt::AlignVCenter);
        case sort_role:
            if (column == shape || column == parameters) return QVariant::fromValue<qlonglong>(row.parameters);
            if (column == fate) return static_cast<int>(row.fate);
            return text_of(row, column);
        case words_role:
            return QStringList{row.name, row.shape, list_.word_for(row.fate), row.why}.join(' ');
        default:
            return {};
    }
}

QVariant TensorModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= column_count) return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue<Qt::Alignment>((is_number(section) ? Qt::AlignRight : Qt::AlignLeft) |
                                                  Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    static constexpr const char* titles[] = {"Tensor", "Shape", "Parameters", "", "Why"};
    if (section == fate) return list_.from_start ? QString("Weights") : QString("Baseline");
    return QString(titles[section]);
}

TensorFilter::TensorFilter(QObject* parent) : QSortFilterProxyModel(parent) { setSortRole(TensorModel::sort_role); }

void TensorFilter::set_words(const QString& typed) {
    static const QRegularExpression space("\\s+");
    words_ = typed.split(space, Qt::SkipEmptyParts);
    invalidateFilter();
}

bool TensorFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
    if (words_.isEmpty()) return true;
    const QString all = sourceModel()->index(row, 0, parent).data(TensorModel::words_role).toString();
    return std::all_of(words_.begin(), words_.end(),
                       [&](const QString& word) { return all.contains(word, Qt::CaseInsensitive); });
}

bool TensorFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const QVariant a = left.data(TensorModel::sort_role), b = right.data(TensorModel::sort_role);
    if (a.typeId() != QMetaType::QString) return QSortFilterProxyModel::lessThan(left, right);
    return natural_less(a.toString().toStdString(), b.toString().toStdString());
}

}  // namespace ablate::ui
