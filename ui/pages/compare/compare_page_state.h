#pragma once
#include "ui/bridge/comparer.h"
#include "ui/bridge/run_control.h"
#include "ui/bridge/study_document.h"
#include "ui/pages/compare/compare_model.h"
#include "ui/pages/compare/compare_page.h"
#include "ui/pages/compare/compare_scene.h"
#include "ui/pages/compare/config_panel.h"
#include "ui/pages/compare/curves_panel.h"
#include "ui/pages/compare/grid_panel.h"
#include "ui/pages/compare/pairs_panel.h"
#include "ui/pages/compare/prompts_panel.h"
#include "ui/pages/compare/verdict_bar.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/pinned_row.h"
#include "ui/widgets/study_choice.h"

#include <QPointer>
#include <QTimer>

class QLabel;
class QLineEdit;
class QMenu;
class QPlainTextEdit;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QTabWidget;
class QTreeView;

// What the page is made of. compare_page.cpp builds and fills it, compare_page_actions.cpp queues runs and adds
// studies.
namespace ablate::ui {

struct ComparePage::State {
    explicit State(ComparePage* page);
    QWidget* build_toolbar();
    QWidget* build_table();
    QWidget* build_tabs();
    void build_columns_menu();

    void take_subject();
    void take_comparison();
    void derive_soon();
    void derive();
    void show_scene();
    void fill_references();
    void fit_columns();
    void show_state();  // the page, or what is missing
    void fill_studies_menu();
    void add_study(const QString& name);
    QString why_nothing_is_trained() const;  // a sentence; "" where runs can be queued from here
    int jobs() const { return control ? control->jobs() : 0; }
    void add_seeds(const study::MoreSeeds& more);
    void extend_grid(const GridExtension& extension, const std::vector<std::int64_t>& seeds);
    void train_once_saved(const StudyConfig& trained, const std::function<void(const StudyConfig&)>& start);
    QStringList visible_groups() const;
    std::function<int(std::size_t)> color_of() const;
    void set_column_shown(int column, bool shown);

    ComparePage* page;
    QPointer<Workspace> workspace;
    QPointer<StudyDocument> document;
    QPointer<RunControl> control;
    Comparer comparer;
    Latest deriving, extending;
    QTimer derive_timer;
    CompareScenePtr scene;
    ComparisonPtr derived;  // what the newest scene asked for shows, and with which choices
    CompareChoices choices;
    QString deriving_error;
    Reference reference;
    bool fitted = false;  // columns got a width once; then they are the user's

    CompareModel model;
    CompareProxy proxy;
    QStackedWidget* stack = nullptr;
    EmptyState* empty = nullptr;
    QLabel* failed = nullptr;
    StudyChoice* study = nullptr;
    QComboBox* references = nullptr;
    QComboBox* points = nullptr;
    QString points_choice;  // kEqualPoints or kBestPoints; "" until somebody chooses
    VerdictBar* answer = nullptr;
    QPushButton* add_runs = nullptr;
    QMenu* studies_menu = nullptr;
    QLineEdit* filter = nullptr;
    QPushButton* columns = nullptr;
    QMenu* columns_menu = nullptr;
    QPushButton* report = nullptr;
    QSplitter* split = nullptr;
    QTreeView* table = nullptr;
    PinnedRow* pinned = nullptr;  // the group that stands out in the curves
    QTabWidget* tabs = nullptr;
    CurvesPanel* curves = nullptr;
    GridPanel* grid = nullptr;
    PairsPanel* pairs = nullptr;
    ConfigPanel* config = nullptr;
    PromptsPanel* prompts = nullptr;
    QPlainTextEdit* notes = nullptr;
};

}  // namespace ablate::ui
