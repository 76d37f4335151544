#pragma once
#include "ui/bridge/workspace.h"

#include <QAbstractItemModel>
#include <QHash>
#include <QStringList>
#include <functional>

namespace ablate::ui {

// The runs of a workspace below the studies they belong to, and what cannot be read below a separate heading. Runs of
// a study's older settings (core/run/older_settings.h) are below another heading, which is the last row of the study.
// Updated in place: rows are appended, moved and removed, never reset; their order on screen is the filter's
// (RunsFilter).
class RunsModel : public QAbstractItemModel {
    Q_OBJECT
  public:
    enum Column {
        name,  // of a heading the study, of a run its variant
        grid_point,
        seed,
        place,  // in the queue of this window
        state,
        progress,
        step,
        remaining,
        rate,
        loss,
        verdict,
        tags,
        device,
        created,
        id,
        study_name,
        best_validation,
        last_validation,
        duration,
        host,
        device_name,
        column_count  // of those that are named; the options of a configuration follow (run_columns.h)
    };
    enum Role {
        id_role = Qt::UserRole + 1,  // a run's id, of a damaged one its folder's name; of a heading empty
        heading_role,                // whether the row is one
        damaged_role,                // whether it is a damaged run or their heading
        older_role,                  // whether it is a run of older settings or their heading
        status_role,                 // "running", "pausing", ..., "unreadable"; of a heading "running" or ""
        share_role,                  // of the steps, 0 to 1; invalid where there is no telling
        sort_role,                   // a number, text or nothing, by column
        newest_role,                 // of a heading: when its newest run was created
        color_role,                  // as Workspace::color_index; of runs alone
        study_role,
        alarm_role,  // whether the cell tells of a collapse or failure
        tags_role,   // QStringList
        short_role   // of the steps the same in fewer characters
    };

    explicit RunsModel(QObject* parent = nullptr);
    void set_runs(const RunListPtr& list, const std::function<int(const run::RunInfo&)>& color_index);
    void set_waiting(const QStringList& ids);  // in order
    void set_pausing(const QStringList& ids);  // asked to by this window, while they train

    const run::ListedRun* run(const QModelIndex& index) const;  // null for headings and damaged runs
    const run::ListedRun* run(const QString& id) const;
    const run::DamagedRun* damaged(const QModelIndex& index) const;  // null for what is sound
    QModelIndex index_of(const QString& id, int column = 0) const;
    // Of a heading the runs that it counts: those of older settings belong to their own heading, not to the study's.
    // Of a run itself.
    QStringList ids_below(const QModelIndex& index) const;
    QModelIndex older_heading(const QModelIndex& study) const;  // invalid where a study has no older settings
    int run_count() const;                                      // without damaged ones
    int older_count() const;                                    // of these, runs of older settings

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

  private:
    struct Row {
        QString id;
        std::size_t listed = 0;  // index into the list's runs, or its damaged ones
        int color = -1;
        int place = -1;  // among those that wait; -1: does not
        bool pausing = false;
        bool recolored = false;  // by the newest list
    };
    // The internal pointer of an index is the group whose heading is its parent; null: it has none.
    struct Group {
        QString study;
        bool damaged = false;
        int position = 0;  // in groups_
        double newest = 0;
        bool stale = false;  // its heading is to be told of
        std::vector<Row> rows;
        Group* above = nullptr;        // of older settings: the group of their study
        std::unique_ptr<Group> older;  // its heading follows `rows`; null where there are no older settings
    };
    struct Sought {
        QString study, id;
        bool damaged, older;
        std::size_t listed;
        bool same;  // as before
    };

    template <class Change>
    void change_rows(Change change);
    std::vector<Group*> all_groups() const;  // those of older settings as well
    std::vector<Sought> sought(const RunListPtr& list) const;
    void remove_absent(const std::vector<Sought>& wanted);
    void move_older(const std::vector<Sought>& wanted);
    void move_rows(Group& from, Group& to, const std::function<bool(const Row&)>& goes);
    void append_new(const std::vector<Sought>& wanted);
    void remove_empty();
    Group& group_of(const QString& study, bool damaged);
    Group& older_of(Group& study);
    const Group* headed_by(const QModelIndex& index) const;  // null for runs
    const Row* row_at(const QModelIndex& index) const;       // null for headings
    QModelIndex heading(const Group& group, int column = 0) const;
    void tell_changes(const std::vector<Sought>& wanted);
    const run::ListedRun& listed(const Row& row) const { return list_->runs[row.listed]; }

    struct Tally {
        int ended = 0, collapsed = 0, failed = 0, running = 0;
        double share = 0;  // of all steps; what collapsed has no more to do
    };
    Tally tally_of(const Group& group) const;
    QVariant heading_data(const Group& group, int column, int role) const;
    QVariant run_data(const Group& group, const Row& row, int column, int role) const;
    QVariant damaged_data(const Row& row, int column, int role) const;
    QVariant run_value(const Row& row, int column) const;
    QString run_text(const Row& row, int column) const;
    QString full_text(const Row& row, int column) const;

    RunListPtr list_;
    std::vector<std::unique_ptr<Group>> groups_;
    QHash<QString, int> waiting_;  // id to place
    QStringList pausing_;
};

}  // namespace ablate::ui
