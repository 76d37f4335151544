#include "core/run/work_queue.h"

#include "core/base/error.h"

namespace ablate::run {

WorkQueue::WorkQueue(int workers, std::function<void(const RunDirectory&)> work) : work_(std::move(work)) {
    if (workers < 1) throw std::logic_error("a queue needs at least one worker");
    for (int i = 0; i < workers; ++i) workers_.emplace_back([this] { serve(); });
}

WorkQueue::~WorkQueue() {
    {
        const std::lock_guard guard(mutex_);
        waiting_.clear();
        closing_ = true;
    }
    changed_.notify_all();
    for (std::thread& worker : workers_) worker.join();
}

void WorkQueue::push(const RunDirectory& directory) {
    {
        const std::lock_guard guard(mutex_);
        waiting_.push_back(directory);
    }
    changed_.notify_all();
}

std::deque<RunDirectory> WorkQueue::clear() {
    std::deque<RunDirectory> dropped;
    {
        const std::lock_guard guard(mutex_);
        dropped.swap(waiting_);
    }
    changed_.notify_all();
    return dropped;
}

void WorkQueue::wait() {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this] { return waiting_.empty() && busy_ == 0; });
}

void WorkQueue::serve() {
    std::unique_lock guard(mutex_);
    for (;;) {
        changed_.wait(guard, [this] { return closing_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        const RunDirectory next = waiting_.front();
        waiting_.pop_front();
        ++busy_;
        guard.unlock();
        work_(next);
        guard.lock();
        --busy_;
        changed_.notify_all();
    }
}

train::Verdict verdict_of(const std::function<train::Verdict()>& work) {
    train::Verdict verdict;
    verdict.outcome = train::Outcome::failed;
    try {
        return work();
    } catch (const ResourceError& error) {
        verdict.out_of_resources = true;
        verdict.cause = error.what();
    } catch (const std::exception& error) {
        verdict.cause = one_line(error.what());
    }
    return verdict;
}

}  // namespace ablate::run
