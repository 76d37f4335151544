#pragma once
#include "core/plan/launch.h"
#include "core/run/run_store.h"

#include <QStringList>
#include <chrono>

// What RunControl does on disk: called in a worker, each call for several runs, telling a line for each one left alone.
namespace ablate::ui {

// A run to be trained, and how many like it the machine takes at once.
struct Submission {
    run::RunDirectory directory;
    int allowed = 1;
    QString id() const { return QString::fromStdString(directory.id()); }
};
Submission submission(const run::RunDirectory& directory);

struct Answer {
    std::vector<Submission> submit;
    QStringList lines;
};
Answer resume_runs(const run::RunStore& store, const QStringList& ids);
Answer retry_runs(const run::RunStore& store, const QStringList& ids);
// A run's configuration trained again with other seeds, as runs of the same study, variant and grid point.
struct SeedsToAdd {
    QString run;  // id of the run
    std::vector<std::int64_t> seeds;
};
// Seeds that runs of the same configuration and data have already are left alone.
Answer add_seeds(const run::RunStore& store, const std::vector<SeedsToAdd>& wanted);
Answer pause_elsewhere(const run::RunStore& store, const QStringList& ids);  // runs that other processes train
// Runs that train, or are about to: it holds from their first step on.
Answer stop_begun(const run::RunStore& store, const QStringList& ids);
Answer stop_runs(const run::RunStore& store, const QStringList& ids);  // others: one that waits ends at once

// What a launch left alone and noted, for people.
QStringList notes_of(const study::Launch& launch);

inline constexpr std::chrono::milliseconds kLongestStart{60'000};  // loading LibTorch from a slow disk

// Starts `program resume RUNS` as a process that outlives this one, and returns once it trains (or has trained) them.
// InputError or ResourceError with what it said when it does not; one that takes longer than `patience` is ended.
void hand_over(const std::filesystem::path& program, const run::RunStore& store,
               const std::vector<run::RunDirectory>& runs, int jobs,
               std::chrono::milliseconds patience = kLongestStart);

}  // namespace ablate::ui
