#pragma once
#include <sys/ioctl.h>
#include <unistd.h>

namespace ablate::app {

// What a descriptor writes to: a terminal has colors and a width, anything else takes plain text of any length.
struct Screen {
    bool terminal = false;
    int columns = 0;  // 0: no limit

    explicit Screen(int descriptor) : terminal(isatty(descriptor)) {
        winsize size{};
        if (terminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0) columns = size.ws_col;
    }
};

}  // namespace ablate::app
