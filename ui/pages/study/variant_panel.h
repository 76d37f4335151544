#pragma once
#include "core/config/variant_names.h"
#include "ui/bridge/latest.h"
#include "ui/bridge/study_document.h"
#include "ui/pages/study/table_cells.h"
#include "ui/pages/study/variant_changes.h"
#include "ui/pages/study/variant_model.h"

#include <QAction>
#include <QLabel>
#include <QMenu>
#include <QTableView>

class QPushButton;

namespace ablate::ui {

// The table of variants with what adds, copies and removes them. The row that is current is the one the page shows.
class VariantPanel : public QWidget {
    Q_OBJECT
  public:
    explicit VariantPanel(QWidget* parent = nullptr);
    void set_document(StudyDocument* document);
    const QString& shown() const { return shown_; }  // also one that `combine` made, which the document does not know
    bool focus_entry(const QString& entry);          // false: not its field
    void choose(const QString& name);                // as by a click; nothing for a name that the table lacks
    VariantModel& model() { return model_; }

  Q_SIGNALS:
    void variant_chosen(const QString& name);

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void build_actions();
    QAction* add_action(const QString& text, const QKeySequence& key, void (VariantPanel::*slot)());
    void build_menu();  // as it opens: it depends on the baseline
    void offer(QMenu* menu, const std::vector<OfferedGroup>& groups);
    void add(const VariantConfig& variant);
    void add_empty();
    void duplicate();
    void remove();
    void move_up() { move(-1); }
    void move_down() { move(1); }
    void move(int by);
    void lay_out();
    void take_name(const QString& variant, const QString& line);
    void study_changed();
    void follow_document();
    void current_changed();  // by the user
    void take_current();
    bool own_is_current() const;

    QPointer<StudyDocument> document_;
    VariantModel model_;
    QString shown_ = kBaseline;
    std::vector<OfferedGroup> presets_;
    QTableView* table_;
    StackedCell *names_, *parameters_;
    QLabel *told_, *hint_;
    QMenu* menu_;
    QPushButton* add_button_;
    QAction *up_ = nullptr, *down_ = nullptr, *duplicate_ = nullptr, *remove_ = nullptr;
    bool moving_ = false;  // the current row, by what the document does
    int name_width_ = 0;   // px, of the wide table
    Latest reader_{this};  // of the presets
};

}  // namespace ablate::ui
