#include "ui/pages/compare/compare_model.h"

#include "core/base/natural_order.h"
#include "core/compare/wording.h"
#include "ui/bridge/text.h"
#include "ui/pages/compare/outcome_colors.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"

#include <algorithm>
#include <cmath>

namespace ablate::ui {

struct CompareModel::Node {
    CompareRow row;  // without its seeds, which are nodes
    int color = -1;
    Node* parent = nullptr;
    Nodes children;
};

CompareModel::CompareModel(QObject* parent) : QAbstractItemModel(parent) {}
CompareModel::~CompareModel() = default;

const CompareModel::Node* CompareModel::node(const QModelIndex& index) const {
    return static_cast<const Node*>(index.constInternalPointer());
}

CompareModel::Nodes& CompareModel::children_of(const QModelIndex& parent) {
    return parent.isValid() ? static_cast<Node*>(parent.internalPointer())->children : groups_;
}

void CompareModel::set_rows(const std::vector<CompareRow>& rows, const std::function<int(std::size_t)>& color_of) {
    decimals_.assign(compare_columns().size(), 0);
    const auto take = [this](const CompareRow& row) {
        for (std::size_t i = 0; i < row.cells.size(); ++i) decimals_[i] = std::max(decimals_[i], row.cells[i].decimals);
    };
    for (const CompareRow& row : rows) {
        take(row);
        for (const CompareRow& seed : row.seeds) take(seed);
    }
    update({}, rows, color_of);
}

void CompareModel::update(const QModelIndex& parent, const std::vector<CompareRow>& rows,
                          const std::function<int(std::size_t)>& color_of) {
    Nodes& nodes = children_of(parent);
    const auto wanted = [&](const QString& key) {
        return std::any_of(rows.begin(), rows.end(), [&](const CompareRow& row) { return row.key == key; });
    };
    for (int i = static_cast<int>(nodes.size()) - 1; i >= 0; --i) {
        if (wanted(nodes[static_cast<std::size_t>(i)]->row.key)) continue;
        beginRemoveRows(parent, i, i);
        nodes.erase(nodes.begin() + i);
        endRemoveRows();
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto here = nodes.begin() + static_cast<std::ptrdiff_t>(i);
        const auto found =
            std::find_if(here, nodes.end(), [&](const auto& node) { return node->row.key == rows[i].key; });
        const int to = static_cast<int>(i);
        if (found == nodes.end()) {
            auto made = std::make_unique<Node>();
            made->parent = static_cast<Node*>(parent.internalPointer());
            made->row.key = rows[i].key;
            made->row.cells.resize(compare_columns().size());
            beginInsertRows(parent, to, to);
            nodes.insert(here, std::move(made));
            endInsertRows();
        } else if (found != here) {
            const int from = static_cast<int>(found - nodes.begin());
            beginMoveRows(parent, from, from, parent, to);
            std::rotate(here, found, found + 1);
            endMoveRows();
        }
        Node& node = *nodes[i];
        node.row = rows[i];
        node.row.seeds.clear();
        node.color = color_of(rows[i].run);
        update(index(to, 0, parent), rows[i].seeds, color_of);
    }
    if (!rows.empty())
        Q_EMIT dataChanged(index(0, 0, parent), index(static_cast<int>(rows.size()) - 1, columnCount() - 1, parent));
}

QModelIndex CompareModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    const Nodes& nodes = parent.isValid() ? node(parent)->children : groups_;
    return createIndex(row, column, nodes[static_cast<std::size_t>(row)].get());
}

QModelIndex CompareModel::parent(const QModelIndex& index) const {
    if (!index.isValid() || !node(index)->parent) return {};
    Node* above = node(index)->parent;
    const auto place =
        std::find_if(groups_.begin(), groups_.end(), [&](const auto& group) { return group.get() == above; });
    return createIndex(static_cast<int>(place - groups_.begin()), 0, above);
}

int CompareModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid()) return static_cast<int>(groups_.size());
    return parent.column() == 0 ? static_cast<int>(node(parent)->children.size()) : 0;
}

int CompareModel::columnCount(const QModelIndex&) const { return static_cast<int>(compare_columns().size()); }

QVariant CompareModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Node& at = *node(index);
    const CompareCell& cell = at.row.cells[static_cast<std::size_t>(index.column())];
    const CompareColumnInfo& column = compare_columns()[static_cast<std::size_t>(index.column())];
    const Palette& c = Theme::instance().palette();
    switch (role) {
        case Qt::DisplayRole:
            return cell.text;
        case Qt::AccessibleTextRole:
            return cell.half_width.isEmpty() ? cell.text : cell.text + " ± " + cell.half_width;
        case Qt::ToolTipRole:
            return plain_tooltip({cell.tip});
        case Qt::TextAlignmentRole:
            return int((column.number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        case Qt::ForegroundRole:
            if (cell.outcome) return outcome_color(*cell.outcome, Theme::instance().dark());
            switch (cell.tone) {
                case CompareCell::Tone::muted:
                    return c.muted;
                case CompareCell::Tone::warning:
                    return c.warning;
                case CompareCell::Tone::danger:
                    return c.danger;
                case CompareCell::Tone::usual:
                    return at.parent ? c.muted : c.text;
            }
            return {};
        case kFullTextRole:
            return cell.full.isEmpty() ? QVariant() : QVariant(cell.full);
        case key:
            return at.row.key;
        case half_width:
            return cell.half_width;
        case order:
            return cell.order;
        case color:
            return at.color;
        case reference:
            return at.row.reference;
        case spare_decimals: {
            const auto section = static_cast<std::size_t>(index.column());
            return cell.decimals > 0 && section < decimals_.size() ? decimals_[section] - cell.decimals : 0;
        }
        default:
            return {};
    }
}

void CompareModel::set_measured(const study::Comparison& comparison) {
    const QString in_short = text(study::measured_in_short(comparison));
    if (in_short == measured_in_short_) return;
    measured_in_short_ = in_short;
    measured_ = text(study::measured(comparison));
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
}

QVariant CompareModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const CompareColumnInfo& column = compare_columns()[static_cast<std::size_t>(section)];
    switch (role) {
        case Qt::DisplayRole:
            return QString(column.title).replace("val loss", measured_in_short_);
        case Qt::ToolTipRole:
            return QString(column.help).replace("validation loss", measured_).toHtmlEscaped();
        case Qt::TextAlignmentRole:
            return int((column.number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        default:
            return {};
    }
}

CompareProxy::CompareProxy(QObject* parent) : QSortFilterProxyModel(parent) {
    setFilterCaseSensitivity(Qt::CaseInsensitive);
    setSortRole(CompareModel::order);
}

bool CompareProxy::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const double a = left.data(CompareModel::order).toDouble(), b = right.data(CompareModel::order).toDouble();
    const bool a_missing = std::isnan(a), b_missing = std::isnan(b);
    if (a_missing && b_missing) {
        // Words sort as words; missing numbers keep the study's order.
        if (compare_columns()[static_cast<std::size_t>(left.column())].number) return false;
        const std::string x = left.data().toString().toStdString(), y = right.data().toString().toStdString();
        if (is_missing_text(x) != is_missing_text(y)) return (sortOrder() == Qt::AscendingOrder) == is_missing_text(y);
        return natural_less(x, y);
    }
    // Descending order asks the other way round, and a missing value still comes last.
    if (a_missing != b_missing) return (sortOrder() == Qt::AscendingOrder) == b_missing;
    return a < b;
}

bool CompareProxy::filterAcceptsRow(int row, const QModelIndex& parent) const {
    if (parent.isValid()) return true;
    for (const CompareColumn column : {CompareColumn::variant, CompareColumn::judgement, CompareColumn::verdict})
        if (sourceModel()
                ->index(row, static_cast<int>(column), parent)
                .data()
                .toString()
                .contains(filterRegularExpression()))
            return true;
    return false;
}

}  // namespace ablate::ui
