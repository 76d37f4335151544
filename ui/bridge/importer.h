#pragma once
#include "core/interop/hf/import_model.h"
#include "core/interop/logs/logs.h"
#include "core/interop/logs/run_names.h"
#include "ui/bridge/worker.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <atomic>
#include <memory>
#include <vector>

namespace ablate::ui {

// What a workspace can take in.
enum class ImportKind { model, run, log, norm_ablation };

// What came of it.
struct Imported {
    ImportKind kind = ImportKind::run;
    std::filesystem::path workspace;
    QString told;       // one line: what it is, or that it is there already
    QStringList notes;  // lines for people
    QStringList runs;   // ids, also of those that were there already
    int new_runs = 0;
    StudyConfig norms;  // of a model: the study of its norms
};

// A log that was not imported: somebody has to say what a step that comes again in it means.
struct AmbiguousLog {
    QString path;
    std::filesystem::path workspace;
    QString problem;                                // one line
    std::vector<interop::logs::Restarts> readings;  // one of them is to be chosen
    interop::logs::RunNames names = {};             // as it was asked for
};

// Imports what is stored elsewhere, one thing after the other in its own thread, so that nothing asked for is lost.
class Importer : public QObject {
    Q_OBJECT
  public:
    explicit Importer(QObject* parent = nullptr);
    ~Importer() override;  // gives up what is under way

    // Of a log: `restarts` is how it is to be read, `names` what its runs are called.
    void import(ImportKind kind, const QString& path, const std::filesystem::path& workspace,
                interop::logs::Restarts restarts = interop::logs::Restarts::automatic,
                const interop::logs::RunNames& names = {});
    void cancel();  // what waits and what is read; runs that are being written still arrive
    bool busy() const { return left_ > 0; }

  Q_SIGNALS:
    void progress(const QString& what, double share);  // in [0, 1]; below 0: nobody knows
    void imported(const ablate::ui::Imported& imported);
    void failed(const QString& line);
    void ambiguous(const ablate::ui::AmbiguousLog& log);
    void finished();  // busy() no more

  private:
    class Wanted;
    void end();

    int left_ = 0;  // asked for and not answered
    std::shared_ptr<std::atomic<std::uint64_t>> cancelled_ = std::make_shared<std::atomic<std::uint64_t>>(0);
    Worker worker_;
};

// Its file in the workspace, written unless a study of that name is there. Writes the disk: for a worker.
std::filesystem::path study_file(const StudyConfig& study, const std::filesystem::path& workspace);

}  // namespace ablate::ui

Q_DECLARE_METATYPE(ablate::ui::Imported)
Q_DECLARE_METATYPE(ablate::ui::AmbiguousLog)
