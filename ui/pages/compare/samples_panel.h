#pragma once
#include "ui/pages/compare/compare_scene.h"
#include "ui/pages/compare/sample_maker.h"

#include <QWidget>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTableView;

namespace ablate::ui {

class CellsModel;

// The same prompt continued by every variant, at its newest checkpoint or at all that are kept.
class SamplesPanel : public QWidget {
    Q_OBJECT
  public:
    explicit SamplesPanel(QWidget* parent = nullptr);
    void show_scene(const CompareScenePtr& scene, const QStringList& visible);  // groups, by configuration hash
    QVariantMap save_state() const;
    void restore_state(const QVariantMap& state);

  private:
    struct Sample {
        QString text;
        enum class State { none, waiting, making, made, failed } state = State::none;
    };
    QWidget* build_toolbar();
    void generate();
    void set_busy(bool busy);
    void set_sample(const QString& run, std::int64_t step, const QString& text, Sample::State state);
    void fill();

    struct Row {
        QString run, name;
        std::filesystem::path folder;
    };
    std::vector<Row> rows_;
    std::vector<std::int64_t> steps_;                             // columns; -1: the newest checkpoint
    std::map<std::pair<QString, std::int64_t>, Sample> samples_;  // by run and step
    SampleMaker maker_;

    QLineEdit* prompt_;
    QSpinBox* length_;
    QDoubleSpinBox* temperature_;
    QComboBox* checkpoints_;
    QPushButton* generate_;
    QLabel* told_;
    CellsModel* model_;
    QTableView* table_;
};

}  // namespace ablate::ui
