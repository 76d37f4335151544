#pragma once
#include "core/run/run_directory.h"

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace ablate::app {

// How work goes, on standard error: a bar a run on a terminal, plain lines elsewhere. May be called from any thread.
class ProgressBoard {
  public:
    explicit ProgressBoard(bool quiet);
    ~ProgressBoard();
    ProgressBoard(const ProgressBoard&) = delete;
    ProgressBoard& operator=(const ProgressBoard&) = delete;

    void line(const std::string& text);                     // printed above the bars; also when quiet
    void preparing(const std::string& what, double share);  // share in [0, 1]
    void expect(const run::RunDirectory& directory);        // a run that will be trained
    void update(const run::RunDirectory& directory, const run::RunState& state);
    void ended(const run::RunDirectory& directory, const train::Verdict& verdict);

  private:
    using Clock = std::chrono::steady_clock;
    struct Tracked {
        std::string title;
        RunConfig config;
        run::RunState state;
        bool active = false;
        Clock::time_point said{};
    };
    std::string describe(const Tracked& run) const;
    std::string bar(const Tracked& run) const;
    void say(const std::string& text);  // a line, with the bars taken away and drawn again
    void draw();
    void erase();

    const bool quiet_, terminal_;
    std::mutex mutex_;
    std::map<std::string, Tracked> runs_;
    std::string preparing_;
    Clock::time_point drawn_at_{}, prepared_at_{};
    int drawn_lines_ = 0;
    int ended_ = 0;
};

}  // namespace ablate::app
