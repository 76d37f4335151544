#pragma once
#include "core/interop/logs/run_names.h"
#include "ui/forms/number_box.h"

#include <QDialog>
#include <QStringList>
#include <vector>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableWidget;

namespace ablate::ui {

// Which logs are imported, and what their runs are called: the study and the variant of all of them, and seeds that
// number them in natural order. What is left empty stays as each log says.
class LogImportDialog : public QDialog {
    Q_OBJECT
  public:
    struct Log {
        QString path;
        interop::logs::RunNames names;
    };
    // `studies`: those of the workspace, to choose from.
    LogImportDialog(const QStringList& paths, const QStringList& studies, QWidget* parent = nullptr);
    std::vector<Log> logs() const;  // in natural order of their paths

  private:
    QWidget* build_list();
    QWidget* build_names(const QStringList& studies);
    void add_more(bool folder);
    void add(const QStringList& paths);
    void remove_selected();
    void follow();  // the seeds shown, and whether all can be imported

    QStringList paths_;
    QTableWidget* list_ = nullptr;
    QComboBox* study_ = nullptr;
    QLineEdit* variant_ = nullptr;
    QCheckBox* numbered_ = nullptr;
    NumberBox<QSpinBox>* first_ = nullptr;
    QLabel* problem_ = nullptr;
    QPushButton *import_ = nullptr, *remove_ = nullptr;
};

}  // namespace ablate::ui
