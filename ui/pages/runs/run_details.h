#pragma once
#include "core/run/kept_checkpoints.h"
#include "core/run/metrics.h"
#include "core/run/run_store.h"
#include "ui/bridge/latest.h"

#include <QTabWidget>
#include <optional>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QTableWidget;

namespace ablate::ui {

// One run in full, a tab for each: the summary that it is given, the configuration, the log, the events, the
// checkpoints with what can be done with one, and why it collapsed. Files are read in a thread, for the tab that is
// shown.
class RunDetails : public QTabWidget {
    Q_OBJECT
  public:
    enum Tab { summary, configuration, log, events, checkpoints, collapse };
    RunDetails(QWidget* summary, QWidget* collapse, QWidget* parent);
    void show_run(const run::ListedRun& run);
    // A run that collapsed shows why instead of its summary, until another tab is chosen.
    void show_collapse(bool shown);
    void clear();  // several runs, or none that can be read: the summary alone

  Q_SIGNALS:
    void fold_checkpoint(const QString& id, qint64 step);  // with FlashNorm

  private:
    struct Files {
        QString log;
        std::vector<train::Event> events;
        QStringList problems;
        std::vector<run::KeptCheckpoint> kept;
    };
    QTableWidget* build_table(const QString& name, const QStringList& titles, const QList<int>& numbers);
    QWidget* build_checkpoints();
    void show_configuration();
    void read();  // what the tab that is shown needs
    void show_files(const Files& files);
    void show_events(const Files& files);
    void show_checkpoints(const Files& files);
    void offer_actions();
    const run::KeptCheckpoint* chosen() const;
    void open_dialog(int kind);

    std::optional<run::ListedRun> run_;
    std::vector<run::KeptCheckpoint> kept_;
    bool configuration_stale_ = true, files_stale_ = true;
    QTableWidget *options_ = nullptr, *events_ = nullptr, *checkpoints_ = nullptr;
    QPlainTextEdit* log_ = nullptr;
    QLabel* told_ = nullptr;
    QPushButton *generate_ = nullptr, *score_ = nullptr, *export_ = nullptr, *fold_ = nullptr;
    std::shared_ptr<std::unique_ptr<run::RunMetrics>> metrics_;  // of the reader's thread
    Latest reader_{this};
};

}  // namespace ablate::ui
