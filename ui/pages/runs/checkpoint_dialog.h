#pragma once
#include "core/run/run_store.h"
#include "ui/bridge/checkpoint_work.h"
#include "ui/forms/number_box.h"

#include <QDialog>

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;

namespace ablate::ui {

// Asks for what a checkpoint is to do, does it in a thread, and shows what came of it. Closing it gives up: it is
// hidden then, and goes once the work has ended.
class CheckpointDialog : public QDialog {
    Q_OBJECT
  public:
    enum Kind { generate, score, export_hf };
    CheckpointDialog(Kind kind, const run::ListedRun& run, std::int64_t step, QWidget* parent = nullptr);
    void reject() override;

  private:
    void add_fields(QFormLayout& form);
    void add_number(QFormLayout& form, const QString& name, QWidget* box, const NumberRefusal& refusal);
    void add_path(QFormLayout& form, const QString& name, const QString& path, bool folder);
    void choose_path(bool folder);
    void start();
    void answer(const QString& line, const char* role);
    void set_running(bool running);
    void follow_fields();  // whether there is something to do

    Kind kind_;
    CheckpointOf checkpoint_;
    QPlainTextEdit *words_ = nullptr, *result_ = nullptr;
    NumberBox<QSpinBox>*tokens_ = nullptr, *seed_ = nullptr;
    NumberBox<QDoubleSpinBox>* temperature_ = nullptr;
    QLineEdit* path_ = nullptr;
    QComboBox* dtype_ = nullptr;
    QProgressBar* bar_ = nullptr;
    QLabel* told_ = nullptr;
    QPushButton *start_ = nullptr, *close_ = nullptr;
    CheckpointWork work_;  // last: it ends first
};

}  // namespace ablate::ui
