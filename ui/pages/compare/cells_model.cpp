#include "ui/pages/compare/cells_model.h"

#include "ui/bridge/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"

#include <algorithm>

namespace ablate::ui {
namespace {

QVariant rich(const QString& text) { return plain_tooltip({text}); }

int alignment(const CellsModel::Cell& cell) {
    return int((cell.number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
}

}  // namespace

void CellsModel::set(const std::vector<Cell>& header, const std::vector<Line>& lines) {
    set_columns(header);
    for (int row = rowCount() - 1; row >= 0; --row) {
        const QString& here = lines_[static_cast<std::size_t>(row)].key;
        if (std::any_of(lines.begin(), lines.end(), [&](const Line& line) { return line.key == here; })) continue;
        beginRemoveRows({}, row, row);
        lines_.erase(lines_.begin() + row);
        endRemoveRows();
    }
    for (std::size_t row = 0; row < lines.size(); ++row) place(static_cast<int>(row), lines[row]);
}

// Other columns are another table, of as many rows: what is selected goes by rows and stays.
void CellsModel::set_columns(const std::vector<Cell>& header) {
    const int before = columnCount(), after = static_cast<int>(header.size());
    if (after > before) {
        beginInsertColumns({}, before, after - 1);
        header_ = header;
        for (Line& line : lines_) line.cells.resize(header.size());
        endInsertColumns();
    } else if (after < before) {
        beginRemoveColumns({}, after, before - 1);
        header_ = header;
        for (Line& line : lines_) line.cells.resize(header.size());
        endRemoveColumns();
    }
    if (header_ == header || after == 0) return;
    header_ = header;
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, after - 1);
}

void CellsModel::place(int row, const Line& line) {
    const auto here = lines_.begin() + row;
    const auto found = std::find_if(here, lines_.end(), [&](const Line& one) { return one.key == line.key; });
    if (found == lines_.end()) {
        beginInsertRows({}, row, row);
        lines_.insert(here, line);
        endInsertRows();
        return;
    }
    if (found != here) {
        const int from = static_cast<int>(found - lines_.begin());
        beginMoveRows({}, from, from, {}, row);
        std::rotate(here, found, found + 1);
        endMoveRows();
    }
    Line& known = lines_[static_cast<std::size_t>(row)];
    if (known == line) return;
    known = line;
    if (columnCount() > 0) Q_EMIT dataChanged(index(row, 0), index(row, columnCount() - 1));
}

int CellsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(lines_.size());
}

int CellsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(header_.size());
}

QVariant CellsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Line& line = lines_[static_cast<std::size_t>(index.row())];
    const Cell& cell = line.cells[static_cast<std::size_t>(index.column())];
    const Palette& c = Theme::instance().palette();
    switch (role) {
        case Qt::DisplayRole:
            return cell.text;
        case Qt::ToolTipRole:
            return rich(cell.tip);
        case Qt::TextAlignmentRole:
            return alignment(cell);
        case Qt::FontRole:
            return cell.tone == Tone::strong ? Theme::instance().font(0, QFont::DemiBold) : Theme::instance().font();
        case Qt::ForegroundRole:
            return cell.tone == Tone::muted ? c.muted : cell.tone == Tone::danger ? c.danger : c.text;
        case kFullTextRole:
            return cell.full.isEmpty() ? QVariant() : QVariant(cell.full);
        case key:
            return line.key;
        default:
            return {};
    }
}

QVariant CellsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const Cell& cell = header_[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole) return cell.text;
    if (role == Qt::ToolTipRole) return rich(cell.tip);
    if (role == Qt::TextAlignmentRole) return alignment(cell);
    return {};
}

}  // namespace ablate::ui
