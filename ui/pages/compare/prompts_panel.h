#pragma once
#include "ui/pages/compare/compare_scene.h"
#include "ui/pages/compare/prompt_maker.h"
#include "ui/pages/compare/prompt_model.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QTableView;

namespace ablate::ui {

class SamplingForm;

// The same prompts continued by every variant, at its newest checkpoint or at all that are kept; the texts appear as
// they are made.
class PromptsPanel : public QWidget {
    Q_OBJECT
  public:
    explicit PromptsPanel(QWidget* parent = nullptr);
    void show_scene(const CompareScenePtr& scene, const QStringList& visible);  // groups, by configuration hash
    QVariantMap save_state() const;
    void restore_state(const QVariantMap& state);

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    QWidget* build_toolbar();
    void build_table();
    void connect_maker();
    void generate_or_stop();
    void show_busy();
    void show_problem();
    void tell(const QString& line, const char* role = "muted");
    void tell_how();
    void place_columns();
    void write_markdown();
    QString markdown() const;

    PromptMaker maker_;
    PromptModel model_;
    std::vector<PromptRequest::Model> models_;  // those that can continue a text
    QString how_;                               // the texts shown were made, in words
    SamplingForm* sampling_;
    QPushButton *sampling_button_, *generate_, *copy_, *write_;
    QComboBox* checkpoints_;
    QLabel* told_;
    QTableView* table_;
    Latest writer_{this};
};

}  // namespace ablate::ui
