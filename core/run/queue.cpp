#include "core/run/queue.h"

#include "core/base/atomic_file.h"
#include "core/base/device_name.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/config/config_hash_0_1.h"
#include "core/io/json_file.h"
#include "core/model/transformer.h"
#include "core/run/known_keys.h"
#include "core/run/run_sink.h"
#include "core/train/checkpoint.h"

#include <new>

namespace ablate::run {

namespace {

constexpr std::uint64_t kLargestRunFile = 16u << 20;

using train::Outcome;
using train::Verdict;

bool finished(const RunState& state) {
    return state.verdict &&
           (state.verdict->outcome == Outcome::healthy || state.verdict->outcome == Outcome::collapsed);
}

Verdict failed(std::string cause, bool out_of_resources) {
    Verdict verdict;
    verdict.outcome = Outcome::failed;
    verdict.cause = one_line(cause.substr(0, cause.find('\n')));  // LibTorch's messages end in a backtrace
    verdict.out_of_resources = out_of_resources;
    return verdict;
}

std::shared_ptr<const data::PreparedData> prepare(const RunDirectory& directory, const RunInfo& info) {
    try {
        return std::make_shared<const data::PreparedData>(data::prepare_recorded(
            info.config.data, {info.data_folder, info.data_sha256}, cache_folder(directory.workspace())));
    } catch (const InputError& error) {
        throw InputError("run {}: {}", info.id, error.what());
    }
}

// What checkpoints of version 0.1 are marked with. Only run.json tells which options existed.
std::string hash_of_0_1(const RunDirectory& directory, const RunInfo& info) {
    const Json stored = io::read_json(directory.folder() / run_files::kInfo, kLargestRunFile);
    return config_hash_0_1(stored.at("config"), info.data_sha256);
}

Verdict train_locked(const RunDirectory& directory, const RunInfo& info, RunLock& lock, RunState& state,
                     std::stop_token stop, const RunSink::Progress& progress) {
    RunSink sink(directory, lock, state, progress);
    train::TrainJob job;
    job.config = info.config;
    job.seed = static_cast<std::uint64_t>(info.seed);
    job.data = prepare(directory, info);
    job.checkpoints = directory.checkpoints();
    if (!train::list_checkpoints(job.checkpoints).empty()) job.earlier_hash = hash_of_0_1(directory, info);
    train::Trainer trainer(std::move(job), sink);
    sink.open_logs(trainer.resume());
    const train::TrainSummary summary = trainer.train(stop);
    state.step = summary.steps_done;
    state.summary = train::to_json(summary);
    return summary.verdict;
}

// The failure is in the verdict; a disk too full to say so in the run directory as well must not hide it.
void record_end(const RunDirectory& directory, const RunState& state) {
    try {
        directory.write_state(state);
        directory.request("");
        if (state.verdict->outcome == Outcome::failed)
            open_run_log(directory.folder() / run_files::kLog)->error("{}", state.verdict->cause);
    } catch (const std::exception& error) {
        spdlog::error("run {}: its end could not be recorded: {}", directory.id(), error.what());
    }
}

}  // namespace

Verdict train_run(const RunDirectory& directory, std::stop_token stop,
                  const std::function<void(const RunDirectory&, const RunState&)>& progress) {
    RunLock lock(directory.folder());
    const RunInfo info = directory.info();
    RunState state = directory.state();
    refuse_imported_log(info, "trained");
    if (finished(state)) return *state.verdict;

    Verdict verdict;
    try {
        remove_leftovers(directory.folder());
        remove_leftovers(directory.checkpoints());
        state.phase = "training";
        state.verdict.reset();
        state.device = model::resolve_device(info.config.train.device).str();
        state.device_name = device_name(state.device);
        state.host = host_name();
        state.updated = unix_now();
        directory.write_state(state);
        verdict = train_locked(directory, info, lock, state, stop, progress);
    } catch (const ResourceError& error) {
        verdict = failed(error.what(), true);
    } catch (const std::bad_alloc&) {
        verdict = failed("memory did not suffice", true);
    } catch (const std::exception& error) {
        verdict = failed(error.what(), false);
    }
    state.phase = "ended";
    state.verdict = verdict;
    state.updated = unix_now();
    record_end(directory, state);
    if (progress) progress(directory, state);
    return verdict;
}

}  // namespace ablate::run
