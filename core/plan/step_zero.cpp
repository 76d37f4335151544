#include "core/plan/step_zero.h"

#include "core/base/random.h"
#include "core/base/sha256.h"
#include "core/data/batches.h"
#include "core/model/transformer.h"
#include "core/plan/machine.h"
#include "core/train/start.h"

#include <ATen/Parallel.h>

#include <future>

namespace ablate::study {

namespace {

constexpr std::int64_t kRowsOfLogits = 4;  // that many rows of the batch tell whether logits are the same bits

// What a model computes at step 0, as bits: of the logits and of every gradient, by tensor name.
using Fingerprint = std::map<std::string, std::string>;

struct Measured {
    StepZero result;
    Fingerprint bits;
};

std::string bits_of(const at::Tensor& value) {
    if (!value.defined()) return "none";
    const at::Tensor whole = value.detach().to(at::kCPU).contiguous();
    return sha256_hex({static_cast<const char*>(whole.const_data_ptr()), whole.nbytes()});
}

at::Tensor on_device(const std::vector<std::int64_t>& ids, const data::Batch& batch, at::Device device) {
    return at::tensor(ids, at::kLong).view({batch.rows, batch.context}).to(device);
}

bool all_finite(const at::Tensor& value) { return at::isfinite(value).all().item<bool>(); }

// In forward order among the activations, then in table order among the gradients.
std::string first_non_finite(const model::Transformer& transformer, const at::Tensor& ids, const at::Tensor& targets,
                             model::ForwardOptions options) {
    std::string first;
    const model::Probe probe = [&](const std::string& site, const at::Tensor& value) {
        if (first.empty() && !all_finite(value)) first = site;
    };
    options.probe = &probe;
    const at::NoGradGuard no_gradients;
    transformer.loss(ids, targets, options);
    if (!first.empty()) return first;
    for (const model::Parameter& parameter : transformer.parameters())
        if (parameter.value.grad().defined() && !all_finite(parameter.value.grad()))
            return "gradient of " + parameter.spec.name;
    return "loss";
}

Measured measure(const VariantPoint& point, const data::PreparedData& data, std::uint64_t seed) {
    const RunConfig& config = point.config;
    at::get_num_threads();  // a thread's first use of the pool would overwrite what is set before it
    at::set_num_threads(static_cast<int>(config.train.threads));
    const at::Device device = model::resolve_device(config.train.device);
    model::Transformer transformer(config, seed, device);
    if (!config.train.start.empty()) train::load_start(transformer, config);
    const data::Batch batch = data::training_batch(*data.train, config.train.batch, config.data.context, seed, 0);
    const at::Tensor ids = on_device(batch.ids, batch, device), targets = on_device(batch.targets, batch, device);
    const model::ForwardOptions options{true, derive_seed(seed, "dropout/0"), nullptr};

    const model::LossOutput output = transformer.loss(ids, targets, options);
    output.objective.backward();
    Measured measured;
    at::Tensor squares = at::zeros({}, at::TensorOptions().dtype(at::kDouble).device(device));
    for (const model::Parameter& parameter : transformer.parameters()) {
        const at::Tensor gradient = parameter.value.grad();
        if (gradient.defined()) squares += gradient.to(at::kDouble).square().sum();
        measured.bits[parameter.spec.name] = bits_of(gradient);
    }
    measured.result.point = point.name;
    measured.result.loss = output.nll.item<double>();
    measured.result.grad_norm = std::sqrt(squares.item<double>());
    if (!std::isfinite(measured.result.loss) || !std::isfinite(measured.result.grad_norm))
        measured.result.first_non_finite = first_non_finite(transformer, ids, targets, options);
    const at::NoGradGuard no_gradients;
    const std::int64_t rows = std::min(kRowsOfLogits, batch.rows);
    measured.bits["logits"] = bits_of(transformer.logits(ids.narrow(0, 0, rows), options));
    return measured;
}

}  // namespace

bool decided_at_step_zero(const RunConfig& baseline, const RunConfig& variant) {
    RunConfig baseline_around_it = variant;
    baseline_around_it.data = baseline.data;
    baseline_around_it.train = baseline.train;
    return config_hash(variant, "") == config_hash(baseline_around_it, "");
}

std::vector<StepZero> step_zero(const std::vector<VariantPoint>& points, const data::PreparedData& data,
                                std::uint64_t seed, const data::Progress& progress) {
    struct Baseline {
        const VariantPoint* point;
        Fingerprint bits;
    };
    std::map<std::string, Baseline> baselines;  // by grid point: the first of each is its baseline
    std::vector<StepZero> results;
    for (const VariantPoint& point : points) {
        if (progress)
            progress("step 0 of " + point.name,
                     static_cast<double>(results.size()) / static_cast<double>(points.size()));
        require_memory(point.config, 1, point.name);
        // On its own thread: the number of threads set there is that thread's.
        Measured measured = std::async(std::launch::async, [&] { return measure(point, data, seed); }).get();
        const auto baseline = baselines.find(point.grid_point);
        if (baseline == baselines.end())
            baselines[point.grid_point] = {&point, std::move(measured.bits)};
        else
            measured.result.same_as_baseline = measured.bits == baseline->second.bits &&
                                               decided_at_step_zero(baseline->second.point->config, point.config);
        results.push_back(std::move(measured.result));
    }
    return results;
}

}  // namespace ablate::study
