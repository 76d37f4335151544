#pragma once
#include "core/io/json_lines.h"
#include "core/io/tensorboard.h"
#include "core/run/run_directory.h"
#include "core/train/trainer.h"

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace spdlog {
class logger;
}

namespace ablate::run {

// Writes what a trainer tells into its run directory and asks control.json in return. Used on the training thread, by
// the holder of the run's lock.
class RunSink : public train::TrainSink {
  public:
    using Progress = std::function<void(const RunDirectory&, const RunState&)>;

    // `state` is kept up to date and written to state.json, at most twice a second.
    RunSink(RunDirectory directory, RunLock& lock, RunState& state, Progress progress);
    ~RunSink() override;

    // Cuts both logs back to a log_position() of earlier; null: begins them again. To be called before training.
    void open_logs(const Json& position);

    void steps(const std::vector<train::StepRecord>& records) override;
    void evaluation(const train::Evaluation& evaluation) override;
    void event(const train::Event& event) override;
    void checkpoint(const train::CheckpointInfo& info) override;
    void collapsed(const train::GradientHistory& history) override;  // collapse.json
    void message(const std::string& line) override;
    train::Request requested() override;
    Json log_position() override;  // {"metrics": bytes, "events": bytes}, "collapse": true once that is written

  private:
    using Clock = std::chrono::steady_clock;

    void append_event(train::Event event);
    void tell_progress();

    RunDirectory directory_;
    RunLock& lock_;
    RunState& state_;
    Progress progress_;
    std::shared_ptr<spdlog::logger> log_;
    std::unique_ptr<io::TensorBoardWriter> metrics_;
    std::unique_ptr<io::JsonLinesWriter> events_;
    double last_record_time_ = 0;  // unix seconds
    Clock::time_point state_written_{}, heartbeat_{};
    std::pair<std::int64_t, std::uint64_t> control_seen_{};  // mtime in nanoseconds, inode
    train::Request request_ = train::Request::none;
};

}  // namespace ablate::run
