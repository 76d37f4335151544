#pragma once
#include "core/train/trainer.h"
#include "tests/support/tiny_run.h"

namespace ablate::test {

// Keeps all a trainer tells; asks for what a test wants, when it wants it.
class RecordingSink final : public train::TrainSink {
  public:
    std::vector<train::StepRecord> records;
    std::vector<train::Evaluation> evaluations;
    std::vector<Json> events;  // as their lines of events.jsonl
    std::vector<train::CheckpointInfo> checkpoints;
    std::vector<train::GradientHistory> collapses;
    std::vector<std::string> messages;
    std::function<train::Request()> ask;

    void steps(const std::vector<train::StepRecord>& more) override {
        records.insert(records.end(), more.begin(), more.end());
    }
    void evaluation(const train::Evaluation& evaluation) override { evaluations.push_back(evaluation); }
    void event(const train::Event& event) override { events.push_back(train::to_json(event)); }
    void checkpoint(const train::CheckpointInfo& info) override { checkpoints.push_back(info); }
    void collapsed(const train::GradientHistory& history) override { collapses.push_back(history); }
    void message(const std::string& line) override { messages.push_back(line); }
    train::Request requested() override { return ask ? ask() : train::Request::none; }
    Json log_position() override { return {{"records", records.size()}, {"events", events.size()}}; }

    std::vector<double> losses() const {
        std::vector<double> values;
        for (const auto& record : records) values.push_back(record.loss);
        return values;
    }
    std::vector<std::string> reasons() const {
        std::vector<std::string> result;
        for (const auto& info : checkpoints) result.push_back(info.reason);
        return result;
    }
};

// A request for a pause (or a stop) at the n-th poll, counted from 0: after n steps of this process.
inline std::function<train::Request()> at_poll(int n, train::Request request = train::Request::pause) {
    return [n, request, polls = 0]() mutable { return polls++ == n ? request : train::Request::none; };
}

inline std::shared_ptr<const data::PreparedData> prepared(const RunConfig& config,
                                                          const std::filesystem::path& folder) {
    return std::make_shared<data::PreparedData>(data::prepare_data(config.data, folder / "cache"));
}

struct Trained {
    train::TrainSummary summary;
    RecordingSink sink;
};

// Trains in `folder` what is left of the run, from its newest checkpoint if it has one.
inline Trained train_in(const std::filesystem::path& folder, const RunConfig& config,
                        std::shared_ptr<const data::PreparedData> data, std::function<train::Request()> ask = {}) {
    Trained trained;
    trained.sink.ask = std::move(ask);
    train::Trainer trainer({config, 1, std::move(data), folder}, trained.sink);
    trainer.resume();
    trained.summary = trainer.train({});
    return trained;
}

}  // namespace ablate::test
