#include "ui/widgets/run_words.h"

#include "core/base/text.h"
#include "core/config/variant_names.h"
#include "core/run/known_keys.h"
#include "core/run/seed_text.h"
#include "core/run/summary.h"
#include "ui/bridge/text.h"
#include "ui/theme/theme.h"

namespace ablate::ui {

QString variant_text(const run::RunInfo& info) { return text(info.label.empty() ? info.variant : info.label); }

QString run_title(const run::RunInfo& info) {
    const std::string point = point_name(info.label.empty() ? info.variant : info.label, info.grid_point);
    return QString("%1, seed %2").arg(text(point), text(run::seed_text(info)));
}

QString steps_text(const run::ListedRun& run, const QString& between) {
    const bool known = run::tells_steps(run.info, run.state);
    const QString done = known ? text(with_thousands(run.state.step)) : QString("unknown");
    if (!run::KnownKeys(run.info).has("train.steps")) return done;
    return done + between + text(with_thousands(run.info.config.train.steps));
}

QString state_text(const run::ListedRun& run, bool pausing) {
    if (run.status != run::Status::running) return to_string(run.status);
    if (run.asked == "stop") return "stopping";
    return pausing || run.asked == "pause" ? "pausing" : to_string(run.status);
}

QString status_look(const QString& status) {
    if (status == "collapsed" || status == "failed") return "danger";
    if (status == "interrupted" || status == "stopped" || status == "unreadable") return "warning";
    return status == "running" || status == "pausing" || status == "stopping" ? "running" : "neutral";
}

QColor look_color(const QString& look) {
    const Palette& palette = Theme::instance().palette();
    if (look == "danger") return palette.danger;
    if (look == "warning") return palette.warning;
    return look == "running" ? palette.accent : palette.muted;
}

}  // namespace ablate::ui
