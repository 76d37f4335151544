#include "core/run/thread_executor.h"

#include "core/run/work_queue.h"

#include <sys/resource.h>
#include <unistd.h>

namespace ablate::run {

// On Linux a nice value belongs to the thread.
void lower_thread_priority() { setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 5); }

namespace {

class ThreadExecutor : public Executor {
  public:
    ThreadExecutor(int jobs, QueueObserver observer)
        : observer_(std::move(observer)), queue_(jobs, [this](const RunDirectory& directory) { train(directory); }) {}
    ~ThreadExecutor() override { stop_all(); }

    void submit(const RunDirectory& directory) override { queue_.push(directory); }
    void stop_all() override {
        stop_.request_stop();
        for (const RunDirectory& directory : queue_.clear())
            if (observer_.dropped) observer_.dropped(directory);
    }
    void wait() override { queue_.wait(); }

  private:
    void train(const RunDirectory& directory) {
        lower_thread_priority();
        const train::Verdict verdict =
            verdict_of([&] { return train_run(directory, stop_.get_token(), observer_.progress); });
        if (observer_.ended) observer_.ended(directory, verdict);
    }

    QueueObserver observer_;
    std::stop_source stop_;
    WorkQueue queue_;  // last: its threads end before what they use
};

}  // namespace

std::unique_ptr<Executor> thread_executor(int jobs, QueueObserver observer) {
    return std::make_unique<ThreadExecutor>(jobs, std::move(observer));
}

}  // namespace ablate::run
