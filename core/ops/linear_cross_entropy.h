#pragma once
#include <ATen/ATen.h>

namespace ablate::ops {

struct CrossEntropyOptions {
    double softcap = 0;  // logits become cap · tanh(logits / cap); 0: off
    double z_loss = 0;   // weight of mean(logsumexp²) in the objective (PaLM, arXiv 2204.02311); 0: off
};

struct CrossEntropy {
    at::Tensor objective;  // scalar: nll + z_loss · mean(logsumexp²)
    at::Tensor nll;        // scalar: mean negative log-likelihood in nats; has no gradient
};

// The final product and its loss in one: logits = x Wᵀ + b with autocast's semantics (ops/linear.h), then softcap,
// softmax and losses in max(fp32, type of x). x [N, D], weight [V, D], bias [V] or undefined, targets int64 [N]. Works
// through chunks of rows and finds the gradient on the way, so that logits of all rows never exist at once.
CrossEntropy linear_cross_entropy(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                  const at::Tensor& targets, const CrossEntropyOptions& options);

// Negative log-likelihood of each target, [N], without a gradient.
at::Tensor linear_nll(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& targets,
                      double softcap);

// The logits themselves: [N, D] -> [N, V] in max(fp32, type of x).
at::Tensor linear_logits(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double softcap);

// Rows worked on at once at a vocabulary; what memory estimates need to know.
std::int64_t cross_entropy_rows(std::int64_t rows, std::int64_t vocabulary);

namespace reference {
CrossEntropy linear_cross_entropy(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                  const at::Tensor& targets, const CrossEntropyOptions& options);
}

}  // namespace ablate::ops
