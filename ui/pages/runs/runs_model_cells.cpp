// What the cells of the runs table say.
#include "core/base/text.h"
#include "core/run/known_keys.h"
#include "core/run/seed_text.h"
#include "ui/bridge/text.h"
#include "ui/pages/runs/run_cells.h"
#include "ui/pages/runs/run_columns.h"
#include "ui/pages/runs/runs_model.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"
#include "ui/widgets/run_words.h"

#include <QFont>
#include <cmath>

namespace ablate::ui {

using run::Status;

namespace {

constexpr auto kOlderHelp =
    "Runs whose settings differ from those of the newest run of the same variant and grid point. They do not count for "
    "the study.";

QVariant alignment(int column) {
    const bool number = run_columns()[static_cast<std::size_t>(column)].number;
    return QVariant::fromValue(Qt::Alignment(number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
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
    if (column == C::device) return plain_tooltip({device_text(run), text(run.state.device_name)});
    if (column == C::best_validation || column == C::last_validation) {
        const std::optional<double> value = validation_loss(run, column == C::best_validation);
        return value ? plain_tooltip({text(full_precision(*value)) + " nats"}) : QString();
    }
    if (column >= C::column_count) return plain_tooltip({option_value(run, column).full});
    return plain_tooltip({run_title(run.info), cause_text(run), text(run.notes.text).left(400)});
}

}  // namespace

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const RunColumn& column = run_columns()[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole) return column.title;
    if (role == Qt::ToolTipRole) return plain_tooltip({column.help});
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
        case kFullTextRole:
            return full_text(row, column);
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
        case best_validation:
        case last_validation:
            return or_nothing(validation_loss(run, column == best_validation));
        case duration:
            return or_nothing(training_seconds(run));
        default:
            return column < column_count ? QVariant(run_text(row, column)) : option_value(run, column).order;
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
        case study_name:
            return text(run.info.study);
        case best_validation:
        case last_validation: {
            const std::optional<double> value = validation_loss(run, column == best_validation);
            return value ? text(significant(*value)) : QString();
        }
        case duration: {
            const std::optional<double> seconds = training_seconds(run);
            return seconds ? text(short_duration(*seconds)) : QString();
        }
        case host:
            return text(run.state.host);
        case device_name:
            return text(run.state.device_name);
        default:
            return column < column_count ? QString() : option_value(run, column).text;  // painted: progress, tags
    }
}

// As a table in a file would hold it: full precision, no units, nothing painted.
QString RunsModel::full_text(const Row& row, int column) const {
    const run::ListedRun& run = listed(row);
    switch (column) {
        case state:
            return state_text(run, row.pausing);
        case step:
            return QString::number(run.state.step);
        case progress:
            return text(full_precision(share_of_steps(run)));
        case loss:
            return run.state.last_loss ? text(full_precision(*run.state.last_loss)) : QString();
        case created:
            return text(utc_time(run.info.created));
        case tags:
            return strings(run.notes.tags).join(", ");
        case remaining:
        case rate:
        case best_validation:
        case last_validation:
        case duration: {
            const QVariant value = run_value(row, column);
            return value.isValid() ? text(full_precision(value.toDouble())) : QString();
        }
        default:
            return column < column_count ? run_text(row, column) : option_value(run, column).full;
    }
}

}  // namespace ablate::ui
