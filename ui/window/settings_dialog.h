#pragma once
#include <QDialog>

class QSpinBox;

namespace ablate::ui {

class RunControl;
template <class Box>
class NumberBox;

// Theme, where and how many runs train, notifications. What is chosen holds at once.
class SettingsDialog : public QDialog {
    Q_OBJECT
  public:
    explicit SettingsDialog(RunControl* control, QWidget* parent = nullptr);

  private:
    QWidget* build_theme();
    QWidget* build_mode();
    QWidget* build_jobs();
    QWidget* build_notify();
    RunControl* control_;
    NumberBox<QSpinBox>* jobs_ = nullptr;
};

// What is remembered, applied.
void apply_theme(const QString& theme);  // system | light | dark
void apply_run_settings(RunControl& control);

}  // namespace ablate::ui
