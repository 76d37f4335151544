#pragma once
#include "ui/bridge/study_document.h"
#include "ui/pages/study/marks.h"
#include "ui/pages/study/step_zero_check.h"

#include <QAbstractTableModel>
#include <QLabel>
#include <QPointer>
#include <QProgressBar>
#include <QPushButton>
#include <QTableView>

namespace ablate::ui {

// Step 0 of each point: its loss beside ln V, its gradient norm, and whether it computes anything else than the
// baseline.
class StepZeroModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { point, loss, above, grad_norm, remark, column_count };
    static constexpr int mark = Qt::UserRole + 1;
    using QAbstractTableModel::QAbstractTableModel;
    void take(StepZeroResults results);
    int objections() const;  // points that call for a look

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    StepZeroResults results_;
};

class StepZeroPanel : public QWidget {
    Q_OBJECT
  public:
    explicit StepZeroPanel(QWidget* parent = nullptr);
    void set_document(StudyDocument* document, const std::filesystem::path& workspace);

  Q_SIGNALS:
    void judged(int objections);  // points that call for a look; 0 while nothing is known

  private:
    void check();
    void show_state();
    void take(const StepZeroResults& results);

    QPointer<StudyDocument> document_;
    std::filesystem::path workspace_;
    StepZeroCheck check_;
    StepZeroModel model_;
    Json checking_, checked_;  // the study of the check under way; of the results
    QPushButton *button_, *cancel_;
    QProgressBar* bar_;
    QTableView* table_;
    QLabel *explanation_, *told_;
};

}  // namespace ablate::ui
