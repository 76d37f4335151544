#pragma once
#include "core/run/run_store.h"

#include <QDialog>

class QLabel;
class QPushButton;
class QTreeWidget;

namespace ablate::ui {

class RunFiles;

// Deleted runs: to be restored, or deleted for good. Lists them when shown and after each change.
class TrashDialog : public QDialog {
    Q_OBJECT
  public:
    TrashDialog(RunFiles& files, QWidget* parent = nullptr);

  private:
    void show_runs(const std::vector<run::TrashedRun>& runs);
    QStringList selected() const;
    void enable_buttons();
    void restore_selected();
    void ask_to_empty();

    RunFiles& files_;
    std::vector<run::TrashedRun> runs_;
    QTreeWidget* table_;
    QLabel *total_, *refusal_;
    QPushButton *restore_, *empty_;
};

}  // namespace ablate::ui
