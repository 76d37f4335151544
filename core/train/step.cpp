#include "core/train/step.h"

#include "core/base/random.h"
#include "core/data/batches.h"
#include "core/train/batch_tensor.h"
#include "core/train/schedule.h"
#include "core/train/site_statistics.h"

#include <ATen/core/grad_mode.h>

namespace ablate::train {
namespace {

constexpr double kClipEpsilon = 1e-6;  // as torch.nn.utils.clip_grad_norm_

// Root mean square of every activation the probe is shown, of the first micro-batch.
model::Probe rms_probe(std::vector<std::string>& names, std::vector<at::Tensor>& values) {
    return [&names, &values](const std::string& site, const at::Tensor& value) {
        const std::string name = kActivationRms.prefix + site;
        if (std::find(names.begin(), names.end(), name) != names.end()) return;
        at::NoGradGuard no_grad;
        names.push_back(name);
        values.push_back(value.to(at::kFloat).square().mean().sqrt());
    };
}

}  // namespace

std::string block_of(const std::string& name) {
    const auto first = name.find('.');
    return name.substr(0, name.starts_with("blocks.") ? name.find('.', first + 1) : first);
}

at::Tensor gradient_norms(const model::Transformer& model) {
    std::vector<at::Tensor> gradients;
    for (const auto& parameter : model.parameters()) {
        if (!parameter.value.grad().defined()) throw std::logic_error("no gradient reached " + parameter.spec.name);
        gradients.push_back(parameter.value.grad());
    }
    return at::stack(at::_foreach_norm(gradients, 2));
}

at::Tensor compute_gradients(const model::Transformer& model, const StepSource& source, std::int64_t step,
                             const model::Probe* probe) {
    const TrainConfig& train = source.config.train;
    for (const auto& parameter : model.parameters()) parameter.value.mutable_grad() = at::Tensor();
    at::Tensor loss;
    for (std::int64_t micro = 0; micro < train.accumulate; ++micro) {
        const auto batch =
            data::training_batch(source.tokens, train.batch, source.config.data.context, source.seed, step, micro);
        model::ForwardOptions options;
        options.training = true;
        options.dropout_seed = derive_seed(source.seed, fmt::format("dropout/{}/{}", step, micro));
        options.probe = probe;
        const auto output = model.loss(batch_tensor(batch.ids, batch.rows, model.device()),
                                       batch_tensor(batch.targets, batch.rows, model.device()), options);
        (train.accumulate == 1 ? output.objective : output.objective / static_cast<double>(train.accumulate))
            .backward();
        loss = loss.defined() ? loss + output.nll.detach() : output.nll.detach();
    }
    return train.accumulate == 1 ? loss : loss / static_cast<double>(train.accumulate);
}

StepRunner::StepRunner(const StepSource& source, model::Transformer& model, Optimizer& optimizer, std::int64_t capacity)
    : source_(source), model_(model), optimizer_(optimizer) {
    const auto options = at::TensorOptions().dtype(at::kFloat).device(model.device());
    rows_ = at::zeros({capacity, 2 + static_cast<std::int64_t>(model.parameters().size())}, options);
    found_inf_ = at::zeros({}, options);
    for (const auto& parameter : model.parameters()) {
        const std::string block = block_of(parameter.spec.name);
        if (blocks_.empty() || blocks_.back() != block) blocks_.push_back(block);
        block_of_parameter_.push_back(blocks_.size() - 1);
    }
}

StepRunner::Statistics* StepRunner::statistics_due(std::int64_t step) {
    const std::int64_t every = source_.config.train.stats_every;
    if (every <= 0 || step % every != 0) return nullptr;
    statistics_.push_back({step, {}, {}});
    return &statistics_.back();
}

void StepRunner::run(std::int64_t step) {
    const TrainConfig& train = source_.config.train;
    at::Tensor loss;
    if (Statistics* statistics = statistics_due(step)) {
        const model::Probe probe = rms_probe(statistics->names, statistics->values);
        loss = compute_gradients(model_, source_, step, &probe);
    } else {
        loss = compute_gradients(model_, source_, step);
    }

    at::NoGradGuard no_grad;
    const at::Tensor norms = gradient_norms(model_);
    const at::Tensor norm = norms.norm();
    rows_.select(0, static_cast<std::int64_t>(pending_.size())).copy_(at::cat({loss.view(1), norm.view(1), norms}));
    pending_.push_back(step);
    found_inf_.copy_(at::maximum(found_inf_, (loss.isfinite() & norm.isfinite()).logical_not().to(at::kFloat)));

    UpdateScale scale;
    scale.schedule = schedule_factor(train, step);
    scale.grad_divisor = train.clip > 0 ? ((norm + kClipEpsilon) / train.clip).clamp_min(1) : at::ones_like(norm);
    scale.found_inf = found_inf_;
    scale.step = step;
    optimizer_.step(scale);
}

std::vector<StepValues> StepRunner::read() {
    const at::Tensor rows = rows_.narrow(0, 0, static_cast<std::int64_t>(pending_.size())).to(at::kCPU).contiguous();
    std::vector<StepValues> steps;
    for (std::size_t i = 0; i < pending_.size(); ++i) {
        const float* row = rows.const_data_ptr<float>() + static_cast<std::int64_t>(i) * rows.size(1);
        steps.push_back({pending_[i], row[0], row[1], {}, block_norms(row + 2)});
    }
    append_statistics(steps);
    pending_.clear();
    statistics_.clear();
    return steps;
}

std::vector<double> StepRunner::block_norms(const float* norms) const {
    std::vector<double> blocks(blocks_.size(), 0);
    for (std::size_t i = 0; i < block_of_parameter_.size(); ++i) {
        const double norm = norms[i];
        blocks[block_of_parameter_[i]] += norm * norm;
    }
    for (double& square : blocks) square = std::sqrt(square);
    return blocks;
}

void StepRunner::append_statistics(std::vector<StepValues>& steps) {
    for (const auto& statistics : statistics_) {
        StepValues& values = steps[static_cast<std::size_t>(statistics.step - pending_.front())];
        auto& out = values.statistics;
        const at::Tensor activations = at::stack(statistics.values).to(at::kCPU);
        for (std::size_t i = 0; i < statistics.names.size(); ++i)
            out.emplace_back(statistics.names[i], activations.const_data_ptr<float>()[i]);
        for (std::size_t i = 0; i < blocks_.size(); ++i)
            out.emplace_back(kBlockGradNorm.prefix + blocks_[i], values.blocks[i]);
    }
}

void StepRunner::thaw() { found_inf_.zero_(); }

}  // namespace ablate::train
