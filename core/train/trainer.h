#pragma once
#include "core/config/run_config.h"
#include "core/data/prepare.h"
#include "core/train/events.h"
#include "core/train/verdict.h"

#include <filesystem>
#include <memory>
#include <stop_token>

// Trains one run. No torch in this header: executors and the window include it.
namespace ablate::train {

struct StepRecord {
    std::int64_t step = 0;                   // counted from 0; its values are those before the update
    double loss = 0, grad_norm = 0, lr = 0;  // nats; before clipping
    double tokens_per_second = 0;
    std::vector<std::pair<std::string, double>>
        statistics;        // per site, every stats_every steps: "act_rms/blocks.0.attn_in", "grad_norm/blocks.0"
    bool skipped = false;  // policy record: a non-finite step that was not taken
};

struct Evaluation {
    std::int64_t step = 0;  // updates done so far
    std::string set;
    double loss = 0;                 // nats, mean over all targets
    double perplexity = 0;           // Infinity where exp overflows: reported as such
    double bpb = 0, bpb_masked = 0;  // bits per byte, special tokens' nll counted / masked; NaN without a tokenizer
    std::int64_t tokens = 0;
    double seconds = 0;
};

struct CheckpointInfo {
    std::int64_t step = 0;
    std::filesystem::path folder;
    std::string reason;  // "cadence", "best", "last good", "end", "pause"
    std::string weights_sha256;
};

enum class Request { none, pause, stop };

// What the trainer tells, and asks, the world. Called on the training thread.
class TrainSink {
  public:
    virtual ~TrainSink() = default;
    virtual void steps(const std::vector<StepRecord>& records) = 0;  // at each log point, in order
    virtual void evaluation(const Evaluation& evaluation) = 0;
    virtual void event(const Event& event) = 0;
    virtual void checkpoint(const CheckpointInfo& info) = 0;
    virtual void message(const std::string& line) = 0;
    virtual Request requested() = 0;  // polled each step
    virtual Json log_position() = 0;  // synced; stored in trainer.json, to cut the logs back to on a resume
};

struct TrainJob {
    RunConfig config;
    std::uint64_t seed = 1;
    std::shared_ptr<const data::PreparedData> data;
    std::filesystem::path checkpoints;  // its folder of step-NNNNNN folders
    std::string earlier_hash;           // of `config` by an earlier version: its checkpoints are resumed too
};

struct TrainSummary {
    Verdict verdict;
    std::int64_t steps_done = 0;
    double final_train_loss = 0;  // mean of the last 10 finite steps; NaN if there are none
    std::map<std::string, double> final_val, best_val;
    std::map<std::string, std::int64_t> best_step;
    double seconds = 0;  // in training steps, without evaluation and checkpoints
    double tokens_per_second = 0;
    double peak_memory = 0;      // bytes, of the process (CPU) or the device
    std::string weights_sha256;  // of the final model.safetensors
    std::int64_t skipped_steps = 0;
};
Json to_json(const TrainSummary& summary);

class Trainer {
  public:
    Trainer(TrainJob job, TrainSink& sink);  // ResourceError before allocation when the estimate exceeds the machine
    ~Trainer();
    // Continues from the newest sound checkpoint of the folder; one that fails its sha256 is passed over with a
    // message. Returns the log position stored with it, or null when there is no checkpoint (start from step 0).
    Json resume();
    // Until the budget ends, a collapse under policy stop, a request, or the stop token (a pause with a checkpoint).
    // InputError, ResourceError and std::exception pass through: the caller turns them into a verdict.
    TrainSummary train(std::stop_token stop);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// Every file of every checkpoint against its manifest; one line for each problem.
std::vector<std::string> verify_checkpoints(const std::filesystem::path& checkpoints);

}  // namespace ablate::train
