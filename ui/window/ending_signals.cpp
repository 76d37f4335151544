#include "ui/window/ending_signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <QSocketNotifier>
#include <array>
#include <atomic>
#include <csignal>
#include <utility>

namespace ablate::ui {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};

// What a handler may touch: a pipe to the event loop, and whether one came before.
std::array<int, 2> ends{-1, -1};
std::atomic<bool> came = false;

void handle(int signal) {
    if (came.exchange(true)) _exit(128 + signal);
    const int error = errno;
    const auto byte = static_cast<unsigned char>(signal);
    [[maybe_unused]] const auto written = write(ends[1], &byte, 1);
    errno = error;
}

void set_handler(void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (const int signal : kSignals) sigaction(signal, &action, nullptr);
}

}  // namespace

EndingSignals::EndingSignals(QObject* parent) : QObject(parent) {
    came = false;
    if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) qFatal("no pipe for signals");
    notifier_ = new QSocketNotifier(ends[0], QSocketNotifier::Read, this);
    connect(notifier_, &QSocketNotifier::activated, this, [this] {
        unsigned char signal = 0;
        if (read(ends[0], &signal, 1) == 1) Q_EMIT asked_to_end(signal);
    });
    set_handler(handle);
}

EndingSignals::~EndingSignals() {
    set_handler(SIG_DFL);
    delete notifier_;
    for (int& end : ends) close(std::exchange(end, -1));
}

}  // namespace ablate::ui
