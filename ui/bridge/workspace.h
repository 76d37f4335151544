#pragma once
#include "core/plot/palette.h"
#include "ui/bridge/curves.h"

#include <QObject>
#include <QStringList>
#include <QThread>
#include <filesystem>
#include <memory>

namespace ablate::ui {

// A workspace as the window sees it. Its own thread reads run directories and sends values; the window never reads
// a disk itself.
class Workspace : public QObject {
    Q_OBJECT
  public:
    explicit Workspace(std::filesystem::path folder, QObject* parent = nullptr);
    ~Workspace() override;  // stops and joins the reader

    const std::filesystem::path& folder() const { return folder_; }
    RunListPtr runs() const { return runs_; }      // the latest list; never null
    bool has_read() const { return has_read_; }    // runs() was read; runs_changed() tells of an empty list as well
    RunCurvesPtr curves(const QString& id) const;  // of a followed run; null until read
    void follow(const QStringList& ids);           // whose metrics are read and kept fresh
    void refresh();                                // reads now instead of at the next tick
    // The index of plot::run_color that a run has in every view and in the report.
    int color_index(const run::RunInfo& info) const;

  Q_SIGNALS:
    void runs_changed();  // the list, a state or a verdict
    void curves_changed(const QString& id);
    void run_collapsed(const QString& id);   // once, when a verdict turns to collapsed while the window looks
    void study_ended(const QString& study);  // all runs of its present settings

  private:
    class Reader;
    void take_runs(RunListPtr runs, plot::VariantColors colors);
    void take_curves(const std::vector<RunCurvesPtr>& fresh);

    std::filesystem::path folder_;
    std::unique_ptr<QThread> thread_;
    Reader* reader_;  // lives in the thread, which deletes it
    RunListPtr runs_;
    bool has_read_ = false;
    QStringList followed_;
    std::map<QString, RunCurvesPtr> curves_;
    plot::VariantColors colors_;
};

}  // namespace ablate::ui
