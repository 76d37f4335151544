#pragma once
#include "ui/bridge/curves.h"

#include <QString>
#include <QStringList>

namespace ablate::ui {

// How far the studies are that are being trained now.
struct OverallProgress {
    // Of those studies: runs that have ended, train or wait here. Runs that ended with older settings do not count.
    int done = 0, total = 0;
    double share = 0;    // of all their steps
    double seconds = 0;  // until all of them have ended; NaN while it cannot be told
    bool active() const { return total > 0; }
    QString text() const;  // "2/12 runs · 4m 10s left"; "" when nothing trains
};
// `waiting`: ids that were submitted here and have not begun.
OverallProgress overall_progress(const run::RunList& list, const QStringList& waiting);

}  // namespace ablate::ui
