#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/run/work_queue.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <chrono>
#include <map>

extern char** environ;

namespace ablate::run {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto kPoll = 100ms;

// `PROGRAM resume ID --workspace W`, in a process group of its own: Ctrl-C in the terminal reaches this process alone,
// which then asks its children to pause. What it prints to standard error goes to the run's log.
pid_t spawn_resume(const fs::path& program, const RunDirectory& directory) {
    std::vector<std::string> words{program.string(), "resume", directory.id(), "--workspace",
                                   directory.workspace().string()};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    const std::string log = (directory.folder() / "log.txt").string();
    posix_spawn_file_actions_addopen(&files, 2, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    pid_t child = 0;
    const int error = posix_spawn(&child, program.c_str(), &files, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    if (error != 0) throw_system_error(error, program, "starting");
    return child;
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
        queue_.clear();
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
        const pid_t child = spawn_resume(program_, directory);
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
