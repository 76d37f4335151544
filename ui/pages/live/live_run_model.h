#pragma once
#include "ui/bridge/workspace.h"

#include <QAbstractListModel>
#include <QColor>
#include <functional>
#include <string>
#include <unordered_set>

namespace ablate::ui {

// The runs to choose from in Live: newest study first, within it by creation. Runs of a study's older settings
// (core/run/older_settings.h) follow its other runs. Updated in place.
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
        search_text
    };

    using QAbstractListModel::QAbstractListModel;
    // `color_index` as Workspace::color_index.
    void set_runs(const RunListPtr& list, const std::function<int(const run::RunInfo&)>& color_index);
    void set_curves(const QString& id, const RunCurvesPtr& curves);  // last value and sparkline, of the training loss
    void choose(const QStringList& ids);
    QStringList chosen() const;
    const run::ListedRun* run(const QString& id) const;  // null when it is not listed
    QStringList newest_study() const;                    // ids of its runs, without older settings
    int row_of(const QString& id) const;                 // -1

    // What a run is called beside the others chosen: "no-norm", with its grid point, its seed and older settings where
    // those tell runs apart.
    QString name(const QString& id) const;
    static QColor color_of(int index);
    static Qt::PenStyle dash_of(int index, std::int64_t seed);

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
        bool older = false;  // settings
        bool chosen = false;
        double last = 0;
        bool has_last = false;
        QVariantList sparkline;
    };
    std::vector<QString> wanted_order(const std::unordered_set<std::string>& older) const;
    void place(std::size_t position, const QString& id, std::size_t listed);
    const run::ListedRun& listed(const Row& row) const { return list_->runs[row.listed]; }

    RunListPtr list_;
    std::vector<Row> rows_;
};

}  // namespace ablate::ui
