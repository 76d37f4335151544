#include "ui/pages/runs/run_actions.h"

namespace ablate::ui {

using run::Status;

namespace {

bool has_result(Status status) { return status == Status::healthy || status == Status::collapsed; }

QString why_not_resume(const RunSituation& at) {
    if (at.place >= 0) return "It waits in the queue already";
    if (at.run->status == Status::running) return "It trains";
    if (has_result(at.run->status)) return "It has ended; retry trains it anew";
    return at.run->info.origin == "trained" ? "" : "It was imported: there is nothing to train it from";
}

QString why_not_retry(const RunSituation& at) {
    const Status status = at.run->status;
    if (!has_result(status) && status != Status::failed && status != Status::stopped)
        return "It has not ended; resume goes on with it";
    if (at.place >= 0) return "It waits in the queue already";
    return at.run->info.origin == "trained" ? "" : "It was imported: there is nothing to train it from";
}

QString why_not_stop(const RunSituation& at) {
    const Status status = at.run->status;
    return has_result(status) || status == Status::failed || status == Status::stopped ? "It has ended" : "";
}

}  // namespace

QString why_not(RunAction action, const RunSituation& at) {
    if (action == RunAction::remove)
        return at.run && at.run->status == Status::running ? "It trains: pause or stop it first" : "";
    if (!at.run) return "It cannot be read";
    switch (action) {
        case RunAction::resume:
            return why_not_resume(at);
        case RunAction::pause:
            return at.run->status == Status::running || at.place >= 0 ? "" : "It does not train";
        case RunAction::stop:
            return why_not_stop(at);
        case RunAction::retry:
            return why_not_retry(at);
        case RunAction::move_earlier:
            return at.place < 0 ? "It does not wait in this window's queue" : at.place == 0 ? "It is the next" : "";
        case RunAction::move_later:
            return at.place < 0                 ? "It does not wait in this window's queue"
                   : at.place == at.waiting - 1 ? "It is the last"
                                                : "";
        case RunAction::remove:
            break;
    }
    return {};
}

}  // namespace ablate::ui
