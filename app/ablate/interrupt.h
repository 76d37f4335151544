#pragma once
#include <atomic>
#include <stop_token>
#include <thread>

namespace ablate::app {

// Thrown by work that was abandoned because a signal came.
struct Interrupted {
    int signal = 0;
    int exit_code() const { return 128 + signal; }
};

// While this lives, the first SIGINT, SIGTERM or SIGHUP requests a stop (runs save a checkpoint and pause) and a second
// one ends the process at once. Make it before any other thread: they inherit the blocked signals.
class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    std::stop_token token() const { return source_.get_token(); }
    void check() const;                     // throws Interrupted when a signal came
    int signal() const { return signal_; }  // 0: none so far

  private:
    std::stop_source source_;
    std::atomic<int> signal_ = 0;
    std::atomic<bool> done_ = false;
    std::thread watcher_;
};

}  // namespace ablate::app
