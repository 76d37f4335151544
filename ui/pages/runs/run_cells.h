#pragma once
#include "core/run/run_store.h"

#include <QString>
#include <QVariant>
#include <optional>

// What the cells of the runs table say of one run: pure functions of what was read.
namespace ablate::ui {

QString status_text(run::Status status);
QString variant_text(const run::RunInfo& info);    // its label, else its name
QString run_title(const run::RunInfo& info);       // "no-norm@train.lr=0.01, seed 2"
double share_of_steps(const run::ListedRun& run);  // 0 to 1
// Seconds to its last step at the rate of its last one; nothing unless it trains and has a rate.
std::optional<double> seconds_remaining(const run::ListedRun& run);
// "auto → cpu": what was asked for and what it came to.
QString device_text(const run::ListedRun& run);
// Why it ended so, or what hinders it; "" when there is nothing to say.
QString cause_text(const run::ListedRun& run);
bool is_alarming(const run::ListedRun& run);  // collapsed or failed, also when it trains on
QString local_time(double unix_seconds);      // 2026-11-22 07:12, in the local time zone

// A tooltip of plain lines: nothing in them is taken for markup.
QString plain_tooltip(const QStringList& lines);

}  // namespace ablate::ui
