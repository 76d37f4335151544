#pragma once
#include "core/train/register.h"
#include "ui/bridge/curves.h"

// Lists of runs as values, for tests of what is shown.
namespace ablate::test {

inline run::ListedRun listed_run(const std::string& id, const std::string& study, const std::string& variant,
                                 std::int64_t seed, double created, run::Status status = run::Status::running) {
    train::register_kinds();
    run::ListedRun run{run::RunDirectory("/nowhere/runs/" + id), {}, {}, status};
    run.info.id = id;
    run.info.study = study;
    run.info.variant = variant;
    run.info.seed = seed;
    run.info.created = created;
    run.info.config.train.steps = 100;
    return run;
}

// The run with another identity hash: listed_run() gives all of them the same one.
inline run::ListedRun of_hash(const std::string& hash, run::ListedRun run) {
    run.info.config_hash = hash;
    return run;
}

inline ui::RunListPtr run_list(std::vector<run::ListedRun> runs, std::vector<run::DamagedRun> damaged = {}) {
    auto list = std::make_shared<run::RunList>();
    list->runs = std::move(runs);
    list->damaged = std::move(damaged);
    return list;
}

inline int color_of(const run::RunInfo& info) { return info.variant == "baseline" ? -1 : 0; }

}  // namespace ablate::test
