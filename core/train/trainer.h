#pragma once
#include "core/config/run_config.h"
#include "core/data/prepare.h"
#include "core/train/events.h"
#include "core/train/gradient_history.h"
#include "core/train/progress.h"
#include "core/train/records.h"

#include <filesystem>
#include <memory>
#include <stop_token>

// Trains one run. No torch in this header: executors and the window include it.
namespace ablate::train {

enum class Request { none, pause, stop };

// What the trainer tells, and asks, the world. Called on the training thread.
class TrainSink {
  public:
    virtual ~TrainSink() = default;
    virtual void steps(const std::vector<StepRecord>& records) = 0;  // at each log point, in order
    virtual void evaluation(const Evaluation& evaluation) = 0;
    virtual void event(const Event& event) = 0;
    virtual void checkpoint(const CheckpointInfo& info) = 0;
    // Once, at the first collapse that is found, with the steps up to there.
    virtual void collapsed(const GradientHistory& history) { (void)history; }
    virtual void message(const std::string& line) = 0;
    virtual Request requested() = 0;  // polled each step
    virtual Json log_position() = 0;  // synced; stored in trainer.json, to cut the logs back to on a resume
};

struct TrainJob {
    RunConfig config;
    std::uint64_t seed = 1;
    std::shared_ptr<const data::PreparedData> data;
    std::filesystem::path checkpoints;  // its folder of step-NNNNNN folders
    std::string earlier_hash{};         // of `config` by an earlier version: its checkpoints are resumed too
};

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

}  // namespace ablate::train
