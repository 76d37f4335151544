#pragma once
#include "ui/pages/compare/compare_scene.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QTableView;

namespace ablate::ui {

class CellsModel;

// Only the options in which the variants differ, one row each; those nobody wants to see can be ignored.
class ConfigPanel : public QWidget {
    Q_OBJECT
  public:
    explicit ConfigPanel(QWidget* parent = nullptr);
    void show_scene(const CompareScenePtr& scene, const QStringList& visible);  // groups, by configuration hash
    QVariantMap save_state() const;
    void restore_state(const QVariantMap& state);

  private:
    void fill();
    void ignore_selected();
    void show_ignored();

    CompareScenePtr scene_;
    QStringList visible_, ignored_;  // keys of options
    int fitted_ = 0;                 // columns that got a width
    CellsModel* model_;
    QTableView* table_;
    QLabel* told_;
    QPushButton* ignore_;
    QPushButton* show_all_;
};

}  // namespace ablate::ui
