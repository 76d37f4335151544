#include "ui/window/overall_progress.h"

#include "core/base/text.h"
#include "core/run/older_settings.h"
#include "ui/bridge/run_status.h"

#include <cmath>
#include <limits>
#include <set>

namespace ablate::ui {
namespace {

using run::Status;

bool trains(const run::ListedRun& run) { return run.status == Status::running; }

double tokens_left(const run::ListedRun& run) {
    const auto& train = run.info.config.train;
    const double steps = static_cast<double>(std::max<std::int64_t>(0, train.steps - run.state.step));
    return steps * tokens_per_step(run.info.config);
}

}  // namespace

QString OverallProgress::text() const {
    if (!active()) return {};
    QString line = QString("%1/%2 runs").arg(done).arg(total);
    if (std::isfinite(seconds)) line += QString(" · %1 left").arg(QString::fromStdString(short_duration(seconds)));
    return line;
}

OverallProgress overall_progress(const run::RunList& list, const QStringList& waiting) {
    const auto waits = [&](const run::ListedRun& run) {
        return run.status == Status::queued && waiting.contains(QString::fromStdString(run.info.id));
    };
    const auto older = run::runs_of_older_settings(list.runs);
    const auto is_present = [&older](const run::ListedRun& run) { return !older.contains(run.info.id); };
    std::set<std::string> studies;
    for (const run::ListedRun& run : list.runs)
        if (is_present(run) && (trains(run) || waits(run))) studies.insert(run.info.study);

    OverallProgress progress;
    double speed = 0, left = 0, longest = 0, steps = 0, steps_done = 0;
    for (const run::ListedRun& run : list.runs) {
        const bool over = is_over(run.status);
        // A paused or abandoned run does not go on by itself. Of older settings, only what still goes on counts.
        const bool counts = over ? is_present(run) && studies.contains(run.info.study) : trains(run) || waits(run);
        if (!counts) continue;
        ++progress.total;
        progress.done += over;
        const auto all = static_cast<double>(run.info.config.train.steps);
        steps += all;
        steps_done += over ? all : static_cast<double>(run.state.step);
        if (over) continue;
        left += tokens_left(run);
        if (!trains(run) || !(run.state.tokens_per_second > 0)) continue;
        speed += run.state.tokens_per_second;
        longest = std::max(longest, tokens_left(run) / run.state.tokens_per_second);
    }
    progress.share = steps > 0 ? steps_done / steps : 0;
    // What waits is trained as fast as what trains; a single run that is left ends no earlier than at its own speed.
    progress.seconds = speed > 0 ? std::max(left / speed, longest) : std::numeric_limits<double>::quiet_NaN();
    return progress;
}

}  // namespace ablate::ui
