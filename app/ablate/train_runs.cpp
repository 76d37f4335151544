#include "app/ablate/train_runs.h"

#include "core/base/error.h"
#include "core/run/queue_owner.h"
#include "core/run/thread_executor.h"

#include <atomic>

namespace ablate::app {

namespace {

// The command that resumes what waits in a workspace, ready to be pasted.
std::string resume_command(const std::filesystem::path& workspace) {
    return fmt::format("ablate resume --all --workspace '{}'", workspace.string());
}

}  // namespace

int train_runs(const std::vector<run::RunDirectory>& runs, int jobs, const Interrupt& interrupt, ProgressBoard& board) {
    if (runs.empty()) return static_cast<int>(ExitCode::done);
    for (const run::RunDirectory& directory : runs) board.expect(directory);
    std::atomic<bool> failed = false, out_of_resources = false, left = false;
    const run::QueueObserver observer{
        [&](const run::RunDirectory& directory, const run::RunState& state) { board.update(directory, state); },
        [&](const run::RunDirectory& directory, const train::Verdict& verdict) {
            board.ended(directory, verdict);
            if (verdict.outcome == train::Outcome::failed)
                (verdict.out_of_resources ? out_of_resources : failed) = true;
            if (verdict.outcome == train::Outcome::paused || verdict.outcome == train::Outcome::failed) left = true;
        }};
    {
        const auto executor = run::thread_executor(jobs, observer);
        const std::stop_callback stop(interrupt.token(), [&] { executor->stop_all(); });
        for (const run::RunDirectory& directory : runs) {
            if (interrupt.signal()) break;
            run::join_queue(directory);
            executor->submit(directory);
        }
        executor->wait();
    }
    if (left || interrupt.signal()) board.line("to resume: " + resume_command(runs.front().workspace()));
    interrupt.check();
    if (out_of_resources) return static_cast<int>(ExitCode::no_resources);
    return static_cast<int>(failed ? ExitCode::failed : ExitCode::done);
}

}  // namespace ablate::app
