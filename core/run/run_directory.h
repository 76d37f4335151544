#pragma once
#include "core/base/workspace_layout.h"
#include "core/config/run_config.h"
#include "core/train/verdict.h"

#include <filesystem>
#include <functional>
#include <optional>

// A run is a directory (core/README.md, "The run directory"). Its files are named in core/base/workspace_layout.h.
namespace ablate::run {

inline constexpr int kRunFormat = 1;

// run.json: written once, when the run is created.
struct RunInfo {
    std::string id;  // the directory's name
    std::string study, variant, label, grid_point;
    std::int64_t seed = 1;
    RunConfig config;
    std::string config_hash;         // without the seed; computed on reading, see run/identity.h
    std::string origin = "trained";  // or where it was imported from
    std::string data_folder, data_sha256, data_note;
    double unigram_entropy = 0;
    std::int64_t parameters = 0;
    double flops_per_token = 0;  // forward, six_n convention
    Json versions;               // ablate, libtorch, compiler
    // Of a log that another program wrote: {"format", "path", "sha256", "config": what it states, in its words,
    // "known": the keys of `config` that follow from that; the rest of `config` says nothing}. Null: `config` is what
    // was run.
    Json source;
    double created = 0;  // unix seconds
};
Json to_json(const RunInfo& info);
RunInfo run_info_from_json(const Json& json, const std::string& where);

// state.json: progress, verdict and summary; replaced atomically.
struct RunState {
    std::string phase = "queued";  // queued, training, ended
    std::int64_t step = 0;
    std::optional<double> last_loss, last_grad_norm;  // absent before the first step was read: a 0 would be a result
    double tokens_per_second = 0;
    std::string device;       // what train.device came to, "cpu" or "cuda:0"; empty before it first trained
    std::string device_name;  // its product name, "NVIDIA H200"; empty where the system does not tell
    std::string host;         // the computer that last trained it; empty of runs of earlier versions
    std::optional<train::Verdict> verdict;
    Json summary = Json::object();  // TrainSummary
    double updated = 0;
};
Json to_json(const RunState& state);
RunState run_state_from_json(const Json& json, const std::string& where);

// To the last step at the rate of the newest one; nothing before a step has told a rate.
std::optional<double> seconds_left(const RunConfig& config, const RunState& state);

// What is true of a run now: `running` exactly while another or this process holds its lock.
enum class Status { queued, running, paused, interrupted, healthy, collapsed, stopped, failed };
const char* to_string(Status status);
bool has_result(Status status);  // healthy or collapsed: what was to be trained has been

struct LockHolder {
    std::int64_t pid = 0;
    std::string host, boot_id;
    double heartbeat = 0;
};

class RunDirectory {
  public:
    explicit RunDirectory(std::filesystem::path folder) : folder_(std::move(folder)) {}
    const std::filesystem::path& folder() const { return folder_; }
    std::string id() const { return folder_.filename().string(); }
    std::filesystem::path checkpoints() const { return folder_ / run_files::kCheckpoints; }
    RunInfo info() const;    // InputError: damaged, missing, of a newer format
    RunState state() const;  // a missing state.json is a queued run
    Status status() const;
    // The same from what was read, the lock before the state: a run that ends between the two was not interrupted.
    Status status(bool is_locked, const RunState& state) const;
    bool locked(LockHolder* holder = nullptr) const;  // asks with F_OFD_GETLK, takes nothing
    void request(const std::string& what) const;      // control.json: "pause", "stop", "" clears
    std::string requested() const;                    // of control.json; "" without one. InputError: damaged
    void write_state(const RunState& state) const;    // state.json, replaced atomically; for the holder of the lock
    std::filesystem::path workspace() const;          // WORKSPACE of WORKSPACE/runs/<id>

  private:
    std::filesystem::path folder_;
};

// The lock of a run, held while this object lives: an OFD write lock on RUN/lock, released by the kernel with the
// process.
class RunLock {
  public:
    explicit RunLock(const std::filesystem::path& folder);  // InputError naming pid and host when it is held
    ~RunLock();
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;
    void heartbeat();

  private:
    std::filesystem::path file_;
    int descriptor_ = -1;
};

// What this program was built from: {"ablate": ..., "libtorch": ..., "compiler": ...}.
Json program_versions();

// A new directory under WORKSPACE/runs with a fresh id, run.json and a queued state.json in it, and what `fill` adds
// or replaces. It appears whole or not at all.
using FillRun = std::function<void(const std::filesystem::path& beside)>;
RunDirectory create_run(const std::filesystem::path& workspace, RunInfo info, const FillRun& fill = {});

}  // namespace ablate::run
