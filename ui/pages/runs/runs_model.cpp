#include "ui/pages/runs/runs_model.h"

#include "core/base/text.h"
#include "core/run/known_keys.h"
#include "core/run/older_settings.h"
#include "core/run/seed_text.h"
#include "ui/bridge/text.h"
#include "ui/pages/runs/run_cells.h"
#include "ui/theme/theme.h"
#include "ui/widgets/run_words.h"

#include <QFont>
#include <QHash>
#include <QSet>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

namespace ablate::ui {

using run::Status;

namespace {

struct ColumnTexts {
    const char* title;
    const char* help;
};
constexpr std::array<ColumnTexts, RunsModel::column_count> kColumns{{
    {"Variant", "Runs, grouped by study"},
    {"Grid point", "The options that the study's grid sets"},
    {"Seed", "Seed of the initialization, the data order and the sampling"},
    {"Queue", "Position in this window's queue"},
    {"State", "Running means that a process holds the run's lock now; pausing and stopping, that it was asked to end"},
    {"Progress", "Share of the steps"},
    {"Step", "Steps done, of all"},
    {"Left", "Time to the last step at the present rate"},
    {"Tokens/s", "At the last step"},
    {"Loss (nats)", "Training loss of the last step that was read"},
    {"Verdict", "Why the run ended as it did"},
    {"Tags", "As written in the panel below the table"},
    {"Device", "The device it trains on, or will train on"},
    {"Created", "In local time"},
    {"Run", "Its id: the name of its folder"},
}};

constexpr auto kOlderHelp =
    "Runs whose settings differ from those of the newest run of the same variant and grid point. They do not count for "
    "the study.";

bool is_number(int column) {
    using C = RunsModel::Column;
    return column == C::seed || column == C::place || column == C::step || column == C::remaining ||
           column == C::rate || column == C::loss;
}

QVariant alignment(int column) {
    return QVariant::fromValue(Qt::Alignment(is_number(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
}

bool same(const run::ListedRun& a, const run::ListedRun& b) {
    return a.status == b.status && a.state.step == b.state.step && a.state.updated == b.state.updated &&
           a.asked == b.asked && a.notes == b.notes && a.problems == b.problems && a.info.created == b.info.created;
}

QStringList strings(const std::vector<std::string>& words) {
    QStringList list;
    for (const std::string& word : words) list += text(word);
    return list;
}

// What a cell cannot show in full.
QString run_tooltip(const run::ListedRun& run, int column) {
    using C = RunsModel::Column;
    const auto& loss = run.state.last_loss;
    if (column == C::loss && run.status == Status::collapsed) return plain_tooltip({cause_text(run)});
    if (column == C::loss && loss) return plain_tooltip({text(full_precision(*loss)) + " nats"});
    if (column == C::rate) return plain_tooltip({text(full_precision(run.state.tokens_per_second)) + " tokens/s"});
    if (column == C::created) return plain_tooltip({text(utc_time(run.info.created))});
    if (column == C::tags) return plain_tooltip(strings(run.notes.tags));
    if (column == C::verdict) return plain_tooltip({cause_text(run)});
    if (column == C::step) return plain_tooltip({steps_text(run, " of ") + " steps"});
    if (column == C::device) return plain_tooltip({device_text(run)});
    return plain_tooltip({run_title(run.info), cause_text(run), text(run.notes.text).left(400)});
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
            Q_EMIT dataChanged(index(r, 0, above), index(r, column_count - 1, above));
            group->stale = true;
        }
        if (std::exchange(group->stale, false)) Q_EMIT dataChanged(heading(*group), heading(*group, column_count - 1));
    }
}

// `change(row)`, and tells of the rows for which it returns true.
template <class Change>
void RunsModel::change_rows(Change change) {
    for (Group* group : all_groups())
        for (int r = 0; r < static_cast<int>(group->rows.size()); ++r)
            if (change(group->rows[static_cast<std::size_t>(r)]))
                Q_EMIT dataChanged(index(r, 0, heading(*group)), index(r, column_count - 1, heading(*group)));
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

int RunsModel::columnCount(const QModelIndex&) const { return column_count; }

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

// --- what the cells say

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= column_count) return {};
    const ColumnTexts& texts = kColumns[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole) return QString(texts.title);
    if (role == Qt::ToolTipRole) return QString(texts.help);
    if (role == Qt::TextAlignmentRole) return alignment(section);
    return {};
}

QVariant RunsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row* row = row_at(index);
    const Group& group = row ? *static_cast<const Group*>(index.internalPointer()) : *headed_by(index);
    if (role == heading_role) return row == nullptr;
    if (role == damaged_role) return group.damaged;
    if (role == older_role) return group.above != nullptr;
    if (role == Qt::TextAlignmentRole) return alignment(index.column());
    if (!row) return heading_data(group, index.column(), role);
    return group.damaged ? damaged_data(*row, index.column(), role) : run_data(group, *row, index.column(), role);
}

QVariant RunsModel::heading_data(const Group& group, int column, int role) const {
    if (role == newest_role) return group.newest;
    if (role == study_role) return group.study;
    if (role == Qt::FontRole) return Theme::instance().font(0, group.above ? QFont::Medium : QFont::DemiBold);
    if (role == Qt::ToolTipRole) return group.above ? plain_tooltip({kOlderHelp}) : QString();
    if (group.damaged) {
        if (role == Qt::DisplayRole && column == name) return QStringLiteral("Cannot be read");
        if (role == Qt::DisplayRole && column == step) return QString::number(group.rows.size());
        return {};
    }
    if (role != Qt::DisplayRole && role != share_role && role != alarm_role && role != status_role) return {};
    const Tally tally = tally_of(group);
    if (role == status_role) return tally.running > 0 ? QString(run::to_string(Status::running)) : QString();
    if (role == share_role && column == progress) return tally.share;
    if (role == alarm_role) return column == verdict && tally.collapsed + tally.failed > 0;
    if (role != Qt::DisplayRole) return {};
    if (column == name && group.above) return QString("Older settings (%1)").arg(runs_text(group.rows.size()));
    if (column == name) return group.study;
    if (column == step) return QString("%1 of %2 runs").arg(tally.ended).arg(group.rows.size());
    if (column != verdict) return {};
    QStringList bad;
    if (tally.collapsed > 0) bad += QString("%1 collapsed").arg(tally.collapsed);
    if (tally.failed > 0) bad += QString("%1 failed").arg(tally.failed);
    return bad.join(", ");
}

RunsModel::Tally RunsModel::tally_of(const Group& group) const {
    Tally tally;
    for (const Row& row : group.rows) {
        const run::ListedRun& run = listed(row);
        const bool over = run::has_result(run.status);
        tally.ended += over;
        tally.collapsed += run.status == Status::collapsed;
        tally.failed += run.status == Status::failed;
        tally.running += run.status == Status::running;
        tally.share += over ? 1 : share_of_steps(run);
    }
    // Divided once: a sum of tenths misses 1, and with it the 100 %.
    if (!group.rows.empty()) tally.share /= static_cast<double>(group.rows.size());
    return tally;
}

QVariant RunsModel::damaged_data(const Row& row, int column, int role) const {
    const run::DamagedRun& run = list_->damaged[row.listed];
    const QString reason = text(run.reason);
    if (role == id_role) return row.id;
    if (role == status_role) return QStringLiteral("unreadable");
    if (role == Qt::ToolTipRole) return plain_tooltip({reason});
    if (role == sort_role) return column == name || column == id ? QVariant(row.id) : QVariant();
    if (role != Qt::DisplayRole) return {};
    switch (column) {
        case name:
        case id:
            return row.id;
        case state:
            return QStringLiteral("unreadable");
        case verdict:
            return reason;
        default:
            return {};
    }
}

QVariant RunsModel::run_data(const Group& group, const Row& row, int column, int role) const {
    const run::ListedRun& run = listed(row);
    switch (role) {
        case Qt::DisplayRole:
            return run_text(row, column);
        case sort_role:
            return run_value(row, column);
        case Qt::ToolTipRole:
            return run_tooltip(run, column);
        case Qt::AccessibleTextRole:
            if (column == progress) return QString("%1 %").arg(std::floor(100 * share_of_steps(run)));
            return column == tags ? run_value(row, tags) : QVariant(run_text(row, column));
        case id_role:
            return row.id;
        case status_role:
            return state_text(run, row.pausing);
        case study_role:
            return group.study;
        case color_role:
            return row.color;
        case share_role:
            return column == progress ? QVariant(share_of_steps(run)) : QVariant();
        case tags_role:
            return strings(run.notes.tags);
        case short_role:
            return column == step ? text(short_count(static_cast<double>(run.state.step)) + " / " +
                                         short_count(static_cast<double>(run.info.config.train.steps)))
                                  : QString();
        case alarm_role:
            return column == verdict ? is_alarming(run)
                                     : column == loss && (run.status == Status::collapsed ||
                                                          !std::isfinite(run.state.last_loss.value_or(0)));
        default:
            return {};
    }
}

// As a table of numbers would hold it: what sorting compares. Nothing where there is no value.
QVariant RunsModel::run_value(const Row& row, int column) const {
    const run::ListedRun& run = listed(row);
    const auto or_nothing = [](const std::optional<double>& value) { return value ? QVariant(*value) : QVariant(); };
    switch (column) {
        case seed:
            return qlonglong(run.info.seed);
        case place:
            return row.place < 0 ? QVariant() : QVariant(row.place);
        case state:
            return static_cast<int>(run.status);
        case progress:
            return share_of_steps(run);
        case step:
            return qlonglong(run.state.step);
        case remaining:
            return or_nothing(seconds_remaining(run));
        case rate:
            return run.state.tokens_per_second > 0 ? QVariant(run.state.tokens_per_second) : QVariant();
        case loss:
            return or_nothing(loss_to_sort(run));
        case tags:
            return strings(run.notes.tags).join(", ");
        case created:
            return run.info.created;
        default:
            return run_text(row, column);
    }
}

QString RunsModel::run_text(const Row& row, int column) const {
    const run::ListedRun& run = listed(row);
    switch (column) {
        case name:
            return variant_text(run.info);
        case grid_point:
            return text(run.info.grid_point);
        case seed:
            return text(run::seed_text(run.info));
        case place:
            return row.place < 0 ? QString() : QString::number(row.place + 1);
        case state:
            return state_text(run, row.pausing);
        case step:
            return steps_text(run, " / ");
        case remaining: {
            const std::optional<double> seconds = seconds_remaining(run);
            return seconds ? text(short_duration(*seconds)) : QString();
        }
        case rate:
            return run.state.tokens_per_second > 0 ? text(short_count(run.state.tokens_per_second)) : QString();
        case loss:
            return loss_text(run);
        case verdict:
            return cause_text(run);
        case device:  // what was asked for is in the tooltip
            return run.state.device.empty() && run::is_imported_log(run.info) ? QString()
                   : run.state.device.empty()                                 ? text(run.info.config.train.device)
                                                                              : text(run.state.device);
        case created:
            return local_time(run.info.created);
        case id:
            return row.id;
        default:
            return {};  // painted: progress, tags
    }
}

}  // namespace ablate::ui
