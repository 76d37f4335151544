#pragma once
#include "ui/pages/runs/runs_filter.h"
#include "ui/pages/runs/runs_model.h"

#include <QElapsedTimer>
#include <QMenu>
#include <QSet>
#include <QTimer>
#include <QTreeView>

namespace ablate::ui {

// The table of runs: its columns, which headings are folded, what is selected.
class RunsTable : public QTreeView {
    Q_OBJECT
  public:
    RunsTable(RunsModel& model, RunsFilter& filter, QWidget* parent = nullptr);

    // Of the selection, in the order shown, each once. A heading stands for the runs that it counts and that pass the
    // filter: a study for those of its present settings.
    QModelIndexList selected() const;  // of the model, column 0
    QStringList selected_ids() const;
    void select(const QStringList& ids);
    QMenu* columns_menu() { return &columns_menu_; }
    QAction* copy_action() const { return copy_; }
    void show_grid_points(bool any);  // the column comes by itself, until somebody chooses columns
    // Changes the model while the rows in view stay where they are. `mark_new`: runs that come stand out for a moment.
    void change_in_place(const std::function<void()>& change, bool mark_new);
    bool stands_out(const QString& id) const { return new_.contains(id); }

    // What belongs to a workspace: the columns and their widths, the order, and which headings are folded.
    QVariantMap save_view() const;
    void restore_view(const QVariantMap& view);

  Q_SIGNALS:
    void selection_changed();
    void opened(const QStringList& ids);  // double click or Return on a run
    void columns_reset();                 // to those shown at first

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const override;
    void drawRow(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  private:
    void build_header();
    void build_columns_menu();
    void show_column(int column, bool shown);
    void show_columns_at_first();
    QVariantMap save_columns() const;
    void restore_columns(const QVariantMap& columns);
    void fit_columns();
    void unfold(const QModelIndex& parent, int first, int last);
    bool wants_open(const QModelIndex& heading) const;
    void restore_heading(const QModelIndex& heading);  // and those below it, as somebody left them
    void restore_headings();
    void remember(const QModelIndex& heading, bool open);
    void add_selected(const QModelIndex& heading, QModelIndexList& runs) const;
    void mark(const QModelIndex& parent, int first, int last);
    void fade();
    bool animated() const;

    RunsModel& model_;
    RunsFilter& filter_;
    QMenu columns_menu_;
    QAction* copy_ = nullptr;
    QSet<QString> folded_;         // studies
    QSet<QString> opened_;         // studies whose older settings somebody opened
    QSet<QString> hidden_;         // studies whose older settings somebody folded while a query shows them
    bool restoring_ = false;       // headings fold and unfold, and nobody did it
    bool columns_chosen_ = false;  // by somebody
    QSet<int> sized_;              // columns that somebody gave a width
    bool fitting_ = false;
    bool marking_ = false;
    QHash<QString, QElapsedTimer> new_;  // runs that stand out, since when
    QTimer fade_timer_;
};

}  // namespace ablate::ui
