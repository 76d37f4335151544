#include "ui/pages/runs/run_cells.h"

#include "core/base/text.h"

#include <QDateTime>
#include <QStringList>
#include <algorithm>
#include <cmath>

namespace ablate::ui {

using run::Status;

namespace {

QString text(const std::string& words) { return QString::fromStdString(words); }

double tokens_per_step(const TrainConfig& train, const DataConfig& data) {
    return static_cast<double>(train.batch) * static_cast<double>(train.accumulate) * static_cast<double>(data.context);
}

}  // namespace

QString status_text(Status status) { return QString(run::to_string(status)); }

QString variant_text(const run::RunInfo& info) { return text(info.label.empty() ? info.variant : info.label); }

QString run_title(const run::RunInfo& info) {
    const QString point = info.grid_point.empty() ? QString() : "@" + text(info.grid_point);
    return QString("%1%2, seed %3").arg(variant_text(info), point).arg(info.seed);
}

double share_of_steps(const run::ListedRun& run) {
    const std::int64_t steps = run.info.config.train.steps;
    if (steps <= 0) return 0;
    return std::clamp(static_cast<double>(run.state.step) / static_cast<double>(steps), 0.0, 1.0);
}

std::optional<double> seconds_remaining(const run::ListedRun& run) {
    const double rate = run.state.tokens_per_second;
    if (run.status != Status::running || run.state.step == 0 || !(rate > 0)) return {};
    const auto& config = run.info.config;
    const double left = static_cast<double>(std::max<std::int64_t>(config.train.steps - run.state.step, 0));
    const double seconds = left * tokens_per_step(config.train, config.data) / rate;
    return std::isfinite(seconds) ? std::optional(seconds) : std::nullopt;
}

QString device_text(const run::ListedRun& run) {
    const QString asked = text(run.info.config.train.device), used = text(run.state.device);
    return used.isEmpty() || used == asked ? asked : asked + " → " + used;
}

QString cause_text(const run::ListedRun& run) {
    if (run.state.verdict && !run.state.verdict->cause.empty()) return text(run.state.verdict->cause);
    return run.problems.empty() ? QString() : text(run.problems.front());
}

bool is_alarming(const run::ListedRun& run) {
    if (run.status == Status::collapsed || run.status == Status::failed) return true;
    return run.status == Status::running && run.state.verdict &&
           run.state.verdict->outcome == train::Outcome::collapsed;
}

QString local_time(double unix_seconds) {
    return QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(unix_seconds * 1000)).toString("yyyy-MM-dd HH:mm");
}

QString plain_tooltip(const QStringList& lines) {
    QStringList kept = lines;
    kept.removeAll(QString());
    // The rich form even for one line: Qt guesses at the format of a plain one by what it holds.
    return kept.isEmpty() ? QString() : "<span>" + kept.join('\n').toHtmlEscaped().replace("\n", "<br>") + "</span>";
}

}  // namespace ablate::ui
