#include "ui/bridge/worker.h"

#include "core/base/log.h"
#include "core/run/thread_executor.h"

namespace ablate::ui {

Worker::Worker(Priority priority) : thread_([this, priority] { serve(priority); }) {}

Worker::~Worker() {
    {
        const std::lock_guard guard(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Worker::post(std::function<void()> work) {
    {
        const std::lock_guard guard(mutex_);
        waiting_.push_back(std::move(work));
    }
    changed_.notify_all();
}

void Worker::serve(Priority priority) {
    if (priority == Priority::low) run::lower_thread_priority();
    std::unique_lock guard(mutex_);
    for (;;) {
        changed_.wait(guard, [this] { return closing_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        const std::function<void()> work = std::move(waiting_.front());
        waiting_.pop_front();
        guard.unlock();
        try {
            work();
        } catch (const std::exception& error) {
            spdlog::error("{}", error.what());
        }
        guard.lock();
    }
}

}  // namespace ablate::ui
