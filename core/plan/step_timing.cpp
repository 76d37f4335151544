#include "core/plan/step_timing.h"

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/config/train_kinds.h"
#include "core/io/json_file.h"
#include "core/model/transformer.h"
#include "core/ops/linear_cross_entropy.h"
#include "core/plan/preflight.h"
#include "core/plan/synchronize.h"
#include "core/run/known_keys.h"
#include "core/run/summary.h"
#include "core/statistics/statistics.h"
#include "core/train/optimizer.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <future>

namespace ablate::study {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kSmallVocabulary = 256;  // of the slice whose block is timed: next to no head
constexpr std::int64_t kHeadSlice = 8192;       // the vocabulary of the slice whose head is timed
constexpr double kLongEnough = 0.35;            // seconds: a slice of fewer sequences is timed no longer than it takes
constexpr int kRepeats = 3;
constexpr double kLongest = 1;             // seconds: what takes longer is not timed again
constexpr std::int64_t kFirstLength = 64;  // of the sequence that warms up; it grows while that takes little time

// Seconds. Work on one thread of the processor is timed by that thread's own clock, which other programs do not turn.
double now(bool own_thread) {
    if (!own_thread) return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// The model with fewer layers and a smaller vocabulary, trained as a run trains.
class Slice {
  public:
    Slice(RunConfig config, std::int64_t layers, std::int64_t vocabulary)
        : config_(with(std::move(config), layers, vocabulary)),
          device_(model::resolve_device(config_.train.device)),
          model_(config_, /*seed=*/1, device_),
          optimizer_(train::make_optimizer(config_.train, model_.parameters())) {}

    double parameters() const {
        double count = 0;
        for (const model::Parameter& parameter : model_.parameters())
            count += static_cast<double>(parameter.value.numel());
        return count;
    }

    struct PerToken {
        double seconds = 0;
        bool rough = false;  // a shorter sequence was timed
    };

    // Forward and backward, over as many sequences as take long enough to be timed well. Where one of the study's
    // context would take seconds, a shorter one is timed and scaled by the FLOPs.
    PerToken per_token() {
        const std::int64_t context = config_.data.context;
        std::int64_t rows = 1, length = first_length();
        const auto time = [&] { return timed([&] { gradients(rows, length); }); };
        double seconds = time();  // the first warms up
        if (seconds < kLongest) seconds = time();
        while (length < context && 2 * seconds <= kLongest) {
            length = std::min(2 * length, context);
            seconds = time();
        }
        if (length < context) return {seconds / static_cast<double>(length) * flops(context) / flops(length), true};
        while (seconds < kLongEnough && rows < config_.train.batch) {
            rows = std::min(2 * rows, config_.train.batch);
            seconds = time();
        }
        for (int i = 1; i < kRepeats && seconds < kLongest; ++i) seconds = std::min(seconds, time());
        return {seconds / static_cast<double>(rows * context), false};
    }

    // Seconds of clipping and the optimizer's step.
    double update() {
        double least = 0;
        for (int i = 0; i <= kRepeats; ++i) {
            gradients(1, first_length());
            const double seconds = timed([&] { step(); });
            if (i <= 1 || seconds < least) least = seconds;  // the first warms up
            if (seconds > kLongest) break;
        }
        return least;
    }

  private:
    static RunConfig with(RunConfig config, std::int64_t layers, std::int64_t vocabulary) {
        config.model.layers = layers;
        config.data.vocab_size = vocabulary;
        return config;
    }

    template <class Work>
    double timed(Work work) {
        const bool own_thread = device_.is_cpu() && config_.train.threads == 1;
        synchronize(device_);
        const double begin = now(own_thread);
        work();
        synchronize(device_);
        return now(own_thread) - begin;
    }

    std::int64_t first_length() const { return std::min(config_.data.context, kFirstLength); }

    double flops(std::int64_t length) const {
        RunConfig config = config_;
        config.data.context = length;
        return model::forward_flops_per_token(config).six_n;
    }

    void gradients(std::int64_t rows, std::int64_t length) {
        const auto options = at::TensorOptions().dtype(at::kLong).device(device_);
        const at::Tensor ids =
            at::arange(rows * length, options).remainder(config_.data.vocab_size).view({rows, length});
        for (const model::Parameter& parameter : model_.parameters()) parameter.value.mutable_grad() = at::Tensor();
        model_.loss(ids, ids, {.training = true}).objective.backward();
    }

    void step() {
        const at::NoGradGuard no_gradient;
        std::vector<at::Tensor> gradients;
        for (const model::Parameter& parameter : model_.parameters())
            if (parameter.value.grad().defined()) gradients.push_back(parameter.value.grad());
        train::UpdateScale scale;
        scale.grad_divisor = at::stack(at::_foreach_norm(gradients)).norm().clamp_min(1);
        scale.found_inf = at::zeros({}, at::TensorOptions().dtype(at::kFloat).device(device_));
        scale.step = ++steps_;  // from 1 on: the first step of a run may be another than the rest
        optimizer_->step(scale);
    }

    RunConfig config_;
    at::Device device_;
    model::Transformer model_;
    std::unique_ptr<train::Optimizer> optimizer_;
    std::int64_t steps_ = 0;
};

// What a step is made of, in seconds.
struct Parts {
    double block = 0;         // forward and backward of one layer, per token
    double rest = 0;          // of embedding, head and loss, per token
    double block_update = 0;  // the optimizer's step, of one layer
    double rest_update = 0;   // of everything else
    bool rough = false;       // timed on shorter sequences than the study's
};

// With a large vocabulary the loss works on few rows at once, and each row takes longer: the slice has as many rows.
RunConfig of_head(RunConfig config) {
    const std::int64_t rows = ops::cross_entropy_rows(config.data.context, config.data.vocab_size);
    if (rows == config.data.context) return config;
    config.data.context = rows;
    config.train.batch = 1;
    return config;
}

Parts measure(const RunConfig& config, int threads) {
    at::get_num_threads();  // a thread's first use of the pool would overwrite what is set before it
    at::set_num_threads(threads);
    const std::int64_t vocabulary = config.data.vocab_size;
    const std::int64_t head = std::min(vocabulary, kHeadSlice), small = std::min(vocabulary, kSmallVocabulary);
    Parts parts;
    double rest_parameters = 0;
    {
        Slice slice(of_head(config), 0, head);
        const double share = static_cast<double>(vocabulary) / static_cast<double>(head);
        const Slice::PerToken token = slice.per_token();
        parts.rest = token.seconds * share;
        parts.rough = token.rough;
        parts.rest_update = slice.update() * share;
        rest_parameters = slice.parameters() * share;
    }
    Slice slice(config, 1, small);
    const double share = static_cast<double>(small) / static_cast<double>(vocabulary);
    const Slice::PerToken token = slice.per_token();
    parts.block = std::max(0.0, token.seconds - parts.rest * share);
    parts.rough = parts.rough || token.rough;
    const double of_block = 1 - std::min(1.0, rest_parameters * share / slice.parameters());
    parts.block_update = slice.update() * of_block;
    return parts;
}

// What the parts depend on. How many layers and steps there are scales them. Norms are left out of the key, so that
// variants that differ only in norms share one measurement.
std::string key_of(const RunConfig& config, at::Device device) {
    Json json = to_json(config);
    Json sizes = {
        {"model", json.at("model")}, {"vocabulary", config.data.vocab_size}, {"context", config.data.context}};
    for (const char* key : {"layers", "init", "norm", "placement", "qk_norm_scope"}) sizes["model"].erase(key);
    for (const char* key : {"batch", "optimizer", "z_loss"}) sizes[key] = json.at("train").at(key);
    sizes.update(own_options_of_optimizer(config.train));
    return fmt::format("{}, {}, {}, {} threads, {}, {}", cpu_model(), kVersion, config.train.precision,
                       config.train.threads, device.str(), sha256_hex(sizes.dump()).substr(0, 16));
}

Json read_times() {
    try {
        Json json = io::read_json(step_times_file());
        return json.is_object() ? json : Json::object();
    } catch (const InputError&) {
        return Json::object();  // absent or damaged: measured again
    }
}

std::optional<Parts> known_parts(const std::string& key) {
    const Json times = read_times();
    const auto found = times.find(key);
    if (found == times.end() || !found->is_array() || found->size() < 4 || found->size() > 5) return {};
    for (const Json& number : *found)
        if (!number.is_number() || number < 0) return {};
    const auto part = [&](std::size_t at) { return (*found)[at].get<double>(); };
    return Parts{part(0), part(1), part(2), part(3), found->size() == 5};
}

// A machine without a home, or a full disk, costs the measurement again and nothing else.
void keep(const std::string& key, const Parts& parts) {
    std::error_code ignored;
    fs::create_directories(step_times_file().parent_path(), ignored);
    Json times = read_times();
    times[key] = {parts.block, parts.rest, parts.block_update, parts.rest_update};
    if (parts.rough) times[key].push_back(1);  // an earlier version takes such an entry for damaged, and measures
    try {
        io::write_json(step_times_file(), times);
    } catch (const std::exception&) {
        // The next preview measures again.
    }
}

double step_seconds(const Parts& parts, const RunConfig& config) {
    const auto layers = static_cast<double>(config.model.layers);
    return tokens_per_step(config) * (layers * parts.block + parts.rest) + layers * parts.block_update +
           parts.rest_update;
}

}  // namespace

fs::path step_times_file() {
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    const fs::path folder = cache && *cache ? fs::path(cache)
                            : home && *home ? fs::path(home) / ".cache"
                                            : fs::temp_directory_path();
    return folder / "ablate" / "step-times.json";
}

std::optional<StepTime> known_step_time(const RunConfig& config) {
    const auto parts = known_parts(key_of(config, model::resolve_device(config.train.device)));
    if (!parts) return {};
    return StepTime{step_seconds(*parts, config), parts->rough};
}

StepTime measured_step_time(const RunConfig& config) {
    if (const auto known = known_step_time(config)) return *known;
    // Measured on a separate thread, so that its thread count does not affect this one.
    const Parts parts =
        std::async(std::launch::async, measure, std::cref(config), static_cast<int>(config.train.threads)).get();
    keep(key_of(config, model::resolve_device(config.train.device)), parts);
    return {step_seconds(parts, config), parts.rough};
}

std::optional<double> timed_step_seconds(const RunConfig& config, const run::RunList& runs) {
    const Json model = to_json(config).at("model");
    const auto trains_alike = [&](const RunConfig& a) {  // the cheap tests first: workspaces hold thousands of runs
        const RunConfig& b = config;
        return a.data.vocab_size == b.data.vocab_size && a.data.context == b.data.context &&
               a.train.batch == b.train.batch && a.train.accumulate == b.train.accumulate &&
               a.train.optimizer == b.train.optimizer && a.train.precision == b.train.precision &&
               a.train.threads == b.train.threads && a.train.device == b.train.device &&
               a.model.d_model == b.model.d_model &&
               own_options_of_optimizer(a.train) == own_options_of_optimizer(b.train) &&
               to_json(a).at("model") == model;
    };
    std::vector<double> seconds;
    for (const run::ListedRun& listed : runs.runs) {
        if (run::is_imported_log(listed.info)) continue;
        // The rate of a run that still trains is disturbed by all that runs beside it now.
        if (listed.state.phase != "ended" || listed.status == run::Status::running) continue;
        const double rate = run::tokens_per_second(listed.state);
        if (rate > 0 && trains_alike(listed.info.config)) seconds.push_back(tokens_per_step(config) / rate);
    }
    if (seconds.empty()) return {};
    return median(std::move(seconds));
}

}  // namespace ablate::study
