#include "ui/pages/runs/run_actions.h"

#include "core/run/known_keys.h"
#include "ui/bridge/run_status.h"

namespace ablate::ui {

using run::Status;

namespace {

QString why_not_resume(const RunSituation& at) {
    if (run::is_imported_log(at.run->info)) return "It is an imported log: it cannot be trained";
    if (at.place >= 0) return "It waits in the queue already";
    if (at.run->status == Status::running) return "It is training already";
    return run::has_result(at.run->status) ? "It has ended; retry trains it again" : "";
}

QString why_not_retry(const RunSituation& at) {
    if (run::is_imported_log(at.run->info)) return "It is an imported log: it cannot be trained";
    if (!is_over(at.run->status)) return "It has not ended; resume continues it";
    return at.place >= 0 ? "It waits in the queue already" : "";
}

QString why_not_stop(const RunSituation& at) { return is_over(at.run->status) ? "It has ended" : ""; }

}  // namespace

QString why_not(RunAction action, const RunSituation& at) {
    if (action == RunAction::remove)
        return at.run && at.run->status == Status::running ? "It is training; pause or stop it first" : "";
    if (!at.run) return "It cannot be read";
    switch (action) {
        case RunAction::resume:
            return why_not_resume(at);
        case RunAction::pause:
            if (at.ending) return "It is ending already, after its next checkpoint";
            return at.run->status == Status::running || at.place >= 0 ? "" : "It is not training";
        case RunAction::stop:
            return why_not_stop(at);
        case RunAction::retry:
            return why_not_retry(at);
        case RunAction::move_earlier:
            return at.place < 0 ? "It is not in this window's queue" : at.place == 0 ? "It is the next" : "";
        case RunAction::move_later:
            return at.place < 0                 ? "It is not in this window's queue"
                   : at.place == at.waiting - 1 ? "It is the last"
                                                : "";
        case RunAction::remove:
            break;
    }
    return {};
}

QString why_not_fold(const run::ListedRun* run) {
    if (!run) return "It cannot be read";
    if (run::is_imported_log(run->info)) return "It is an imported log: it has no weights";
    if (!run::has_result(run->status)) return "It has not ended";
    return run->status == Status::collapsed ? "It has collapsed" : "";
}

}  // namespace ablate::ui
