#include "app/ablate/progress.h"

#include "app/ablate/screen.h"
#include "core/base/text.h"
#include "core/config/variant_names.h"

#include <fmt/format.h>

#include <cmath>
#include <iostream>

namespace ablate::app {

namespace {

constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr auto kPlainLine = std::chrono::seconds(5);  // between two lines about one run where there is no terminal
constexpr int kBarWidth = 20;

std::string drawn_bar(double share) {
    const int full = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * kBarWidth));
    return fmt::format("[{:#<{}}{:.<{}}]", "", full, "", kBarWidth - full);
}

}  // namespace

ProgressBoard::ProgressBoard(bool quiet) : quiet_(quiet), terminal_(Screen(STDERR_FILENO).terminal) {}

ProgressBoard::~ProgressBoard() { erase(); }

void ProgressBoard::line(const std::string& text) {
    const std::lock_guard lock(mutex_);
    say(text);
}

void ProgressBoard::preparing(const std::string& what, double share) {
    if (quiet_) return;
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (what == preparing_ && now - prepared_at_ < (terminal_ ? Clock::duration(kRedraw) : Clock::duration(kPlainLine)))
        return;
    prepared_at_ = now;
    preparing_ = what;
    if (!terminal_) return say(fmt::format("{}: {:.0f} %", what, 100 * share));
    erase();
    std::cerr << fmt::format("{} {}\n", drawn_bar(share), what) << std::flush;
    drawn_lines_ = 1;
}

void ProgressBoard::expect(const run::RunDirectory& directory) {
    const run::RunInfo info = directory.info();
    Tracked tracked;
    tracked.title = fmt::format("{} seed {} [{}]", point_name(info.variant, info.grid_point), info.seed, info.id);
    tracked.config = info.config;
    const std::lock_guard lock(mutex_);
    runs_[info.id] = std::move(tracked);
}

void ProgressBoard::update(const run::RunDirectory& directory, const run::RunState& state) {
    if (quiet_) return;
    const std::lock_guard lock(mutex_);
    Tracked& run = runs_.at(directory.id());
    run.state = state;
    run.active = true;
    const auto now = Clock::now();
    if (terminal_) {
        if (now - drawn_at_ < kRedraw) return;
        drawn_at_ = now;
        erase();
        draw();
    } else if (now - run.said >= kPlainLine) {
        run.said = now;
        say(run.title + ": " + describe(run));
    }
}

void ProgressBoard::ended(const run::RunDirectory& directory, const train::Verdict& verdict) {
    const std::lock_guard lock(mutex_);
    Tracked& run = runs_.at(directory.id());
    run.active = false;
    ++ended_;
    const std::string cause = verdict.cause.empty() ? "" : ": " + verdict.cause;
    say(fmt::format("[{}/{}] {} {}{}", ended_, runs_.size(), run.title, train::to_string(verdict.outcome), cause));
}

std::string ProgressBoard::describe(const Tracked& run) const {
    const run::RunState& state = run.state;
    std::string text = fmt::format("step {}/{}", state.step, run.config.train.steps);
    if (!state.last_loss || !state.last_grad_norm) return text;
    text += fmt::format(", loss {}, grad norm {}, {} tokens/s", fixed(*state.last_loss, 4),
                        significant(*state.last_grad_norm, 3), with_thousands(std::llround(state.tokens_per_second)));
    if (const auto seconds = run::seconds_left(run.config, state))
        text += fmt::format(", {} left", short_duration(*seconds));
    return text;
}

std::string ProgressBoard::bar(const Tracked& run) const {
    const std::int64_t steps = run.config.train.steps;
    const double share = steps ? static_cast<double>(run.state.step) / static_cast<double>(steps) : 1;
    return fmt::format("{} {}: {}", drawn_bar(share), run.title, describe(run));
}

void ProgressBoard::say(const std::string& text) {
    erase();
    std::cerr << text << '\n';
    if (terminal_) draw();
    std::cerr << std::flush;
}

void ProgressBoard::draw() {
    const int columns = Screen(STDERR_FILENO).columns;
    const std::size_t width = columns > 1 ? columns - 1 : 100;  // a full line would wrap and spoil the count
    for (const auto& [id, run] : runs_) {
        if (!run.active) continue;
        std::cerr << bar(run).substr(0, width) << '\n';
        ++drawn_lines_;
    }
    std::cerr << std::flush;
}

void ProgressBoard::erase() {
    // Up over the lines drawn last, then clear to the end of the screen.
    if (drawn_lines_ > 0) std::cerr << fmt::format("\x1b[{}A\x1b[J", drawn_lines_) << std::flush;
    drawn_lines_ = 0;
}

}  // namespace ablate::app
