#pragma once
#include "ui/pages/live/live_run_model.h"
#include "ui/widgets/pinned_row.h"

#include <QWidget>

class QAction;
class QLabel;
class QLineEdit;
class QListView;

namespace ablate::ui {

// The list of runs beside Live's charts: a filter, which runs are drawn, solo and pinned ones, and the run that is
// picked to stand out in the charts.
class RunListPanel : public QWidget {
    Q_OBJECT
  public:
    // `scope`: where Esc lets the picked run go.
    RunListPanel(LiveRunModel* model, QWidget* scope);
    QString picked() const { return picked_->key(); }  // "" for none
    void pick(const QString& id) { picked_->pin(id); }
    void while_replacing(const std::function<void()>& change) { picked_->while_replacing(change); }
    void clear_filter();
    void show_state();  // the list, or why there is nothing in it

  Q_SIGNALS:
    void pointed_at(const QString& id);  // the run under the pointer; "" when it leaves
    void picked_changed(const QString& id);
    void none_wanted();  // no run shall be drawn, expected ones included
    void solo_wanted(const QString& id, bool solo);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    class Filter;
    QWidget* build_bar();
    QWidget* build_actions();
    void build_list();
    void choose_listed();
    void show_actions();

    LiveRunModel* model_;
    Filter* filtered_;
    QListView* list_ = nullptr;
    PinnedRow* picked_ = nullptr;
    QLineEdit* search_ = nullptr;
    QAction *solo_ = nullptr, *pin_ = nullptr;
    QLabel *empty_ = nullptr, *none_found_ = nullptr;
};

inline constexpr auto kNoRuns = "No runs yet. Start a study, or train one from a terminal: ablate run quick";

}  // namespace ablate::ui
