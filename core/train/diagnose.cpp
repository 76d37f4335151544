#include "core/train/diagnose.h"

#include "core/data/batches.h"
#include "core/train/batch_tensor.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace ablate::train {
namespace {

bool all_finite(const at::Tensor& value) { return value.detach().isfinite().all().item<bool>(); }

// The tensor whose gradient has the largest element.
NonFinite largest_gradient(const model::Transformer& model) {
    NonFinite found{{}, true, -1, {}};
    for (const auto& parameter : model.parameters()) {
        const double largest = parameter.value.grad().abs().max().item<double>();
        if (largest <= found.largest) continue;
        found.largest = largest;
        found.tensor = parameter.spec.name + ".grad";
        found.block = block_of(parameter.spec.name);
    }
    return found;
}

}  // namespace

std::string first_non_finite_weight(const model::Transformer& model) {
    for (const auto& parameter : model.parameters())
        if (!all_finite(parameter.value)) return parameter.spec.name;
    return {};
}

NonFinite first_non_finite(const model::Transformer& model, const StepSource& source, std::int64_t step) {
    std::string first = first_non_finite_weight(model);
    if (!first.empty()) return {first};
    const model::Probe probe = [&first](const std::string& site, const at::Tensor& value) {
        if (first.empty() && !all_finite(value)) first = site;
    };
    const at::Tensor loss = compute_gradients(model, source, step, &probe);
    if (!first.empty()) return {first};
    if (!all_finite(loss)) return {"loss"};
    for (const auto& parameter : model.parameters())
        if (!all_finite(parameter.value.grad())) return {parameter.spec.name + ".grad"};
    return all_finite(gradient_norms(model).norm()) ? NonFinite{} : largest_gradient(model);
}

NonFinite first_non_finite(const model::Transformer& model, const RunConfig& config, const data::ValidationSet& set) {
    const at::NoGradGuard no_grad;
    std::string first = first_non_finite_weight(model);
    if (!first.empty()) return {first};
    const model::Probe probe = [&first](const std::string& site, const at::Tensor& value) {
        if (first.empty() && !all_finite(value)) first = site;
    };
    model::ForwardOptions options;
    options.probe = &probe;
    const std::int64_t windows = data::evaluation_windows(config.train);
    for (std::int64_t begin = 0; begin < windows; begin += config.train.batch) {
        const auto batch = data::evaluation_batch(*set.tokens, config.data.context, windows, begin,
                                                  std::min(config.train.batch, windows - begin));
        const auto output = model.loss(batch_tensor(batch.ids, batch.rows, model.device()),
                                       batch_tensor(batch.targets, batch.rows, model.device()), options);
        if (first.empty() && !all_finite(output.nll)) first = "loss";
        if (!first.empty()) return {first};
    }
    return {};
}

}  // namespace ablate::train
