#include "core/run/process_executor.h"

#include "core/base/error.h"
#include "core/base/workspace_layout.h"
#include "core/run/detached.h"
#include "core/run/work_queue.h"

#include <signal.h>
#include <sys/wait.h>

#include <chrono>

namespace ablate::run {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto kPoll = 100ms;

// `PROGRAM resume ID --workspace W --submitted`, in its own session: Ctrl-C in the terminal reaches this process
// alone, which then asks its children to pause. What it prints to standard error goes to the run's log.
pid_t start_resume(const fs::path& program, const RunDirectory& directory) {
    return start_detached(program,
                          {"resume", directory.id(), "--workspace", directory.workspace().string(), "--submitted"},
                          directory.folder() / run_files::kLog);
}

// Children train on when the executor is destroyed: that is how a closing window hands its runs on. stop_all() pauses
// them.
class ProcessExecutor : public Executor {
  public:
    ProcessExecutor(int jobs, fs::path program, QueueObserver observer)
        : program_(std::move(program)),
          observer_(std::move(observer)),
          queue_(jobs, [this](const RunDirectory& directory) { train(directory); }) {}
    ~ProcessExecutor() override { leaving_ = true; }

    void submit(const RunDirectory& directory) override { queue_.push(directory); }
    void stop_all() override {
        for (const RunDirectory& directory : queue_.clear())
            if (observer_.dropped) observer_.dropped(directory);
        const std::lock_guard guard(mutex_);
        stopping_ = true;
        for (const pid_t child : children_) kill(child, SIGTERM);
    }
    void wait() override { queue_.wait(); }

  private:
    void train(const RunDirectory& directory) {
        const train::Verdict verdict = verdict_of([&] { return follow(directory); });
        if (!leaving_ && observer_.ended) observer_.ended(directory, verdict);
    }

    train::Verdict follow(const RunDirectory& directory) {
        const pid_t child = start(directory);
        int status = 0;
        for (double told = 0; !leaving_ && !reap(child, status); std::this_thread::sleep_for(kPoll)) {
            const RunState state = directory.state();
            if (observer_.progress && state.updated != told) observer_.progress(directory, state);
            told = state.updated;
        }
        return verdict_after(directory, status);
    }

    pid_t start(const RunDirectory& directory) {
        const std::lock_guard guard(mutex_);
        const pid_t child = start_resume(program_, directory);
        children_.push_back(child);
        if (stopping_) kill(child, SIGTERM);
        return child;
    }

    // Under the mutex, so that stop_all never signals a number that the system has given to another process.
    bool reap(pid_t child, int& status) {
        const std::lock_guard guard(mutex_);
        if (waitpid(child, &status, WNOHANG) == 0) return false;
        std::erase(children_, child);
        return true;
    }

    static train::Verdict verdict_after(const RunDirectory& directory, int status) {
        const RunState state = directory.state();
        if (state.phase == "ended") return *state.verdict;
        train::Verdict verdict;
        verdict.outcome = train::Outcome::interrupted;
        verdict.cause = WIFSIGNALED(status) ? fmt::format("its process was ended by signal {}", WTERMSIG(status))
                                            : fmt::format("its process left with exit code {}", WEXITSTATUS(status));
        return verdict;
    }

    fs::path program_;
    QueueObserver observer_;
    std::mutex mutex_;
    std::vector<pid_t> children_;
    bool stopping_ = false;
    std::atomic<bool> leaving_ = false;
    WorkQueue queue_;  // last: its threads end before what they use
};

}  // namespace

std::unique_ptr<Executor> process_executor(int jobs, fs::path program, QueueObserver observer) {
    return std::make_unique<ProcessExecutor>(jobs, std::move(program), std::move(observer));
}

}  // namespace ablate::run
