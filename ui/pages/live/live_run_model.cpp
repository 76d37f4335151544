#include "ui/pages/live/live_run_model.h"

#include "core/base/text.h"
#include "core/config/variant_labels.h"
#include "core/run/older_settings.h"
#include "core/run/seed_text.h"
#include "ui/bridge/text.h"
#include "ui/pages/live/grid_points.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"
#include "ui/widgets/run_words.h"

#include <QHash>
#include <algorithm>
#include <cmath>
#include <set>

namespace ablate::ui {
namespace {

constexpr std::size_t kSparkPoints = 40;

// A sketch a few pixels high that keeps spikes, thinned as charts are: of each stretch of the curve the lowest and the
// highest value, in the order they came. A stretch with a value that is not finite is that value, where the delegate
// breaks the line.
QVariantList sketch(const std::vector<double>& values) {
    QVariantList picked;
    if (values.size() <= kSparkPoints) {
        for (const double value : values) picked += value;
        return picked;
    }
    const std::size_t stretches = kSparkPoints / 2;
    for (std::size_t i = 0; i < stretches; ++i) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(i * values.size() / stretches);
        const auto end = values.begin() + static_cast<std::ptrdiff_t>((i + 1) * values.size() / stretches);
        const auto broken = std::find_if_not(begin, end, [](double value) { return std::isfinite(value); });
        const auto [low, high] = std::minmax_element(begin, broken == end ? end : broken);
        const bool any = broken != begin;
        picked += any ? *std::min(low, high) : *broken;
        picked += broken != end ? *broken : *std::max(low, high);
    }
    return picked;
}

}  // namespace

QColor LiveRunModel::color_of(const Row& row) const {
    return Theme::instance().run_color(row.color, row.grid_index, row.grid_count);
}

QColor LiveRunModel::color_of(const QString& id) const {
    const int at = row_of(id);
    return at < 0 ? QColor() : color_of(rows_[static_cast<std::size_t>(at)]);
}

Qt::PenStyle LiveRunModel::dash_of(const QString& id) const {
    const int at = row_of(id);
    return Theme::seed_dash(at < 0 ? 0 : rows_[static_cast<std::size_t>(at)].seed_index);
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
        row_by_id_.clear();
        endRemoveRows();
    }
    list_ = list;
    for (Row& row : rows_) row.listed = listed[row.id];
    older_ = run::runs_of_older_settings(list->runs);
    put_in_order();
    for (Row& row : rows_) {
        const run::RunInfo& info = list->runs[row.listed].info;
        row.color = color_index(info);
        row.older = older_.contains(info.id);
    }
    place_in_studies();
    if (solo_.removeIf([&](const QString& id) { return !listed.contains(id); }) > 0) chosen_gone = true;
    names_.clear();
    if (!rows_.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1));
    if (chosen_gone) Q_EMIT chosen_changed();
}

void LiveRunModel::put_in_order() {
    QHash<QString, std::size_t> listed;
    for (std::size_t i = 0; i < list_->runs.size(); ++i) listed.insert(text(list_->runs[i].info.id), i);
    const std::vector<QString> order = wanted_order(older_);
    for (std::size_t i = 0; i < order.size(); ++i) place(i, order[i], listed[order[i]]);
}

void LiveRunModel::place_in_studies() {
    struct Scale {
        std::vector<std::string> points;
        std::set<std::int64_t> seeds;
        std::vector<std::pair<std::string, std::string>> variants;  // name and label, of each run
        std::vector<std::string> labels;
        std::size_t next = 0;
    };
    std::map<std::string, Scale> scales;
    for (const Row& row : rows_) {
        const run::RunInfo& info = listed(row).info;
        Scale& scale = scales[info.study];
        scale.seeds.insert(info.seed);
        scale.variants.emplace_back(info.variant, info.label);
        if (std::find(scale.points.begin(), scale.points.end(), info.grid_point) == scale.points.end())
            scale.points.push_back(info.grid_point);
    }
    for (auto& [study, scale] : scales) {
        std::sort(scale.points.begin(), scale.points.end(), earlier_point);
        scale.labels = distinct_labels(scale.variants);
    }
    for (Row& row : rows_) {
        const run::RunInfo& info = listed(row).info;
        Scale& scale = scales.at(info.study);
        row.label = text(scale.labels[scale.next++]);
        row.title = row.label;
        if (!info.grid_point.empty()) row.title += ", " + grid_point_text(info.grid_point);
        row.title += QString(", seed %1").arg(text(run::seed_text(info)));
        const auto point = std::find(scale.points.begin(), scale.points.end(), info.grid_point);
        row.grid_index = static_cast<int>(point - scale.points.begin());
        row.grid_count = static_cast<int>(scale.points.size());
        row.seed_index = static_cast<int>(std::distance(scale.seeds.begin(), scale.seeds.find(info.seed)));
    }
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
    std::stable_partition(order.begin(), order.end(), [&](const QString& id) { return pinned_.contains(id); });
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
        row_by_id_.clear();
        endMoveRows();
        return;
    }
    beginInsertRows({}, to, to);
    Row row;
    row.id = id;
    row.listed = listed;
    rows_.insert(here, row);
    row_by_id_.clear();
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
    names_.clear();
    Q_EMIT dataChanged(index(0), index(rowCount() - 1), {Qt::CheckStateRole});
    Q_EMIT chosen_changed();
}

void LiveRunModel::pin(const QStringList& ids) {
    if (ids == pinned_) return;
    pinned_ = ids;
    names_.clear();
    if (!list_ || rows_.empty()) return;
    put_in_order();
    Q_EMIT dataChanged(index(0), index(rowCount() - 1));
    Q_EMIT chosen_changed();
}

void LiveRunModel::set_solo(const QStringList& ids) {
    if (ids == solo_) return;
    solo_ = ids;
    names_.clear();
    if (rows_.empty()) return;
    Q_EMIT dataChanged(index(0), index(rowCount() - 1), {solo});
    Q_EMIT chosen_changed();
}

QStringList LiveRunModel::drawn() const {
    QStringList ids;
    for (const Row& row : rows_)
        if (pinned_.contains(row.id) || (solo_.isEmpty() ? row.chosen : solo_.contains(row.id))) ids += row.id;
    return ids;
}

QStringList LiveRunModel::followed() const {
    QStringList ids;
    for (const Row& row : rows_)
        if (row.chosen || pinned_.contains(row.id) || solo_.contains(row.id)) ids += row.id;
    return ids;
}

void LiveRunModel::set_flags(const std::map<QString, QStringList>& of_runs) {
    if (of_runs == flags_) return;
    flags_ = of_runs;
    if (!rows_.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1), {flag_lines, Qt::ToolTipRole});
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
    const run::RunInfo* newest = nullptr;
    for (const Row& row : rows_)
        if (const run::RunInfo& info = listed(row).info; !newest || info.created > newest->created) newest = &info;
    QStringList ids;
    for (const Row& row : rows_)
        if (!row.older && listed(row).info.study == newest->study) ids += row.id;
    return ids;
}

int LiveRunModel::row_of(const QString& id) const {
    if (row_by_id_.isEmpty())
        for (int row = 0; row < rowCount(); ++row) row_by_id_.insert(rows_[static_cast<std::size_t>(row)].id, row);
    return row_by_id_.value(id, -1);
}

const std::map<QString, LiveRunModel::Name>& LiveRunModel::names() const {
    if (!names_.empty()) return names_;
    std::set<std::int64_t> seeds;
    std::set<std::string> points, studies;
    std::set<bool> ages;
    const QStringList ids = drawn();
    const std::unordered_set<QString> drawn_ids(ids.begin(), ids.end());
    for (const Row& row : rows_) {
        const run::RunInfo& info = listed(row).info;
        if (!drawn_ids.contains(row.id)) continue;
        seeds.insert(info.seed);
        points.insert(info.grid_point);
        studies.insert(info.study);
        ages.insert(row.older);
    }
    for (const Row& row : rows_) {
        const run::RunInfo& info = listed(row).info;
        Name& name = names_[row.id];
        name.group = row.label;
        if (points.size() > 1 && !info.grid_point.empty()) name.group += " " + grid_values_text(info.grid_point);
        if (ages.size() > 1 && row.older) name.group += ", older settings";
        if (studies.size() > 1) name.group = text(info.study) + ": " + name.group;
        if (seeds.size() > 1) name.seed = QString(", seed %1").arg(info.seed);
    }
    return names_;
}

QString LiveRunModel::name(const QString& id) const {
    const auto found = names().find(id);
    return found == names().end() ? id : found->second.group + found->second.seed;
}

QString LiveRunModel::group_name(const QString& id) const {
    const auto found = names().find(id);
    return found == names().end() ? id : found->second.group;
}

std::vector<GridKey> LiveRunModel::drawn_grid() const {
    std::map<std::string, std::map<std::string, const Row*>> found;  // by key and value
    for (const QString& id : drawn()) {
        const Row& row = rows_[static_cast<std::size_t>(row_of(id))];
        for (const auto& [key, value] : grid_values(listed(row).info.grid_point)) found[key].try_emplace(value, &row);
    }
    std::vector<GridKey> grid;
    for (const auto& [key, rows] : found) {
        std::vector<std::string> values;
        for (const auto& [value, row] : rows) values.push_back(value);
        std::sort(values.begin(), values.end(), earlier_value);
        GridKey& shown = grid.emplace_back(GridKey{grid_key_text(key), {}});
        for (const std::string& value : values) {
            const Row& row = *rows.at(value);
            shown.values.push_back({text(value), row.grid_index, row.grid_count});
        }
    }
    return grid;
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
            return row.title;
        case Qt::ToolTipRole: {
            const bool has_last = row.has_last && run.status != run::Status::collapsed;
            const QString last =
                has_last ? run::metric(run::MetricId::train_loss).title + (" " + text(full_precision(row.last)))
                         : QString();
            QStringList lines{run_title(info), data(index, detail).toString(), last};
            const auto marked = flags_.find(row.id);
            if (marked == flags_.end())
                lines += data(index, cause).toString();
            else
                lines += marked->second;
            return plain_tooltip(lines);
        }
        case kFullTextRole: {
            QStringList words{row.title, data(index, status).toString(), data(index, detail).toString()};
            if (const QVariant last = data(index, full_value); last.isValid())
                words += run::metric(run::MetricId::train_loss).title + (" " + text(full_precision(last.toDouble())));
            return words.join("; ");
        }
        case Qt::CheckStateRole:
            return row.chosen ? Qt::Checked : Qt::Unchecked;
        case id:
            return row.id;
        case color:
            return color_of(row);
        case dash:
            return static_cast<int>(Theme::seed_dash(row.seed_index));
        case flag_lines: {
            const auto marked = flags_.find(row.id);
            return marked == flags_.end() ? QStringList() : marked->second;
        }
        case pinned:
            return pinned_.contains(row.id);
        case solo:
            return solo_.contains(row.id);
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
            return data(index, study).toString() + " " + row.title + " " + run_title(info) + " " + row.id;
        default:
            return {};
    }
}

bool LiveRunModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::CheckStateRole || !checkIndex(index, CheckIndexOption::IndexIsValid)) return false;
    Row& row = rows_[static_cast<std::size_t>(index.row())];
    row.chosen = value.toInt() == Qt::Checked;
    names_.clear();
    Q_EMIT dataChanged(index, index, {Qt::CheckStateRole});
    Q_EMIT chosen_changed();
    return true;
}

Qt::ItemFlags LiveRunModel::flags(const QModelIndex& index) const {
    return index.isValid() ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable : Qt::NoItemFlags;
}

}  // namespace ablate::ui
