#include "ui/pages/live/live_run_model.h"

#include "core/base/text.h"
#include "core/run/older_settings.h"
#include "ui/bridge/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/run_words.h"

#include <QHash>
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace ablate::ui {
namespace {

constexpr std::size_t kSparkPoints = 40;

// Evenly picked values: a sketch a few pixels high. Non-finite ones are kept, the delegate breaks the line there.
QVariantList sketch(const std::vector<double>& values) {
    QVariantList picked;
    const std::size_t count = std::min(values.size(), kSparkPoints);
    for (std::size_t i = 0; i < count; ++i) picked += values[count == 1 ? 0 : i * (values.size() - 1) / (count - 1)];
    return picked;
}

}  // namespace

QColor LiveRunModel::color_of(int index) { return Theme::instance().run_color(index); }

// Seeds of a variant share its color; the dash tells them apart.
Qt::PenStyle LiveRunModel::dash_of(int index, std::int64_t seed) {
    static constexpr std::array dashes{Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine, Qt::DashDotDotLine};
    const Qt::PenStyle of_variant = Theme::run_dash(index);
    if (of_variant != Qt::SolidLine || seed < 1) return of_variant;
    return dashes[static_cast<std::size_t>(seed - 1) % dashes.size()];
}

void LiveRunModel::set_runs(const RunListPtr& list, const std::function<int(const run::RunInfo&)>& color_index) {
    QHash<QString, std::size_t> listed;
    for (std::size_t i = 0; i < list->runs.size(); ++i) listed.insert(text(list->runs[i].info.id), i);
    // Rows that are gone are removed while the list they were in is still here.
    bool chosen_gone = false;
    for (int row = rowCount() - 1; row >= 0; --row) {
        const Row& known = rows_[static_cast<std::size_t>(row)];
        if (listed.contains(known.id)) continue;
        chosen_gone |= known.chosen;
        beginRemoveRows({}, row, row);
        rows_.erase(rows_.begin() + row);
        endRemoveRows();
    }
    list_ = list;
    for (Row& row : rows_) row.listed = listed[row.id];
    const auto older = run::runs_of_older_settings(list->runs);
    const std::vector<QString> order = wanted_order(older);
    for (std::size_t i = 0; i < order.size(); ++i) {
        place(i, order[i], listed[order[i]]);
        const run::RunInfo& info = list->runs[rows_[i].listed].info;
        rows_[i].color = color_index(info);
        rows_[i].older = older.contains(info.id);
    }
    if (!rows_.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1));
    if (chosen_gone) Q_EMIT chosen_changed();
}

std::vector<QString> LiveRunModel::wanted_order(const std::unordered_set<std::string>& older) const {
    std::map<std::string, double> begun;  // of a study: when its newest run was created
    for (const auto& run : list_->runs) begun[run.info.study] = std::max(begun[run.info.study], run.info.created);
    std::vector<const run::RunInfo*> infos;
    for (const auto& run : list_->runs) infos.push_back(&run.info);
    std::stable_sort(infos.begin(), infos.end(), [&](const auto* a, const auto* b) {
        if (a->study != b->study) return std::pair(-begun[a->study], a->study) < std::pair(-begun[b->study], b->study);
        return std::pair(older.contains(a->id), a->created) < std::pair(older.contains(b->id), b->created);
    });
    std::vector<QString> order;
    for (const auto* info : infos) order.push_back(text(info->id));
    return order;
}

// Brings the row of `id` to a position, all before it being in place; a new one is inserted there.
void LiveRunModel::place(std::size_t position, const QString& id, std::size_t listed) {
    const auto here = rows_.begin() + static_cast<std::ptrdiff_t>(position);
    const auto found = std::find_if(here, rows_.end(), [&](const Row& row) { return row.id == id; });
    const int to = static_cast<int>(position);
    if (found == here && found != rows_.end()) return;
    if (found != rows_.end()) {
        const int from = static_cast<int>(found - rows_.begin());
        beginMoveRows({}, from, from, {}, to);
        std::rotate(here, found, found + 1);
        endMoveRows();
        return;
    }
    beginInsertRows({}, to, to);
    Row row;
    row.id = id;
    row.listed = listed;
    rows_.insert(here, row);
    endInsertRows();
}

void LiveRunModel::set_curves(const QString& id, const RunCurvesPtr& curves) {
    const int at = row_of(id);
    if (at < 0 || !curves) return;
    Row& row = rows_[static_cast<std::size_t>(at)];
    const auto found = curves->series.find(run::kTrainLoss);
    row.has_last = found != curves->series.end() && !found->second->value.empty();
    row.last = row.has_last ? found->second->value.back() : 0;
    row.sparkline = row.has_last ? sketch(found->second->value) : QVariantList();
    Q_EMIT dataChanged(index(at), index(at), {value, full_value, sparkline});
}

void LiveRunModel::choose(const QStringList& ids) {
    bool changed = false;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const bool chosen = ids.contains(rows_[i].id);
        changed |= chosen != rows_[i].chosen;
        rows_[i].chosen = chosen;
    }
    if (!changed) return;
    Q_EMIT dataChanged(index(0), index(rowCount() - 1), {Qt::CheckStateRole});
    Q_EMIT chosen_changed();
}

QStringList LiveRunModel::chosen() const {
    QStringList ids;
    for (const Row& row : rows_)
        if (row.chosen) ids += row.id;
    return ids;
}

const run::ListedRun* LiveRunModel::run(const QString& id) const {
    const int row = row_of(id);
    return row < 0 ? nullptr : &listed(rows_[static_cast<std::size_t>(row)]);
}

QStringList LiveRunModel::newest_study() const {
    QStringList ids;
    for (const Row& row : rows_)
        if (!row.older && listed(row).info.study == listed(rows_.front()).info.study) ids += row.id;
    return ids;
}

int LiveRunModel::row_of(const QString& id) const {
    const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.id == id; });
    return found == rows_.end() ? -1 : static_cast<int>(found - rows_.begin());
}

QString LiveRunModel::name(const QString& id) const {
    const run::ListedRun* asked = run(id);
    if (!asked) return id;
    std::set<std::int64_t> seeds;
    std::set<std::string> points, studies;
    std::set<bool> ages;
    for (const Row& row : rows_) {
        if (!row.chosen) continue;
        const run::RunInfo& info = listed(row).info;
        seeds.insert(info.seed);
        points.insert(info.grid_point);
        studies.insert(info.study);
        ages.insert(row.older);
    }
    QString name = variant_text(asked->info);
    if (points.size() > 1 && !asked->info.grid_point.empty()) name += "@" + text(asked->info.grid_point);
    if (seeds.size() > 1) name += QString(", seed %1").arg(asked->info.seed);
    if (ages.size() > 1 && rows_[static_cast<std::size_t>(row_of(id))].older) name += ", older settings";
    if (studies.size() > 1) name = text(asked->info.study) + ": " + name;
    return name;
}

int LiveRunModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

QVariant LiveRunModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    const run::ListedRun& run = listed(row);
    const run::RunInfo& info = run.info;
    switch (role) {
        case Qt::DisplayRole:
            return run_title(info);
        case Qt::ToolTipRole: {
            const bool has_last = row.has_last && run.status != run::Status::collapsed;
            const QString last =
                has_last ? run::metric(run::MetricId::train_loss).title + (" " + text(full_precision(row.last)))
                         : QString();
            return plain_tooltip(
                {run_title(info), data(index, detail).toString(), last, data(index, cause).toString()});
        }
        case Qt::CheckStateRole:
            return row.chosen ? Qt::Checked : Qt::Unchecked;
        case id:
            return row.id;
        case color:
            return color_of(row.color);
        case dash:
            return static_cast<int>(dash_of(row.color, info.seed));
        case detail:
            return data(index, study).toString() + " · " + data(index, steps).toString();
        case study:
            return (row.older ? "older settings of " : "") + text(info.study);
        case steps:
            return steps_text(run, " of ");
        case percent:
            return QString("%1 %").arg(100 * run.state.step / std::max<std::int64_t>(info.config.train.steps, 1));
        case value:
            if (run.status == run::Status::collapsed) return QStringLiteral("collapsed");
            return row.has_last ? text(significant(row.last)) : QString();
        case full_value:
            return row.has_last && run.status != run::Status::collapsed ? QVariant(row.last) : QVariant();
        case status:
            return state_text(run);
        case cause:
            return run.state.verdict ? text(run.state.verdict->cause) : QString();
        case sparkline:
            return row.sparkline;
        case search_text:
            return data(index, study).toString() + " " + data(index, Qt::DisplayRole).toString() + " " + row.id;
        default:
            return {};
    }
}

bool LiveRunModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::CheckStateRole || !checkIndex(index, CheckIndexOption::IndexIsValid)) return false;
    Row& row = rows_[static_cast<std::size_t>(index.row())];
    row.chosen = value.toInt() == Qt::Checked;
    Q_EMIT dataChanged(index, index, {Qt::CheckStateRole});
    Q_EMIT chosen_changed();
    return true;
}

Qt::ItemFlags LiveRunModel::flags(const QModelIndex& index) const {
    return index.isValid() ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable : Qt::NoItemFlags;
}

}  // namespace ablate::ui
