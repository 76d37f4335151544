#pragma once
#include "ui/bridge/importer.h"

#include <QDialog>

class QCheckBox;
class QRadioButton;

namespace ablate::ui {

// Asks how a log is to be read in which nothing decides what a step that comes again means.
class RestartDialog : public QDialog {
    Q_OBJECT
  public:
    // `others`: how many more such logs wait for an answer.
    RestartDialog(const AmbiguousLog& log, std::size_t others, QWidget* parent);
    interop::logs::Restarts reading() const;  // automatic while none is chosen
    bool is_for_all() const;                  // the answer holds for the other logs too

  private:
    QWidget* build_buttons();

    std::vector<std::pair<interop::logs::Restarts, QRadioButton*>> choices_;
    QCheckBox* others_;
};

}  // namespace ablate::ui
