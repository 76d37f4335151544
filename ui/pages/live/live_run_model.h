#pragma once
#include "ui/bridge/workspace.h"

#include <QAbstractListModel>
#include <QColor>
#include <QHash>
#include <functional>
#include <map>
#include <string>
#include <unordered_set>

namespace ablate::ui {

// A key of the grid of the runs drawn, "lr", and its values by size, each with the place by which its lightness goes.
struct GridKey {
    struct Value {
        QString text;
        int grid_index = 0, grid_count = 0;
    };
    QString key;
    std::vector<Value> values;
};

// The runs to choose from in Live: newest study first, within it by creation. Runs of a study's older settings
// (core/run/older_settings.h) follow its other runs. Pinned runs come before all others. Updated in place.
class LiveRunModel : public QAbstractListModel {
    Q_OBJECT
  public:
    // CheckStateRole says whether a run is drawn.
    enum Role {
        id = Qt::UserRole + 1,
        color,
        dash,
        detail,  // "quick · 1,200 of 2,000", of which
        study,   // "quick", "older settings of quick"
        steps,
        percent,  // says the same shorter
        value,
        full_value,
        status,
        cause,
        sparkline,
        search_text,
        flag_lines,  // what happened to the run, "1  loss is NaN at step 23", a line for each mark in the charts
        pinned,
        solo
    };

    using QAbstractListModel::QAbstractListModel;
    // `color_index` as Workspace::color_index.
    void set_runs(const RunListPtr& list, const std::function<int(const run::RunInfo&)>& color_index);
    void set_curves(const QString& id, const RunCurvesPtr& curves);  // last value and sparkline, of the training loss
    void choose(const QStringList& ids);
    QStringList chosen() const;
    // Pinned runs stay on top, pass every filter, and are drawn whatever is chosen. While runs are solo, they and the
    // pinned ones alone are drawn. An id that is not listed is kept until it is.
    void pin(const QStringList& ids);
    const QStringList& pinned_runs() const { return pinned_; }
    void set_solo(const QStringList& ids);
    const QStringList& solo_runs() const { return solo_; }
    QStringList drawn() const;
    QStringList followed() const;                                 // chosen, pinned or solo
    void set_flags(const std::map<QString, QStringList>& flags);  // by id
    const run::ListedRun* run(const QString& id) const;           // null when it is not listed
    QStringList newest_study() const;                             // ids of its runs, without older settings
    int row_of(const QString& id) const;                          // -1

    // What a run is called beside the others drawn: "no-norm", with its grid values, its seed and older settings where
    // those tell runs apart. Two variants with one label have their names appended.
    QString name(const QString& id) const;
    QString group_name(
        const QString& id) const;  // the same without the seed: of the mean over the seeds of its variant
    // Color by variant, lightness by the place among the grid points of its study, dash by that among its seeds.
    QColor color_of(const QString& id) const;
    Qt::PenStyle dash_of(const QString& id) const;
    std::vector<GridKey> drawn_grid() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

  Q_SIGNALS:
    void chosen_changed();

  private:
    struct Row {
        QString id;
        std::size_t listed = 0;  // index into list_->runs
        int color = -1;
        int grid_index = 0, grid_count = 0;  // among the grid points of its study
        int seed_index = 0;                  // among the seeds of its study
        bool older = false;                  // settings
        QString label;                       // of its variant, told apart from others
        QString title;                       // "No norm, lr 0.01, seed 2"
        bool chosen = false;
        double last = 0;
        bool has_last = false;
        QVariantList sparkline;
    };
    std::vector<QString> wanted_order(const std::unordered_set<std::string>& older) const;
    void place(std::size_t position, const QString& id, std::size_t listed);
    void place_in_studies();
    void put_in_order();
    struct Name {
        QString group, seed;
    };
    const std::map<QString, Name>& names() const;
    QColor color_of(const Row& row) const;
    const run::ListedRun& listed(const Row& row) const { return list_->runs[row.listed]; }

    RunListPtr list_;
    std::unordered_set<std::string> older_;
    std::vector<Row> rows_;
    mutable QHash<QString, int> row_by_id_;  // empty until asked for
    QStringList pinned_, solo_;
    std::map<QString, QStringList> flags_;
    mutable std::map<QString, Name> names_;  // empty until asked for
};

}  // namespace ablate::ui
