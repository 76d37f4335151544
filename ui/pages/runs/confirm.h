#pragma once
#include <QStringList>
#include <functional>

class QWidget;

namespace ablate::ui {

struct Question {
    QString title;       // "Move 2 runs to the trash?"
    QString text;        // what follows from it
    QStringList things;  // what it touches; the first of them are named
    QString action;      // the button: "Move to trash"
};
// Asks without blocking; `agreed` is called when the action is chosen, unless the parent is gone by then. Cancel is the
// default.
void confirm(QWidget* parent, const Question& question, std::function<void()> agreed);

}  // namespace ablate::ui
