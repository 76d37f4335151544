#pragma once
#include "ui/pages/compare/compare_scene.h"

#include <QWidget>

class QLabel;
class QTableView;

namespace ablate::ui {

class CellsModel;

// All pairs: the variant of the row minus that of the column, with the interval and what it comes to.
class PairsPanel : public QWidget {
    Q_OBJECT
  public:
    explicit PairsPanel(QWidget* parent = nullptr);
    void show_scene(const CompareScenePtr& scene, const QStringList& visible);  // groups, by configuration hash

  private:
    CellsModel* model_;
    QTableView* table_;
    QLabel* told_;
    int fitted_ = 0;  // columns that got a width
};

}  // namespace ablate::ui
