#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace ablate::ui {

// A thread for what the window must not wait for. Does what is posted in order; its end waits until all of it is done,
// so that nothing a user asked for is lost. What must end early looks at its own flag.
class Worker {
  public:
    enum class Priority { usual, low };  // low: below the window's, for what computes
    explicit Worker(Priority priority = Priority::usual);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    void post(std::function<void()> work);  // what it throws is logged

  private:
    void serve(Priority priority);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> waiting_;
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace ablate::ui
