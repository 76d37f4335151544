#pragma once
#include "ui/bridge/grid_extension.h"
#include "ui/pages/compare/compare_scene.h"

#include <QWidget>
#include <array>

class QComboBox;
class QLabel;
class QPushButton;
class QTableView;

namespace ablate::ui {

class CellsModel;
class GridCurveView;
class TrainPopup;

// The grid: a row for each variant, a column for each value of one key. A cell says the final value, the difference to
// the reference and what it comes to; the best value of a row is marked, and so is the edge of the grid.
class GridPanel : public QWidget {
    Q_OBJECT
  public:
    explicit GridPanel(QWidget* parent = nullptr);
    // `visible`: groups by configuration hash, of whose variants the rows are. `why_not`: why the grid cannot be
    // extended here, as a sentence. `jobs`: runs at once; 0: what the cores allow.
    void show_scene(const CompareScenePtr& scene, const QStringList& visible, const QString& why_not, int jobs);

  Q_SIGNALS:
    // To train every variant at one more value, with the seeds that the edge has.
    void extend(const GridExtension& extension, const std::vector<std::int64_t>& seeds);

  private:
    // What can be done beyond one edge of the grid.
    struct EdgeLine {
        study::GridTable::Edge edge = study::GridTable::Edge::none;
        QWidget* box = nullptr;
        QLabel* told = nullptr;
        QPushButton* extend = nullptr;
        TrainPopup* popup = nullptr;
        GridExtension extension;
        std::vector<std::int64_t> seeds;
        std::int64_t runs = 0;
        double seconds = 0, longest = 0;
        int at_once = 1;
    };
    void build_edge(EdgeLine& line, study::GridTable::Edge edge);
    void fill();
    void fill_table(const GridScene& grid);
    void fill_curves(const GridScene& grid);
    void fill_edge(EdgeLine& line, const GridScene& grid);
    void ask(EdgeLine& line);
    bool is_visible(const study::GridTable::Row& row) const;
    const GridScene* grid() const;  // of the key chosen; null without a grid

    CompareScenePtr scene_;
    QStringList visible_;
    QString why_not_;
    int jobs_ = 0;
    QComboBox* keys_;
    QLabel* told_;
    CellsModel* model_;
    QTableView* table_;
    GridCurveView* curves_;  // the final value over the values of the grid
    std::array<EdgeLine, 2> edges_;
    QString fitted_key_;
    int fitted_ = 0;  // columns that got a width
};

}  // namespace ablate::ui
