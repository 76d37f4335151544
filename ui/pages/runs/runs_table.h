#pragma once
#include "ui/pages/runs/runs_filter.h"
#include "ui/pages/runs/runs_model.h"

#include <QMenu>
#include <QTreeView>

namespace ablate::ui {

// The table of runs: its columns, which studies are folded, what is selected.
class RunsTable : public QTreeView {
    Q_OBJECT
  public:
    RunsTable(RunsModel& model, RunsFilter& filter, QWidget* parent = nullptr);

    // Of the selection, a heading standing for its runs that pass the filter; in the order shown, each once.
    QModelIndexList selected() const;  // of the model, column 0
    QStringList selected_ids() const;
    void select(const QStringList& ids);
    QMenu* columns_menu() { return &columns_menu_; }
    void show_grid_points(bool any);  // the column comes by itself, until somebody chooses columns

    QVariantMap save_state() const;
    void restore_state(const QVariantMap& state);

  Q_SIGNALS:
    void selection_changed();
    void opened(const QStringList& ids);  // double click or Return on a run

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const override;

  private:
    void build_header();
    void build_columns_menu();
    void fit_verdict();
    void unfold(const QModelIndex& parent, int first, int last);

    RunsModel& model_;
    RunsFilter& filter_;
    QMenu columns_menu_;
    QSet<QString> folded_;         // studies
    bool columns_chosen_ = false;  // by somebody
    bool verdict_sized_ = false;   // by somebody; else it takes the room that is left
    bool fitting_ = false;
};

}  // namespace ablate::ui
