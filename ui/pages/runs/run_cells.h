#pragma once
#include "core/run/run_store.h"

#include <QString>
#include <optional>

// What the cells of the runs table say of one run: pure functions of what was read.
namespace ablate::ui {

QString runs_text(qsizetype count);                // "1 run", "2 runs"
double share_of_steps(const run::ListedRun& run);  // 0 to 1
// run::seconds_left() of one that trains.
std::optional<double> seconds_remaining(const run::ListedRun& run);
// "auto → cpu": what was asked for and what it came to.
QString device_text(const run::ListedRun& run);
// Why it ended so, or what hinders it; "" when there is nothing to say.
QString cause_text(const run::ListedRun& run);
// Of the last step that was read; "collapsed" for a run that collapsed, whose last finite loss is no result.
QString loss_text(const run::ListedRun& run);
std::optional<double> loss_to_sort(const run::ListedRun& run);  // none for a run that collapsed: it sorts last
bool is_alarming(const run::ListedRun& run);                    // collapsed or failed, also when it trains on
QString local_time(double unix_seconds);                        // 2026-11-22 07:12, in the local time zone

}  // namespace ablate::ui
