#include "core/run/verify.h"

#include "core/base/error.h"
#include "core/run/metrics.h"
#include "core/run/notes.h"
#include "core/train/checkpoint.h"

namespace ablate::run {

namespace {

using Problems = std::vector<std::string>;

template <class Read>
auto read_or_report(Problems& problems, Read read) -> std::optional<decltype(read())> {
    try {
        return read();
    } catch (const std::exception& error) {
        problems.push_back(one_line(error.what()));
        return {};
    }
}

// Every step is told once and in order, from 0: the first departure is named, further ones are counted.
void check_steps(const Series& losses, Problems& problems) {
    std::int64_t expected = 0, departures = 0;
    std::string first;
    for (const std::int64_t step : losses.step) {
        if (step != expected && departures++ == 0)
            first = step > expected ? fmt::format("steps {} to {} are missing", expected, step - 1)
                                    : fmt::format("step {} follows step {}", step, expected - 1);
        expected = step + 1;
    }
    if (departures == 1) problems.push_back("metrics log: " + first);
    if (departures > 1) problems.push_back(fmt::format("metrics log: {}, and {} more gaps", first, departures - 1));
}

void check_logs(const RunDirectory& directory, const RunInfo& info, const std::optional<RunState>& state,
                Problems& problems) {
    RunMetrics metrics(directory.folder());
    metrics.refresh();
    for (std::string& problem : metrics.problems()) problems.push_back(std::move(problem));
    if (info.origin != "trained") return;  // others' logs need not hold every step
    const Series& losses = metrics[kTrainLoss];
    check_steps(losses, problems);
    const std::int64_t recorded = losses.step.empty() ? 0 : losses.step.back() + 1;
    if (state && state->phase == "ended" && recorded < state->step)
        problems.push_back(fmt::format("metrics log: ends at step {}, state.json at step {}", recorded, state->step));
}

}  // namespace

Problems verify_run(const RunDirectory& directory) {
    Problems problems;
    const auto info = read_or_report(problems, [&] { return directory.info(); });
    const auto state = read_or_report(problems, [&] { return directory.state(); });
    if (info) {
        read_or_report(problems, [&] {
            check_logs(directory, *info, state, problems);
            return true;
        });
    }
    read_or_report(problems, [&] { return read_notes(directory.folder()); });
    read_or_report(problems, [&] {
        for (std::string& problem : train::verify_checkpoints(directory.checkpoints()))
            problems.push_back(std::move(problem));
        return true;
    });
    return problems;
}

}  // namespace ablate::run
