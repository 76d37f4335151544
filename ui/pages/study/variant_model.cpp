#include "ui/pages/study/variant_model.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/wording.h"
#include "core/config/study_edits.h"
#include "core/config/variant_names.h"
#include "ui/bridge/text.h"
#include "ui/forms/value_editor.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"

#include <QMimeData>
#include <algorithm>

namespace ablate::ui {
namespace {

constexpr auto kVariantName = "application/x-ablate-variant";

QStringList in_words(const std::vector<ConfigDifference>& differences) {
    QStringList words;
    for (const ConfigDifference& one : differences) words += text(in_words(one));
    return words;
}

// The variant a finding is about: findings name points.
QString variant_of(const study::Finding& finding) { return text(finding.variant).section('@', 0, 0); }

}  // namespace

VariantModel::VariantModel(QObject* parent) : QAbstractTableModel(parent) {}

void VariantModel::set_document(StudyDocument* document) {
    if (document_) disconnect(document_, nullptr, this, nullptr);
    document_ = document;
    if (document_) {
        connect(document_, &StudyDocument::changed, this, &VariantModel::update);
        connect(document_, &StudyDocument::preview_changed, this, &VariantModel::update);
    }
    update();
}

void VariantModel::update() { take(document_ ? wanted_rows() : std::vector<Row>()); }

std::vector<VariantModel::Row> VariantModel::wanted_rows() const {
    const StudyConfig& study = document_->study();
    const RunConfig baseline = document_->baseline();
    std::vector<Row> rows{{.name = kBaseline, .label = "Baseline", .baseline = true}};
    for (const VariantConfig& variant : study.variants) {
        Row row{.name = text(variant.name), .label = text(variant.label), .own = true};
        row.trained = study.combine != "leave-one-out";
        row.changes = in_words(ablate::difference(baseline, patched(baseline, variant.patch, variant.name)));
        rows.push_back(std::move(row));
    }
    const StudyPreviewPtr preview = document_->preview();
    if (!preview) return rows;
    if (preview->study.combine == study.combine)
        for (const CombinedVariant& combined : preview->combined)
            rows.push_back({.name = text(combined.point.variant),
                            .label = text(combined.point.label),
                            .changes = in_words(combined.differences)});
    for (std::size_t i = 0; i < rows.size(); ++i) {
        add_preview(rows[i], *preview);
        // While the next preview is made, a row under a new name keeps what is known of it.
        if (document_->preview_is_current() || rows.size() != rows_.size() || row_of(rows[i].name) >= 0) continue;
        rows[i].parameters = rows_[i].parameters;
        rows[i].mismatch = rows_[i].mismatch;
        rows[i].mark = rows_[i].mark;
        rows[i].findings = rows_[i].findings;
    }
    return rows;
}

void VariantModel::add_preview(Row& row, const StudyPreview& preview) const {
    const auto& points = preview.preview.points;
    const auto point =
        std::find_if(points.begin(), points.end(), [&](const auto& p) { return text(p.point.variant) == row.name; });
    if (point != points.end()) {
        row.parameters = point->parameters.unique;
        row.mismatch = point->parameter_mismatch;
        row.mark = row.baseline ? Mark::none : Mark::passed;
    }
    for (const study::Finding& finding : preview.preview.findings) {
        if (variant_of(finding) != row.name) continue;
        row.mark = std::max(row.mark, mark_of(finding.severity));
        row.findings += text(finding.text);
    }
    if (const auto broken = preview.broken.find(row.name.toStdString()); broken != preview.broken.end()) {
        row.mark = Mark::error;
        row.findings += broken->second;
    }
}

// Rows that only changed places move to where they are wanted.
void VariantModel::take_order(const std::vector<Row>& rows) {
    const auto same = [](const Row& a, const Row& b) { return a.name == b.name; };
    if (!std::is_permutation(rows_.begin(), rows_.end(), rows.begin(), rows.end(), same)) return;
    for (;;) {
        const auto first = std::mismatch(rows_.begin(), rows_.end(), rows.begin(), same).first;
        if (first == rows_.end()) return;
        const auto last = std::mismatch(rows_.rbegin(), rows_.rend(), rows.rbegin(), same).first.base();
        const auto head = first - rows_.begin(), end = last - rows_.begin();
        const bool down = same(*first, rows[static_cast<std::size_t>(end) - 1]);
        const auto from = down ? first : std::find_if(first, last, [&](const Row& row) {
            return same(row, rows[static_cast<std::size_t>(head)]);
        });
        const auto row = static_cast<int>(from - rows_.begin());
        beginMoveRows({}, row, row, {}, static_cast<int>(down ? end : head));
        down ? std::rotate(first, first + 1, last) : std::rotate(first, from, from + 1);
        endMoveRows();
    }
}

// Common rows at both ends stay; the rows between them are replaced.
void VariantModel::take(std::vector<Row> rows) {
    std::size_t head = 0, tail = 0;
    take_order(rows);
    if (rows.size() != rows_.size()) {
        const std::size_t common = std::min(rows.size(), rows_.size());
        const auto same = [&](std::size_t a, std::size_t b) { return rows_[a].name == rows[b].name; };
        while (head < common && same(head, head)) ++head;
        while (tail < common - head && same(rows_.size() - 1 - tail, rows.size() - 1 - tail)) ++tail;
        const auto at = [](std::size_t position) { return static_cast<std::ptrdiff_t>(position); };
        if (const std::size_t end = rows_.size() - tail; end > head) {
            beginRemoveRows({}, static_cast<int>(head), static_cast<int>(end) - 1);
            rows_.erase(rows_.begin() + at(head), rows_.begin() + at(end));
            endRemoveRows();
        }
        if (const std::size_t end = rows.size() - tail; end > head) {
            beginInsertRows({}, static_cast<int>(head), static_cast<int>(end) - 1);
            rows_.insert(rows_.begin() + at(head), rows.begin() + at(head), rows.begin() + at(end));
            endInsertRows();
        }
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows_[i] == rows[i]) continue;
        rows_[i] = std::move(rows[i]);
        Q_EMIT dataChanged(index(static_cast<int>(i), 0), index(static_cast<int>(i), column_count - 1));
    }
}

int VariantModel::row_of(const QString& variant) const {
    const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.name == variant; });
    return found == rows_.end() ? -1 : static_cast<int>(found - rows_.begin());
}

int VariantModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}
int VariantModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : column_count; }

QVariant VariantModel::shown_text(const Row& row, int column) const {
    switch (column) {
        case name:
            return row.name;
        case label:
            return row.label;
        case changes:
            if (!row.changes.isEmpty()) return row.changes.join("; ");
            return row.baseline ? QString() : QString("no change yet; change an option on the left");
        case parameters:
            return row.parameters ? text(with_thousands(*row.parameters)) : QString("–");
        case difference:
            if (row.baseline || !row.parameters) return QString(row.baseline ? "" : "–");
            return text(study::signed_percent(row.mismatch));
        default:
            return {};
    }
}

// Nothing where the text shown is all there is.
QVariant VariantModel::full_text(const Row& row, int column) {
    if (column == check) return in_words(row.mark);
    if (!row.parameters || (column == difference && row.baseline)) return {};
    if (column == parameters) return QString::number(*row.parameters);
    return column == difference ? QVariant(text(full_precision(100 * row.mismatch)) + " %") : QVariant();
}

QString VariantModel::tool_tip(const Row& row, int column) const {
    QStringList lines;
    if (column == name && !row.baseline) lines += row.label;
    if (column == changes || column == name) lines += row.changes;
    if ((column == parameters || column == difference) && row.parameters && !row.baseline)
        lines += text(with_thousands(*row.parameters)) +
                 " parameters; relative to the baseline's: " + text(full_precision(100 * row.mismatch)) + " %";
    if (column == check) lines = row.findings;
    if (column == check && row.mark == Mark::passed) lines += "Nothing to object to";
    if (column == name && !row.own && !row.baseline) lines += "Made by combining variants; it cannot be edited";
    if (!row.trained) lines += "Trained only together with others: leave-one-out";
    return plain_tooltip(lines);
}

QVariant VariantModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole:
            return shown_text(row, column);
        case Qt::EditRole:
            return column == name || column == label ? shown_text(row, column) : QVariant();
        case Qt::ToolTipRole:
            return tool_tip(row, column);
        case Qt::TextAlignmentRole:
            return QVariant::fromValue<Qt::Alignment>(
                (column == parameters || column == difference ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        case Qt::ForegroundRole:
            if (row.trained && (row.own || row.baseline) && !(column == changes && row.changes.isEmpty())) return {};
            return Theme::instance().palette().muted;
        case kFullTextRole:
            return full_text(row, column);
        case Qt::AccessibleTextRole:
            return column == check ? QVariant(in_words(row.mark)) : shown_text(row, column);
        case mark:
            return QVariant::fromValue(static_cast<int>(row.mark));
        case variant:
            return row.name;
        case own:
            return row.own;
        default:
            return {};
    }
}

QVariant VariantModel::headerData(int section, Qt::Orientation orientation, int role) const {
    static constexpr const char* titles[] = {"Name", "Label", "Changes", "Parameters", "Difference", "Check"};
    if (orientation != Qt::Horizontal || section < 0 || section >= column_count) return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue<Qt::Alignment>(
            (section == parameters || section == difference ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    return role == Qt::DisplayRole ? QVariant(titles[section]) : QVariant();
}

// A label that is only the name follows it.
StudyConfig VariantModel::renamed(StudyConfig study, int variant, const QString& typed) {
    VariantConfig& edited = study.variants[static_cast<std::size_t>(variant)];
    const std::string to = typed.trimmed().replace(' ', '-').toStdString();
    if (edited.label == edited.name) edited.label = to;
    edited.name = to;
    return study;
}

QString VariantModel::why_no_name(const QString& variant, const QString& typed) const {
    const int row = row_of(variant);
    if (!document_ || row < 1 || row > own_count()) return {};
    try {
        require_readable(renamed(document_->study(), row - 1, typed));
        return {};
    } catch (const InputError& error) {
        const std::string line = error.what();
        const std::size_t place = line.find(".name: ");  // "study.variants[0].name: ..."
        return without_place(line, place == std::string::npos ? std::string() : line.substr(0, place + 5));
    }
}

bool VariantModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::EditRole || !document_ || !flags(index).testFlag(Qt::ItemIsEditable)) return false;
    StudyConfig next = document_->study();
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    const QString typed = value.toString().trimmed();
    QString what = "Rename " + row.name;
    if (index.column() == name) {
        next = renamed(std::move(next), index.row() - 1, typed);
    } else {
        VariantConfig& edited = next.variants[static_cast<std::size_t>(index.row()) - 1];
        edited.label = typed.isEmpty() ? edited.name : typed.toStdString();
        what = "Label " + row.name;
    }
    try {
        document_->edit(what, std::move(next));
        return true;
    } catch (const InputError& error) {
        Q_EMIT refused(text(error.what()));
        return false;
    }
}

Qt::ItemFlags VariantModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::ItemIsDropEnabled;  // between rows, not on one
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    if (!rows_[static_cast<std::size_t>(index.row())].own) return flags;
    if (index.column() == name || index.column() == label) flags |= Qt::ItemIsEditable;
    return flags | Qt::ItemIsDragEnabled;
}

int VariantModel::own_count() const {
    return static_cast<int>(std::count_if(rows_.begin(), rows_.end(), [](const Row& row) { return row.own; }));
}

bool VariantModel::moveRows(const QModelIndex& from_parent, int from, int count, const QModelIndex& to_parent, int to) {
    const int own = own_count();
    if (!document_ || from_parent.isValid() || to_parent.isValid() || count != 1) return false;
    if (from < 1 || from > own || to < 1 || to > own + 1 || to == from || to == from + 1) return false;
    StudyConfig next = document_->study();
    const auto at = [&](int row) { return next.variants.begin() + (row - 1); };
    from < to ? std::rotate(at(from), at(from + 1), at(to)) : std::rotate(at(to), at(from), at(from + 1));
    document_->edit("Move " + rows_[static_cast<std::size_t>(from)].name, std::move(next));
    return true;
}

QStringList VariantModel::mimeTypes() const { return {kVariantName}; }

QMimeData* VariantModel::mimeData(const QModelIndexList& indexes) const {
    auto* data = new QMimeData;
    if (!indexes.isEmpty()) data->setData(kVariantName, indexes.front().data(variant).toString().toUtf8());
    return data;
}

bool VariantModel::canDropMimeData(const QMimeData* data, Qt::DropAction action, int row, int,
                                   const QModelIndex& parent) const {
    const int place = drop_place(row);
    return action == Qt::MoveAction && data->hasFormat(kVariantName) && !parent.isValid() && place >= 1 &&
           place <= own_count() + 1;
}

bool VariantModel::dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int column,
                                const QModelIndex& parent) {
    return canDropMimeData(data, action, row, column, parent) &&
           moveRows({}, row_of(QString::fromUtf8(data->data(kVariantName))), 1, {}, drop_place(row));
}

}  // namespace ablate::ui
