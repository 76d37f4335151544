#include "app/ablate/interrupt.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>

namespace ablate::app {

namespace {

sigset_t ending_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
    return set;
}

}  // namespace

Interrupt::Interrupt() {
    const sigset_t set = ending_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    watcher_ = std::thread([this, set] {
        for (int signal = 0; sigwait(&set, &signal) == 0;) {
            if (done_) return;
            if (signal_) _exit(128 + signal);
            signal_ = signal;
            constexpr char message[] = "\nablate: ending; once more to quit at once\n";
            [[maybe_unused]] const auto written = write(STDERR_FILENO, message, sizeof message - 1);
            source_.request_stop();
        }
    });
}

Interrupt::~Interrupt() {
    done_ = true;
    pthread_kill(watcher_.native_handle(), SIGTERM);  // wakes sigwait
    watcher_.join();
}

void Interrupt::check() const {
    if (const int signal = signal_) throw Interrupted{signal};
}

}  // namespace ablate::app
