#pragma once
#include "core/plan/launch.h"
#include "core/run/queue.h"

#include <QObject>
#include <QStringList>
#include <memory>

namespace ablate::ui {

inline const QString kCancelled = "cancelled";  // what refused() says of a preparation that was given up

struct SeedsToAdd;

// Starts, orders, pauses and stops the runs of a workspace. What the runs do is read from their directories
// (Workspace); this only submits and asks. Preparing a study happens in a worker; training in threads of this process
// at a lower priority, or in child processes that outlive the window.
class RunControl : public QObject {
    Q_OBJECT
  public:
    enum class Mode { threads, processes };
    explicit RunControl(std::filesystem::path workspace, QObject* parent = nullptr);
    ~RunControl() override;  // pauses what trains in threads and waits for it; children train on

    void set_mode(Mode mode);                         // for runs that begin from now on
    void set_jobs(int jobs);                          // runs at once; 0: what the cores allow
    void set_program(std::filesystem::path program);  // the `ablate` of child processes; first the one beside this one
    Mode mode() const;
    int jobs() const;

    // Prepares and queues a study: preparing(), then started() or refused(). One at a time.
    void start_study(const StudyConfig& study, const study::PlanOptions& options = {});
    bool preparing_study() const;
    void cancel_preparation();

    // Each takes ids of runs and says through message() what it left alone, and why.
    void resume(const QStringList& ids);  // queued, paused, interrupted, stopped or failed ones go on
    void retry(const QStringList& ids);   // a failed run goes on from its last good checkpoint; one that ended begins
                                          // anew as another run of the same configuration and seed
    void add_seeds(const std::vector<SeedsToAdd>& wanted);  // new runs of configurations trained before
    void pause(const QStringList& ids);                     // a checkpoint, then it waits; also runs of other processes
    void stop(const QStringList& ids);                      // ends with the verdict "stopped"
    void move(const QString& id, int places);               // among what waits here; -1: earlier

    QStringList waiting() const;   // submitted here and not begun, in order
    QStringList training() const;  // begun here and not ended
    QStringList pausing() const;   // of these, asked to pause
    bool busy() const { return !training().isEmpty() || !waiting().isEmpty(); }

    // Before the window closes. pause: a checkpoint each, what waits stays queued. background: the same, then a child
    // process continues all of them (children that train already train on). left() once it is safe to go;
    // leave_failed() when no child could be started: the runs continue here.
    enum class Leave { pause, background };
    void leave(Leave how);
    bool leaving() const;

  Q_SIGNALS:
    void preparing(const QString& what, double share);  // 0 to 1; below 0: unknown
    void started(const QString& study, const QStringList& runs, const QStringList& notes);
    void refused(const QString& study, const QString& line);
    void queue_changed();
    void run_ended(const QString& id);  // of those trained here
    void message(const QString& line);
    void left();
    void leave_failed(const QString& line);

  private:
    struct Private;
    std::unique_ptr<Private> private_;
};

}  // namespace ablate::ui
