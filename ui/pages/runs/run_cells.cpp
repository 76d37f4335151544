#include "ui/pages/runs/run_cells.h"

#include "core/base/text.h"
#include "core/run/known_keys.h"

#include "ui/bridge/text.h"

#include <QDateTime>
#include <algorithm>

namespace ablate::ui {

using run::Status;

QString runs_text(qsizetype count) { return count == 1 ? "1 run" : QString("%1 runs").arg(count); }

double share_of_steps(const run::ListedRun& run) {
    const std::int64_t steps = run.info.config.train.steps;
    if (steps <= 0) return 0;
    return std::clamp(static_cast<double>(run.state.step) / static_cast<double>(steps), 0.0, 1.0);
}

std::optional<double> seconds_remaining(const run::ListedRun& run) {
    return run.status == Status::running ? run::seconds_left(run.info.config, run.state) : std::nullopt;
}

QString device_text(const run::ListedRun& run) {
    if (run::is_imported_log(run.info)) return text(run.state.device);
    const QString asked = text(run.info.config.train.device), used = text(run.state.device);
    return used.isEmpty() || used == asked ? asked : asked + " → " + used;
}

QString cause_text(const run::ListedRun& run) {
    if (run.state.verdict && !run.state.verdict->cause.empty()) return text(run.state.verdict->cause);
    return run.problems.empty() ? QString() : text(run.problems.front());
}

QString loss_text(const run::ListedRun& run) {
    if (run.status == Status::collapsed) return QStringLiteral("collapsed");
    return run.state.last_loss ? text(significant(*run.state.last_loss)) : QString();
}

std::optional<double> loss_to_sort(const run::ListedRun& run) {
    return run.status == Status::collapsed ? std::nullopt : run.state.last_loss;
}

bool is_alarming(const run::ListedRun& run) {
    if (run.status == Status::collapsed || run.status == Status::failed) return true;
    return run.status == Status::running && run.state.verdict &&
           run.state.verdict->outcome == train::Outcome::collapsed;
}

QString local_time(double unix_seconds) {
    return QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(unix_seconds * 1000)).toString("yyyy-MM-dd HH:mm");
}

}  // namespace ablate::ui
