#include "app/ablate/command.h"
#include "app/ablate/train_runs.h"
#include "app/ablate/workspace.h"
#include "core/base/error.h"

#include <algorithm>
#include <iostream>
#include <thread>

namespace ablate::app {

namespace {

struct Options {
    std::string run, workspace;
    bool all = false, quiet = false;
    int jobs = 0;
};

using run::Status;

bool waits(Status status) {
    return status == Status::queued || status == Status::paused || status == Status::interrupted;
}

// One run goes on at one's word, also after `stop` or a failure; only what has a verdict of its training is over.
std::vector<run::RunDirectory> named_run(const run::RunStore& store, const std::string& id) {
    const run::ListedRun listed = store.find(id);
    run::LockHolder holder;
    if (listed.directory.locked(&holder))
        throw InputError("run {}: process {} on {} is training it", listed.info.id, holder.pid, holder.host);
    if (listed.status == Status::healthy || listed.status == Status::collapsed) {
        std::cerr << fmt::format("run {} has ended: {}\n", listed.info.id, run::to_string(listed.status));
        return {};
    }
    return {listed.directory};
}

std::vector<run::RunDirectory> waiting_runs(const run::RunStore& store) {
    std::vector<run::RunDirectory> runs;
    const run::RunList list = store.list();
    for (const run::ListedRun& listed : list.runs)
        if (waits(listed.status)) runs.push_back(listed.directory);
    for (const run::DamagedRun& damaged : list.damaged) std::cerr << "passed over: " << damaged.reason << '\n';
    if (runs.empty()) std::cerr << "no run waits\n";
    return runs;
}

int jobs_for(const std::vector<run::RunDirectory>& runs) {
    std::int64_t threads = 1;
    for (const run::RunDirectory& directory : runs) threads = std::max(threads, directory.info().config.train.threads);
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency() / threads));
}

int resume(const Options& options) {
    if (options.all == !options.run.empty()) throw InputError("name one run, or --all; see ablate list");
    const Interrupt interrupt;
    const run::RunStore store(open_workspace(options.workspace));
    const std::vector<run::RunDirectory> runs = options.all ? waiting_runs(store) : named_run(store, options.run);
    for (const run::RunDirectory& directory : runs) directory.request("");  // an old request to pause has been served
    ProgressBoard board(options.quiet);
    return train_runs(runs, options.jobs ? options.jobs : jobs_for(runs), interrupt, board);
}

}  // namespace

Action declare_resume(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("RUN", options->run, "a run's id or a prefix of it");
    parser.add_flag("--all", options->all, "every run of the workspace that was queued, paused or interrupted");
    parser.add_option("--jobs", options->jobs, "runs at once (default: cores / train.threads)")
        ->check(CLI::Range(1, 4096));
    parser.add_flag("--quiet", options->quiet, "no progress");
    add_workspace_option(parser, options->workspace);
    return [options] { return resume(*options); };
}

}  // namespace ablate::app
