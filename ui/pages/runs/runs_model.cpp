#include "ui/pages/runs/runs_model.h"

#include "core/run/older_settings.h"
#include "ui/bridge/text.h"
#include "ui/pages/runs/run_columns.h"

#include <QHash>
#include <QSet>
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace ablate::ui {

namespace {

bool same(const run::ListedRun& a, const run::ListedRun& b) {
    return a.status == b.status && a.state.step == b.state.step && a.state.updated == b.state.updated &&
           a.asked == b.asked && a.notes == b.notes && a.problems == b.problems && a.info.created == b.info.created;
}

}  // namespace

RunsModel::RunsModel(QObject* parent) : QAbstractItemModel(parent), list_(std::make_shared<const run::RunList>()) {}

// --- following the list

std::vector<RunsModel::Group*> RunsModel::all_groups() const {
    std::vector<Group*> all;
    for (const auto& group : groups_) {
        all.push_back(group.get());
        if (group->older) all.push_back(group->older.get());
    }
    return all;
}

std::vector<RunsModel::Sought> RunsModel::sought(const RunListPtr& list) const {
    QHash<QString, const run::ListedRun*> runs;
    for (const run::ListedRun& run : list_->runs) runs.insert(text(run.info.id), &run);
    QHash<QString, const run::DamagedRun*> damaged;
    for (const run::DamagedRun& run : list_->damaged) damaged.insert(text(run.folder.filename().string()), &run);
    const auto older = run::runs_of_older_settings(list->runs);
    std::vector<Sought> wanted;
    for (std::size_t i = 0; i < list->runs.size(); ++i) {
        const run::ListedRun& run = list->runs[i];
        const QString id = text(run.info.id);
        const run::ListedRun* before = runs.value(id);
        wanted.push_back(
            {text(run.info.study), id, false, older.contains(run.info.id), i, before && same(*before, run)});
    }
    for (std::size_t i = 0; i < list->damaged.size(); ++i) {
        const QString id = text(list->damaged[i].folder.filename().string());
        const run::DamagedRun* before = damaged.value(id);
        wanted.push_back({{}, id, true, false, i, before && before->reason == list->damaged[i].reason});
    }
    return wanted;
}

void RunsModel::set_runs(const RunListPtr& list, const std::function<int(const run::RunInfo&)>& color_index) {
    const std::vector<Sought> wanted = sought(list);
    remove_absent(wanted);  // while the list they are in is still here
    list_ = list;
    QHash<QString, std::size_t> at;
    for (const Sought& one : wanted) at.insert(one.id, one.listed);
    for (Group* group : all_groups())
        for (Row& row : group->rows) row.listed = at[row.id];
    move_older(wanted);
    append_new(wanted);
    remove_empty();  // not before: runs of older settings may have taken the place of those removed
    for (Group* group : all_groups()) {
        group->newest = 0;
        if (group->damaged) continue;
        for (Row& row : group->rows) {
            const int color = color_index(listed(row).info);
            row.recolored = std::exchange(row.color, color) != color;
            group->newest = std::max(group->newest, listed(row).info.created);
        }
    }
    tell_changes(wanted);
}

void RunsModel::remove_absent(const std::vector<Sought>& wanted) {
    QHash<QString, const Sought*> kept;
    for (const Sought& one : wanted) kept.insert(one.id, &one);
    for (Group* group : all_groups()) {
        for (int r = static_cast<int>(group->rows.size()) - 1; r >= 0; --r) {
            const Sought* one = kept.value(group->rows[static_cast<std::size_t>(r)].id);
            if (one && one->damaged == group->damaged && one->study == group->study) continue;
            beginRemoveRows(heading(*group), r, r);
            group->rows.erase(group->rows.begin() + r);
            group->stale = true;
            endRemoveRows();
        }
    }
}

// The runs before a rerun with other settings become older. If the rerun is deleted, theirs are the present settings
// again.
void RunsModel::move_older(const std::vector<Sought>& wanted) {
    QSet<QString> older;
    for (const Sought& one : wanted)
        if (one.older) older.insert(one.id);
    const auto is_older = [&older](const Row& row) { return older.contains(row.id); };
    const auto is_present = [&older](const Row& row) { return !older.contains(row.id); };
    for (const auto& group : groups_) {
        if (group->older) move_rows(*group->older, *group, is_present);
        if (std::any_of(group->rows.begin(), group->rows.end(), is_older))
            move_rows(*group, older_of(*group), is_older);
    }
}

// Rows next to each other move together, to the end of `to`.
void RunsModel::move_rows(Group& from, Group& to, const std::function<bool(const Row&)>& goes) {
    for (int first = 0; first < static_cast<int>(from.rows.size()); ++first) {
        const auto begin = from.rows.begin() + first;
        const auto end = std::find_if_not(begin, from.rows.end(), goes);
        if (begin == end) continue;
        beginMoveRows(heading(from), first, first + static_cast<int>(end - begin) - 1, heading(to),
                      static_cast<int>(to.rows.size()));
        to.rows.insert(to.rows.end(), begin, end);
        from.rows.erase(begin, end);
        endMoveRows();
        from.stale = to.stale = true;
    }
}

void RunsModel::append_new(const std::vector<Sought>& wanted) {
    QSet<QString> known;
    for (const Group* group : all_groups())
        for (const Row& row : group->rows) known.insert(row.id);
    // Together where they come together: a thousand runs are one insertion for each heading.
    using Key = std::tuple<bool, QString, bool>;  // damaged, study, older
    std::map<Key, std::vector<Row>> fresh;
    std::vector<Key> order;
    for (const Sought& one : wanted) {
        if (known.contains(one.id)) continue;
        const Key key(one.damaged, one.study, one.older);
        std::vector<Row>& rows = fresh[key];
        if (rows.empty()) order.push_back(key);
        rows.push_back({one.id, one.listed, -1, waiting_.value(one.id, -1), pausing_.contains(one.id)});
    }
    for (const Key& key : order) {
        const std::vector<Row>& rows = fresh[key];
        Group& of_study = group_of(std::get<1>(key), std::get<0>(key));
        Group& group = std::get<2>(key) ? older_of(of_study) : of_study;
        const int first = static_cast<int>(group.rows.size());
        beginInsertRows(heading(group), first, first + static_cast<int>(rows.size()) - 1);
        group.rows.insert(group.rows.end(), rows.begin(), rows.end());
        group.stale = true;
        endInsertRows();
    }
}

void RunsModel::remove_empty() {
    for (int g = static_cast<int>(groups_.size()) - 1; g >= 0; --g) {
        Group& group = *groups_[static_cast<std::size_t>(g)];
        if (group.older && group.older->rows.empty()) {
            const int row = heading(*group.older).row();
            beginRemoveRows(heading(group), row, row);
            group.older.reset();
            endRemoveRows();
        }
        if (!group.rows.empty() || group.older) continue;
        beginRemoveRows({}, g, g);
        groups_.erase(groups_.begin() + g);
        for (std::size_t i = static_cast<std::size_t>(g); i < groups_.size(); ++i) --groups_[i]->position;
        endRemoveRows();
    }
}

RunsModel::Group& RunsModel::group_of(const QString& study, bool damaged) {
    for (const auto& group : groups_)
        if (group->damaged == damaged && group->study == study) return *group;
    const int position = static_cast<int>(groups_.size());
    beginInsertRows({}, position, position);
    groups_.push_back(std::make_unique<Group>());
    groups_.back()->study = study;
    groups_.back()->damaged = damaged;
    groups_.back()->position = position;
    endInsertRows();
    return *groups_.back();
}

RunsModel::Group& RunsModel::older_of(Group& study) {
    if (study.older) return *study.older;
    const int row = static_cast<int>(study.rows.size());
    beginInsertRows(heading(study), row, row);
    study.older = std::make_unique<Group>();
    study.older->study = study.study;
    study.older->above = &study;
    endInsertRows();
    return *study.older;
}

void RunsModel::tell_changes(const std::vector<Sought>& wanted) {
    QSet<QString> unchanged;
    for (const Sought& one : wanted)
        if (one.same) unchanged.insert(one.id);
    for (Group* group : all_groups()) {
        for (int r = 0; r < static_cast<int>(group->rows.size()); ++r) {
            const Row& row = group->rows[static_cast<std::size_t>(r)];
            if (!row.recolored && unchanged.contains(row.id)) continue;
            const QModelIndex above = heading(*group);
            Q_EMIT dataChanged(index(r, 0, above), index(r, columnCount() - 1, above));
            group->stale = true;
        }
        if (std::exchange(group->stale, false)) Q_EMIT dataChanged(heading(*group), heading(*group, columnCount() - 1));
    }
}

// `change(row)`, and tells of the rows for which it returns true.
template <class Change>
void RunsModel::change_rows(Change change) {
    for (Group* group : all_groups())
        for (int r = 0; r < static_cast<int>(group->rows.size()); ++r)
            if (change(group->rows[static_cast<std::size_t>(r)]))
                Q_EMIT dataChanged(index(r, 0, heading(*group)), index(r, columnCount() - 1, heading(*group)));
}

void RunsModel::set_waiting(const QStringList& ids) {
    waiting_.clear();
    for (const QString& id : ids) waiting_.insert(id, static_cast<int>(waiting_.size()));
    change_rows([this](Row& row) {
        const int now = waiting_.value(row.id, -1);
        return std::exchange(row.place, now) != now;
    });
}

void RunsModel::set_pausing(const QStringList& ids) {
    pausing_ = ids;
    change_rows([this](Row& row) {
        const bool now = pausing_.contains(row.id);
        return std::exchange(row.pausing, now) != now;
    });
}

// --- structure

QModelIndex RunsModel::heading(const Group& group, int column) const {
    if (!group.above) return createIndex(group.position, column, nullptr);
    return createIndex(static_cast<int>(group.above->rows.size()), column, group.above);
}

QModelIndex RunsModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    return createIndex(row, column, headed_by(parent));
}

QModelIndex RunsModel::parent(const QModelIndex& index) const {
    const auto* group = static_cast<const Group*>(index.internalPointer());
    return group ? heading(*group) : QModelIndex();
}

int RunsModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid()) return static_cast<int>(groups_.size());
    const Group* group = parent.column() > 0 ? nullptr : headed_by(parent);
    return group ? static_cast<int>(group->rows.size()) + (group->older ? 1 : 0) : 0;
}

int RunsModel::columnCount(const QModelIndex&) const { return static_cast<int>(run_columns().size()); }

Qt::ItemFlags RunsModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    const Qt::ItemFlags usual = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    return headed_by(index) ? usual : usual | Qt::ItemNeverHasChildren;
}

const RunsModel::Group* RunsModel::headed_by(const QModelIndex& index) const {
    if (!index.isValid()) return nullptr;
    const auto row = static_cast<std::size_t>(index.row());
    const auto* above = static_cast<const Group*>(index.internalPointer());
    if (!above) return row < groups_.size() ? groups_[row].get() : nullptr;
    return row == above->rows.size() ? above->older.get() : nullptr;
}

const RunsModel::Row* RunsModel::row_at(const QModelIndex& index) const {
    const auto* group = index.isValid() ? static_cast<const Group*>(index.internalPointer()) : nullptr;
    const auto row = static_cast<std::size_t>(index.row());
    return group && row < group->rows.size() ? &group->rows[row] : nullptr;
}

const run::ListedRun* RunsModel::run(const QModelIndex& index) const {
    const Row* row = row_at(index);
    return row && !static_cast<const Group*>(index.internalPointer())->damaged ? &listed(*row) : nullptr;
}

const run::ListedRun* RunsModel::run(const QString& id) const { return run(index_of(id)); }

const run::DamagedRun* RunsModel::damaged(const QModelIndex& index) const {
    const Row* row = row_at(index);
    const bool found = row && static_cast<const Group*>(index.internalPointer())->damaged;
    return found ? &list_->damaged[row->listed] : nullptr;
}

QModelIndex RunsModel::index_of(const QString& id, int column) const {
    for (const Group* group : all_groups())
        for (std::size_t r = 0; r < group->rows.size(); ++r)
            if (group->rows[r].id == id) return index(static_cast<int>(r), column, heading(*group));
    return {};
}

QStringList RunsModel::ids_below(const QModelIndex& index) const {
    if (const Row* row = row_at(index)) return {row->id};
    QStringList ids;
    if (const Group* group = headed_by(index))
        for (const Row& row : group->rows) ids += row.id;
    return ids;
}

QModelIndex RunsModel::older_heading(const QModelIndex& study) const {
    const Group* group = headed_by(study);
    return group && group->older ? heading(*group->older) : QModelIndex();
}

int RunsModel::run_count() const { return static_cast<int>(list_->runs.size()); }

int RunsModel::older_count() const {
    std::size_t count = 0;
    for (const auto& group : groups_)
        if (group->older) count += group->older->rows.size();
    return static_cast<int>(count);
}

}  // namespace ablate::ui
