#pragma once
#include "core/run/run_store.h"
#include "ui/bridge/worker.h"

#include <QObject>
#include <QStringList>
#include <functional>

namespace ablate::ui {

// What the runs page changes on disk, in its own thread and in the order it was asked; its end waits until all is
// written.
class RunFiles : public QObject {
    Q_OBJECT
  public:
    explicit RunFiles(std::filesystem::path workspace, QObject* parent = nullptr);

    void edit_notes(const QStringList& ids, const run::NotesEdit& edit);
    void move_to_trash(const QStringList& ids);
    void restore(const QStringList& names);  // by their names in the trash
    void list_trash();
    void delete_from_trash(const QStringList& names);

  Q_SIGNALS:
    void changed();  // something on disk is another
    void notes_written(const QStringList& ids);
    void notes_refused(const QStringList& ids, const QString& line);
    void trashed(const QStringList& names);  // what restore() takes back
    void trash_listed(const std::vector<run::TrashedRun>& runs);
    void refused(const QString& line);  // what was left alone and why

  private:
    // `act` for each of the words, in the thread; then here `then` with what it returned and, in one line, what it
    // threw.
    void for_each(const QStringList& words, std::function<std::string(const std::string&)> act,
                  std::function<void(const QStringList& done, const QString& refusal)> then);
    void tell_trash(const QString& refusal);

    run::RunStore store_;
    Worker worker_;  // last: it ends before what it works on
};

}  // namespace ablate::ui
