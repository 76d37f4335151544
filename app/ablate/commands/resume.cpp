#include "app/ablate/command.h"
#include "app/ablate/train_runs.h"
#include "app/ablate/workspace.h"
#include "core/base/error.h"
#include "core/plan/launch.h"
#include "core/run/known_keys.h"

#include <algorithm>
#include <iostream>
#include <limits>
#include <set>

namespace ablate::app {

namespace {

struct Options {
    std::vector<std::string> runs;
    std::string workspace;
    bool all = false, quiet = false, submitted = false;
    int jobs = 0;
};

using run::Status;

bool waits(Status status) {
    return status == Status::queued || status == Status::paused || status == Status::interrupted;
}

// Named runs go on also after `stop` or a failure; only what has a verdict of its training is over. A run that is named
// twice is trained once.
std::vector<run::ListedRun> named_runs(const run::RunStore& store, const std::vector<std::string>& ids) {
    std::vector<run::ListedRun> runs;
    std::set<std::string> found;
    for (const std::string& id : ids) {
        run::ListedRun listed = store.find(id);
        if (!found.insert(listed.info.id).second) continue;
        run::refuse_imported_log(listed.info, "trained further");
        run::LockHolder holder;
        if (listed.directory.locked(&holder)) {
            const std::string line =
                fmt::format("run {}: process {} on {} is training it", listed.info.id, holder.pid, holder.host);
            if (ids.size() == 1) throw InputError(line);
            std::cerr << "passed over: " << line << '\n';
        } else if (run::has_result(listed.status)) {
            std::cerr << fmt::format("run {} has ended: {}\n", listed.info.id, run::to_string(listed.status));
        } else {
            runs.push_back(std::move(listed));
        }
    }
    return runs;
}

std::vector<run::ListedRun> waiting_runs(const run::RunStore& store) {
    std::vector<run::ListedRun> runs;
    const run::RunList list = store.list();
    for (const run::ListedRun& listed : list.runs)
        if (waits(listed.status)) runs.push_back(listed);
    for (const run::DamagedRun& damaged : list.damaged) std::cerr << "passed over: " << damaged.reason << '\n';
    if (runs.empty()) std::cerr << "no run waits\n";
    return runs;
}

int jobs_for(const std::vector<run::ListedRun>& runs) {
    int jobs = std::numeric_limits<int>::max();
    for (const run::ListedRun& run : runs) jobs = std::min(jobs, study::default_jobs(run.info.config));
    return jobs;
}

int resume(const Options& options) {
    if (options.all == !options.runs.empty()) throw InputError("name runs, or --all; see ablate list");
    const Interrupt interrupt;
    const run::RunStore store(open_workspace(options.workspace));
    const std::vector<run::ListedRun> runs = options.all ? waiting_runs(store) : named_runs(store, options.runs);
    std::vector<run::RunDirectory> directories;
    for (const run::ListedRun& run : runs) {
        if (!options.submitted) run.directory.request("");  // an old request to pause has been served
        directories.push_back(run.directory);
    }
    ProgressBoard board(options.quiet);
    return train_runs(directories, options.jobs ? options.jobs : jobs_for(runs), interrupt, board);
}

}  // namespace

Action declare_resume(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("RUN", options->runs, "runs by id or a prefix of it, in the order they are trained");
    parser.add_flag("--all", options->all, "every run of the workspace that was queued, paused or interrupted");
    parser.add_option("--jobs", options->jobs, "runs at once (default: cores / train.threads; 1 on a GPU)")
        ->check(CLI::Range(1, 4096));
    parser.add_flag("--quiet", options->quiet, "no progress");
    // For the programs that start this one: they submitted the runs, and what was asked of them since holds.
    parser.add_flag("--submitted", options->submitted)->group("");
    add_workspace_option(parser, options->workspace);
    return [options] { return resume(*options); };
}

}  // namespace ablate::app
