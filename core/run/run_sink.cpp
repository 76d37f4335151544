#include "core/run/run_sink.h"

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/io/numbers.h"
#include "core/run/collapse_record.h"
#include "core/run/json_fields.h"
#include "core/run/metrics.h"

#include <sys/stat.h>

#include <algorithm>
#include <cmath>

namespace ablate::run {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto kStateEvery = 500ms;
constexpr auto kHeartbeatEvery = 5s;

// A log that lost bytes the checkpoint knew of is used as far as it goes.
std::int64_t kept_bytes(const fs::path& file, std::int64_t wanted, RunSink& sink) {
    std::error_code missing;
    const auto size = fs::file_size(file, missing);
    const std::int64_t present = missing ? 0 : static_cast<std::int64_t>(size);
    if (present < wanted)
        sink.message(fmt::format("{} has lost {} bytes that were written before the checkpoint",
                                 file.filename().string(), wanted - present));
    return std::min(wanted, present);
}

// The last and the best loss of a set while the run trains, where the trainer's summary will have them.
void note_validation(Json& summary, const train::Evaluation& evaluation) {
    if (!summary.is_object()) summary = Json::object();
    summary["final_val"][evaluation.set] = io::number_to_json(evaluation.loss);
    if (!std::isfinite(evaluation.loss)) return;
    Json& best = summary["best_val"][evaluation.set];
    if (best.is_null() || io::number_from_json(best) > evaluation.loss) best = io::number_to_json(evaluation.loss);
}

}  // namespace

RunSink::RunSink(RunDirectory directory, RunLock& lock, RunState& state, Progress progress)
    : directory_(std::move(directory)),
      lock_(lock),
      state_(state),
      progress_(std::move(progress)),
      log_(open_run_log(directory_.folder() / run_files::kLog)) {}

RunSink::~RunSink() = default;

void RunSink::open_logs(const Json& position) {
    const fs::path& folder = directory_.folder();
    std::vector<fs::path> files = io::event_files(folder);
    std::int64_t metrics = -1, events = 0;
    if (!position.is_null() && !files.empty()) {
        metrics = kept_bytes(files.back(), field<std::int64_t>(position, "metrics", "log position"), *this);
        events =
            kept_bytes(folder / run_files::kEvents, field<std::int64_t>(position, "events", "log position"), *this);
        files.pop_back();
    }
    for (const fs::path& stale : files) fs::remove(stale);
    // A collapse after the checkpoint has not happened yet.
    if (!position.is_object() || !position.value("collapse", false)) fs::remove(folder / run_files::kCollapse);
    metrics_ = std::make_unique<io::TensorBoardWriter>(folder, metrics);
    events_ = std::make_unique<io::JsonLinesWriter>(folder / run_files::kEvents, events);
    last_record_time_ = unix_now();
}

void RunSink::steps(const std::vector<train::StepRecord>& records) {
    if (records.empty()) return;
    // Steps are told in batches; their times are spread evenly over what the batch took.
    const double now = unix_now();
    const double each = std::max(0.0, now - last_record_time_) / static_cast<double>(records.size());
    double time = now - each * static_cast<double>(records.size());
    for (const train::StepRecord& record : records) {
        io::ScalarEvent event{time += each, record.step, {}};
        const auto add = [&](const std::string& tag, double value) {
            event.values.emplace_back(tag, static_cast<float>(value));
        };
        add(kTrainLoss, record.loss);
        add(kGradNorm, record.grad_norm);
        add(kLearningRate, record.lr);
        add(kTokensPerSecond, record.tokens_per_second);
        for (const auto& [tag, value] : record.statistics) add(tag, value);
        metrics_->append(event);
    }
    metrics_->flush();
    last_record_time_ = now;
    state_.step = records.back().step + 1;
    state_.last_loss = records.back().loss;
    state_.last_grad_norm = records.back().grad_norm;
    state_.tokens_per_second = records.back().tokens_per_second;
    tell_progress();
}

void RunSink::evaluation(const train::Evaluation& evaluation) {
    train::EvaluationEvent told{evaluation.set,        evaluation.loss,   evaluation.perplexity, evaluation.bpb,
                                evaluation.bpb_masked, evaluation.tokens, evaluation.seconds};
    if (!evaluation.blocks.empty()) told.blocks = evaluation.blocks;
    append_event({evaluation.step, std::move(told)});
    metrics_->append({unix_now(),
                      evaluation.step,
                      {{evaluation_tag(evaluation.set, MetricId::val_loss), static_cast<float>(evaluation.loss)},
                       {evaluation_tag(evaluation.set, MetricId::val_bpb), static_cast<float>(evaluation.bpb)}}});
    metrics_->flush();
    note_validation(state_.summary, evaluation);
}

void RunSink::event(const train::Event& event) { append_event(event); }

void RunSink::checkpoint(const train::CheckpointInfo& info) {
    append_event(
        {info.step, train::CheckpointEvent{info.folder.filename().string(), info.reason, info.weights_sha256}});
    message(fmt::format("checkpoint at step {} saved ({})", info.step, info.reason));
}

void RunSink::collapsed(const train::GradientHistory& history) { write_collapse_record(directory_, history); }

void RunSink::message(const std::string& line) { log_->info("{}", one_line(line)); }

train::Request RunSink::requested() {
    const auto now = Clock::now();
    if (now - heartbeat_ > kHeartbeatEvery) {
        lock_.heartbeat();
        heartbeat_ = now;
    }
    const fs::path file = directory_.folder() / run_files::kControl;
    struct stat status {};
    if (stat(file.c_str(), &status) != 0) return train::Request::none;
    const std::pair seen{status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec,
                         static_cast<std::uint64_t>(status.st_ino)};
    if (seen == control_seen_) return request_;
    control_seen_ = seen;
    try {
        const std::string what = directory_.requested();
        request_ = what == "pause"  ? train::Request::pause
                   : what == "stop" ? train::Request::stop
                                    : train::Request::none;
    } catch (const InputError& error) {
        request_ = train::Request::none;
        message(error.what());
    }
    return request_;
}

Json RunSink::log_position() {
    metrics_->sync();
    events_->sync();
    Json position = {{"metrics", metrics_->offset()}, {"events", events_->offset()}};
    if (fs::exists(directory_.folder() / run_files::kCollapse)) position["collapse"] = true;
    return position;
}

void RunSink::append_event(train::Event event) {
    event.time = unix_now();
    events_->append(train::to_json(event));
}

void RunSink::tell_progress() {
    const auto now = Clock::now();
    state_.updated = unix_now();
    if (now - state_written_ > kStateEvery) {
        directory_.write_state(state_);
        state_written_ = now;
    }
    if (progress_) progress_(directory_, state_);
}

}  // namespace ablate::run
