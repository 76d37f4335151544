#pragma once
#include "core/run/run_directory.h"

#include <QColor>
#include <QString>

// What a run and its state are called and how they look, alike in every view.
namespace ablate::ui {

QString variant_text(const run::RunInfo& info);  // its label, else its name
QString run_title(const run::RunInfo& info);     // "no-norm@train.lr=0.01, seed 2"

// How Theme's chips show a status: danger, warning, running or neutral. "unreadable" is one as well.
QString status_look(const QString& status);
QColor look_color(const QString& look);  // of text and signs

}  // namespace ablate::ui
