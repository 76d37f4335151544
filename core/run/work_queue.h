#pragma once
#include "core/run/queue.h"

#include <condition_variable>
#include <deque>
#include <thread>

namespace ablate::run {

// Worker threads that take runs in the order they were pushed: what both executors build on.
class WorkQueue {
  public:
    WorkQueue(int workers, std::function<void(const RunDirectory&)> work);
    ~WorkQueue();  // drops what has not begun, waits for what has
    void push(const RunDirectory& directory);
    std::deque<RunDirectory> clear();  // drops what has not begun, and returns it
    void wait();                       // until nothing waits and nothing is worked on

  private:
    void serve();

    std::function<void(const RunDirectory&)> work_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<RunDirectory> waiting_;
    int busy_ = 0;
    bool closing_ = false;
    std::vector<std::thread> workers_;
};

// A worker catches everything: what is thrown becomes a verdict with the message.
train::Verdict verdict_of(const std::function<train::Verdict()>& work);

}  // namespace ablate::run
