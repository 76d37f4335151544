#include "core/train/diagnose.h"

namespace ablate::train {
namespace {

bool all_finite(const at::Tensor& value) { return value.detach().isfinite().all().item<bool>(); }

}  // namespace

std::string first_non_finite_weight(const model::Transformer& model) {
    for (const auto& parameter : model.parameters())
        if (!all_finite(parameter.value)) return parameter.spec.name;
    return {};
}

std::string first_non_finite(const model::Transformer& model, const StepSource& source, std::int64_t step) {
    std::string first = first_non_finite_weight(model);
    if (!first.empty()) return first;
    const model::Probe probe = [&first](const std::string& site, const at::Tensor& value) {
        if (first.empty() && !all_finite(value)) first = site;
    };
    const at::Tensor loss = compute_gradients(model, source, step, &probe);
    if (!first.empty()) return first;
    if (!all_finite(loss)) return "loss";
    for (const auto& parameter : model.parameters())
        if (!all_finite(parameter.value.grad())) return parameter.spec.name + ".grad";
    return "grad_norm";
}

}  // namespace ablate::train
