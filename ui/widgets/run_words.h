#pragma once
#include "core/run/run_store.h"

#include <QColor>
#include <QString>

// What a run and its state are called and how they look, alike in every view.
namespace ablate::ui {

QString variant_text(const run::RunInfo& info);  // its label, else its name
QString run_title(const run::RunInfo& info);     // "no-norm@train.lr=0.01, seed 2"
// Its status; of one that trains and was asked to end "pausing" or "stopping". `pausing`: asked by this window.
QString state_text(const run::ListedRun& run, bool pausing = false);
// "1,200 of 5,000"; "1,200" where an imported log does not tell how many there were to be.
QString steps_text(const run::ListedRun& run, const QString& between);

// How Theme's chips show a status: danger, warning, running or neutral. "unreadable" is one as well.
QString status_look(const QString& status);
QColor look_color(const QString& look);  // of text and signs

}  // namespace ablate::ui
