#include "core/train/trainer.h"

#include "core/base/error.h"
#include "core/base/workspace_layout.h"
#include "core/train/checkpoint.h"
#include "core/train/collapse.h"
#include "core/train/diagnose.h"
#include "core/train/evaluate.h"
#include "core/train/memory.h"
#include "core/train/progress.h"
#include "core/train/schedule.h"
#include "core/train/start.h"

#include <ATen/Parallel.h>
#include <torch/version.h>

#include <chrono>
#include <limits>
#include <numeric>
#include <span>

namespace ablate::train {
namespace {

using Clock = std::chrono::steady_clock;

TrainJob affordable(TrainJob job) {
    require_memory(job.config);
    return job;
}

Event start_event(const model::StartPlan& plan, const TrainConfig& train) {
    const Json lists = model::to_json(plan);
    return {0, StartEvent{train.start, train.start_sha256, lists.at("kept"), lists.at("dropped"), lists.at("new")}};
}

bool due(std::int64_t step, std::int64_t every) { return every > 0 && step % every == 0; }

}  // namespace

// A step k is taken (enqueued), and later, at a log point, read and judged: see flush().
struct Trainer::State {
    TrainJob job;
    TrainSink& sink;
    const TrainConfig& train;
    StepSource source;
    model::Transformer model;
    std::unique_ptr<Optimizer> optimizer;
    StepRunner runner;
    CollapseDetector detector;
    CheckpointStore store;
    Progress progress;
    GradientHistory gradients;
    bool collapse_told = false;             // to the sink
    std::optional<CheckpointInfo> resumed;  // where this process took the run up
    Clock::time_point window_start;
    std::int64_t read_each_step_until = 0;

    State(TrainJob given, TrainSink& s)
        : job(affordable(std::move(given))),
          sink(s),
          train(job.config.train),
          source{job.config, *job.data->train, job.seed},
          model(job.config, job.seed, model::resolve_device(train.device)),
          optimizer(make_optimizer(train, model.parameters())),
          runner(source, model, *optimizer,
                 std::clamp<std::int64_t>(train.log_every, 1, std::max<std::int64_t>(train.steps, 1))),
          detector(train, job.data->unigram_entropy, job.config.data.vocab_size),
          store(job.checkpoints, train.keep_last),
          gradients{runner.blocks(), {}} {}

    Json resume();
    TrainSummary run(const std::stop_token& stop);

    std::vector<NamedTensor> weights() const;
    Json trainer_state(const std::string& reason) const;
    void require_same_run(const Json& stored, const std::filesystem::path& folder) const;
    void resume_gradients(const Json& stored);
    bool is_best() const;
    CheckpointInfo save(const std::string& reason);

    void begin();
    void start_anew();
    bool at_log_point() const { return due(progress.step, train.log_every) || progress.step == train.steps; }
    void after_step();
    bool flush();
    void emit(std::span<const StepValues> steps, double tokens_per_second, const NonFinite& found = {});
    void remember_gradients(const StepValues& values);
    void tell_collapse();
    void tell(const Event& event);
    bool non_finite_step(const StepValues& values, double tokens_per_second);
    void keep_last_good();
    bool evaluate_sets();
    bool has_non_finite_verdict() const;
    bool frozen() const;
    bool ended() const;
    TrainSummary interrupt(Outcome outcome);
    TrainSummary finish();
    TrainSummary summary(Verdict verdict, const CheckpointInfo& last) const;
};

std::vector<NamedTensor> Trainer::State::weights() const {
    std::vector<NamedTensor> result;
    for (const auto& parameter : model.parameters()) result.push_back({parameter.spec.name, parameter.value});
    return result;
}

// ---- Checkpoints ----

Json Trainer::State::trainer_state(const std::string& reason) const {
    return {{"format", kCheckpointFormat},
            {"step", progress.step},
            {"reason", reason},
            {"config", ablate::to_json(job.config)},
            {"config_hash", config_hash(job.config, job.data->sha256)},
            {"data_folder", std::filesystem::absolute(job.data->folder).string()},
            {"data_sha256", job.data->sha256},
            {"seed", job.seed},
            {"threads", train.threads},
            {"torch", TORCH_VERSION},
            {"device", model.device().str()},
            {"progress", to_json(progress)},
            {"detector", detector.save()},
            {"gradients", to_json(gradients)},
            {"log_position", sink.log_position()}};
}

// Whether the present weights gave the first set's lowest loss.
bool Trainer::State::is_best() const {
    const auto best = progress.best_step.find(job.data->validation.front().name);
    return best != progress.best_step.end() && best->second == progress.step && progress.evaluated_at == progress.step;
}

CheckpointInfo Trainer::State::save(const std::string& reason) {
    const bool best = reason == "best" || (reason == "end" && is_best());
    const EvaluationWeights evaluated(*optimizer);
    const CheckpointInfo info =
        store.save(progress.step, reason, weights(), optimizer->state(), trainer_state(reason), best);
    // A pause leaves no trace in the log: a resumed run's log equals an uninterrupted one's.
    if (reason != "pause") sink.checkpoint(info);
    window_start = Clock::now();
    return info;
}

void Trainer::State::require_same_run(const Json& stored, const std::filesystem::path& folder) const {
    const std::string name = folder.filename().string();
    const RunConfig before = stored_run_config(stored.at("config"), name);
    if (stored.at("seed") != job.seed)
        throw InputError("{} was made with seed {}, not {}: train it as a separate run", name, stored.at("seed").dump(),
                         job.seed);
    const Json& hash = stored.at("config_hash");
    const bool earlier = !job.earlier_hash.empty() && hash == job.earlier_hash;
    if (!earlier && hash != config_hash(job.config, job.data->sha256)) {
        const auto differences = difference(before, job.config);
        throw InputError("{} was made with another configuration ({}): train it as a separate run", name,
                         differences.empty() ? "the data differ" : in_words(differences.front()));
    }
    const auto note = [&](const char* what, const Json& was, const Json& is) {
        if (was != is)
            sink.message(fmt::format(
                "resumed with {} {} instead of {}: its values are no longer those of an uninterrupted run to the bit",
                what, is.dump(), was.dump()));
    };
    note("threads", stored.at("threads"), train.threads);
    note("LibTorch", stored.at("torch"), TORCH_VERSION);
    note("device", stored.at("device"), model.device().str());
}

// Checkpoints of 0.1 have none.
void Trainer::State::resume_gradients(const Json& stored) {
    collapse_told = detector.collapse().has_value();
    if (!stored.contains("gradients")) return;
    GradientHistory before = gradient_history_from_json(stored.at("gradients"), "gradients");
    if (before.blocks == gradients.blocks) gradients = std::move(before);
}

Json Trainer::State::resume() {
    const auto newest = newest_sound_checkpoint(job.checkpoints, [&](const std::string& line) { sink.message(line); });
    if (!newest) return {};
    const Json stored = read_trainer_state(newest->folder);
    try {
        require_same_run(stored, newest->folder);
        load_tensors(newest->folder / checkpoint_files::kWeights, weights());
        load_tensors(newest->folder / checkpoint_files::kOptimizer, optimizer->state());
        optimizer->resumed();
        progress = progress_from_json(stored.at("progress"));
        detector.load(stored.at("detector"));
        resume_gradients(stored);
        resumed = {newest->step, newest->folder, stored.at("reason").get<std::string>(),
                   stored_weights_sha256(newest->folder)};
        return stored.at("log_position");
    } catch (const Json::exception& error) {
        throw InputError("{}: {}", (newest->folder / checkpoint_files::kTrainerState).string(), error.what());
    }
}

// ---- The loop ----

void Trainer::State::begin() {
    at::get_num_threads();  // a thread's first use of the pool would overwrite what is set before it
    at::set_num_threads(static_cast<int>(train.threads));
    store.discard_after(resumed ? progress.step : -1);
    if (!resumed) {
        start_anew();
    } else if (resumed->reason == "cadence" || resumed->reason == "best" || resumed->reason == "start") {
        sink.checkpoint(*resumed);  // its line in the log came after the position stored in it; other reasons come
                                    // again by themselves
        if (resumed->reason == "start") store.mark_newest("start", 0);  // stopped between the two
    }
    window_start = Clock::now();
}

// What became of the tensors of a start is an event: the run directory alone tells it later.
void Trainer::State::start_anew() {
    if (!train.start.empty()) {
        const model::StartPlan plan = load_start(model, job.config);
        optimizer->started();
        sink.event(start_event(plan, train));
        sink.message(fmt::format("started from {}: {}", train.start, model::in_words(plan)));
    }
    evaluate_sets();
    if (!train.keep_start) return;
    save("start");
    store.mark_newest("start", 0);
}

TrainSummary Trainer::State::run(const std::stop_token& stop) {
    begin();
    while (!ended()) {
        const Request request = sink.requested();
        if (request == Request::stop) return interrupt(Outcome::stopped);
        if (request == Request::pause || stop.stop_requested()) return interrupt(Outcome::paused);
        runner.run(progress.step++);
        after_step();
    }
    return finish();
}

// What is due at this number of updates, in an order a resume can rely on: a checkpoint comes last.
void Trainer::State::after_step() {
    const bool evaluation_due = due(progress.step, train.eval_every) || progress.step == train.steps;
    const bool checkpoint_due = due(progress.step, train.checkpoint_every);
    if (!at_log_point() && !evaluation_due && !checkpoint_due && progress.step > read_each_step_until) return;
    if (!flush()) return;  // gone back, or frozen: this number of updates is not reached yet
    const bool best = evaluation_due && evaluate_sets();
    if (progress.step == train.steps) return;  // finish() saves, and marks the best
    if (best && train.checkpoint_every > 0) return void(save("best"));
    if (best) store.unmark("best");  // these weights are not saved, and those that were saved are no longer the best
    if (checkpoint_due) save("cadence");
}

// Reads the steps taken since the last call and judges them in order. From the first non-finite one on the device has
// changed nothing: false when such a step takes training back, or ends it.
bool Trainer::State::flush() {
    const std::vector<StepValues> steps = runner.read();
    if (steps.empty()) return true;
    const auto now = Clock::now();
    const double elapsed = std::chrono::duration<double>(now - window_start).count();
    window_start = now;
    progress.seconds += elapsed;
    const double rate = tokens_per_step(job.config) * static_cast<double>(steps.size()) / std::max(elapsed, 1e-9);
    const auto bad =
        std::find_if(steps.begin(), steps.end(), [](const StepValues& values) { return !values.finite(); });
    emit({steps.begin(), bad}, rate);
    return bad == steps.end() || non_finite_step(*bad, rate);
}

void Trainer::State::emit(std::span<const StepValues> steps, double tokens_per_second, const NonFinite& found) {
    if (steps.empty()) return;
    std::vector<StepRecord> records;
    std::vector<Event> events;
    for (const auto& values : steps) {
        const bool skipped = !values.finite() && train.policy == "record";
        records.push_back({values.step, values.loss, values.grad_norm, train.lr * schedule_factor(train, values.step),
                           tokens_per_second, values.statistics, skipped});
        for (auto& event : detector.step(values.step, values.loss, values.grad_norm, found))
            events.push_back(std::move(event));
        remember_gradients(values);
        progress.took(values.loss);
    }
    sink.steps(records);
    for (const auto& event : events) tell(event);
}

// An explosion is found when its spike has lasted for a while: its beginning is remembered until then.
void Trainer::State::remember_gradients(const StepValues& values) {
    const auto spike = static_cast<std::size_t>(std::max<std::int64_t>(train.spike_recovery, 0));
    const bool troubled = detector.in_spike() || detector.collapse();
    gradients.add({values.step, values.loss, values.grad_norm, values.blocks},
                  troubled ? std::min(kHistorySteps + spike, kLongestHistory) : kHistorySteps);
    tell_collapse();
}

void Trainer::State::tell_collapse() {
    if (collapse_told || !detector.collapse()) return;
    collapse_told = true;
    sink.collapsed(gradients);
}

void Trainer::State::tell(const Event& event) {
    sink.event(event);
    // The checkpoint before a spike is spared from deletion until it has recovered: it is the last good one if it does
    // not.
    if (std::holds_alternative<SpikeEvent>(event.what)) store.mark_newest("last good", event.step);
    const bool recovered = std::holds_alternative<SpikeRecoveredEvent>(event.what);
    if (recovered && !detector.in_spike() && !detector.collapse()) store.unmark("last good");
}

// The checkpoint to go back to from the first trouble: the weights as they are, unless it is they that are not finite.
void Trainer::State::keep_last_good() {
    if (first_non_finite_weight(model).empty())
        save("last good");
    else
        store.mark_newest("last good", progress.step);
}

// The weights are still those before step k. Policy stop: the run ends there. Policy record: k is left out and training
// continues with k + 1. Steps taken after k are taken again, and each is read at once until the next log point.
bool Trainer::State::non_finite_step(const StepValues& values, double tokens_per_second) {
    const bool first_of_series = progress.last_non_finite != values.step - 1;
    const NonFinite found = first_of_series ? first_non_finite(model, source, values.step) : NonFinite{};
    const std::int64_t taken = std::exchange(progress.step, values.step);
    if (!detector.collapse()) keep_last_good();
    emit({&values, 1}, tokens_per_second, found);
    if (train.policy != "record") return false;
    progress.last_non_finite = values.step;
    ++progress.skipped_steps;
    ++progress.step;
    runner.thaw();
    read_each_step_until = taken;
    window_start = Clock::now();
    return progress.step == taken;
}

// True when the first set's loss is its best so far.
bool Trainer::State::evaluate_sets() {
    bool best = false;
    const std::vector<data::ValidationSet>& sets = job.data->validation;
    const EvaluationWeights evaluated(*optimizer);
    const std::vector<Evaluation> evaluations = evaluate(model, job.config, *job.data, progress.step);
    for (std::size_t i = 0; i < evaluations.size(); ++i) {
        const Evaluation& evaluation = evaluations[i];
        const bool better = progress.evaluated(evaluation);
        if (evaluation.set == sets.front().name) best = better;
        sink.evaluation(evaluation);
        const bool is_first = !std::isfinite(evaluation.loss) && !has_non_finite_verdict();
        const NonFinite found = is_first ? first_non_finite(model, job.config, sets[i]) : NonFinite{};
        for (const auto& event : detector.evaluated(progress.step, evaluation.loss, evaluation.set, found)) tell(event);
        tell_collapse();
    }
    window_start = Clock::now();
    return best;
}

bool Trainer::State::has_non_finite_verdict() const {
    return detector.collapse() && detector.collapse()->collapse == Collapse::non_finite;
}

bool Trainer::State::frozen() const { return train.policy == "stop" && has_non_finite_verdict(); }

// A collapse that is found by judging finite values ends a run at a log point, so that where it ends does not depend on
// interruptions.
bool Trainer::State::ended() const {
    if (progress.step >= train.steps || frozen()) return true;
    return train.policy == "stop" && detector.collapse() && at_log_point();
}

// ---- The end ----

TrainSummary Trainer::State::interrupt(Outcome outcome) {
    flush();
    if (ended()) return finish();
    const CheckpointInfo info = save("pause");
    const bool paused = outcome == Outcome::paused;
    return summary({outcome,
                    Collapse::none,
                    progress.step,
                    {},
                    fmt::format("{} after {} step{}", paused ? "paused" : "stopped", progress.step,
                                progress.step == 1 ? "" : "s")},
                   info);
}

TrainSummary Trainer::State::finish() {
    if (progress.step == train.steps) {
        detector.finish(train.steps);
        tell_collapse();
    }
    if (!frozen() && progress.evaluated_at != progress.step) evaluate_sets();
    const CheckpointInfo info = save("end");
    return summary(detector.collapse().value_or(Verdict{}), info);
}

TrainSummary Trainer::State::summary(Verdict verdict, const CheckpointInfo& last) const {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const auto& losses = progress.recent_losses;
    TrainSummary result;
    result.verdict = std::move(verdict);
    result.steps_done = progress.step;
    result.final_train_loss =
        losses.empty() ? nan : std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
    result.final_val = progress.last_val;
    if (frozen())  // the last evaluation was of healthier weights
        for (auto& [set, loss] : result.final_val) loss = nan;
    result.best_val = progress.best_val;
    result.best_step = progress.best_step;
    result.seconds = progress.seconds;
    result.tokens_per_second =
        progress.seconds > 0 ? tokens_per_step(job.config) * static_cast<double>(progress.step) / progress.seconds : 0;
    result.peak_memory = peak_memory(train.device);
    result.weights_sha256 = last.weights_sha256;
    result.skipped_steps = progress.skipped_steps;
    return result;
}

// ---- Trainer ----

Trainer::Trainer(TrainJob job, TrainSink& sink) {
    with_memory_errors([&] { state_ = std::make_unique<State>(std::move(job), sink); });
}

Trainer::~Trainer() = default;

Json Trainer::resume() { return state_->resume(); }

TrainSummary Trainer::train(std::stop_token stop) {
    TrainSummary result;
    with_memory_errors([&] { result = state_->run(stop); });
    return result;
}

}  // namespace ablate::train
