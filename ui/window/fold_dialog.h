#pragma once
#include "ui/bridge/folding.h"

#include <QDialog>

class QAbstractButton;
class QCheckBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QRadioButton;

namespace ablate::ui {

// Asks where a model is folded to and how, folds it, and says what came of it. Closing it gives up: it is hidden then,
// and goes once the work has ended.
class FoldDialog : public QDialog {
    Q_OBJECT
  public:
    explicit FoldDialog(const FoldRequest& what, QWidget* parent = nullptr);
    void reject() override;

  protected:
    void closeEvent(QCloseEvent* event) override;

  private:
    void connect_folding();
    void answer(const QString& line, const char* role, const QString& details = {});
    QWidget* build_target();
    QWidget* build_form();
    QWidget* build_state();
    void choose_target();
    void start();
    void set_running(bool running);
    void tell(const QString& line, const char* role, const QString& details = {});

    FoldRequest request_;
    QLineEdit* target_ = nullptr;
    QPushButton* choose_ = nullptr;
    QRadioButton *compatible_ = nullptr, *strict_ = nullptr;
    QCheckBox* verify_ = nullptr;
    QProgressBar* bar_ = nullptr;
    QLabel *told_ = nullptr, *details_ = nullptr;
    QPushButton *fold_ = nullptr, *close_ = nullptr;
    Folding folding_;
};

}  // namespace ablate::ui
