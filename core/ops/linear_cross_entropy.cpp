#include "core/ops/linear_cross_entropy.h"

#include "core/ops/linear.h"
#include "core/ops/precision.h"
#include "core/ops/rows.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

namespace ablate::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Logits of a chunk: few enough to stay in the cache's reach. Products of few rows are slow, and each chunk adds to the
// whole gradient of the weight, so that a large vocabulary has larger chunks.
constexpr std::int64_t kChunkElements = 1 << 22;
constexpr std::int64_t kFewestRows = 256;

struct Chunk {
    at::Tensor logits;   // [R, V] as the product gives them
    at::Tensor targets;  // [R]
    CrossEntropyOptions options;
    std::int64_t all_rows;  // the losses are means over them
};

struct ChunkLoss {
    at::Tensor nll, logsumexp;  // [R]
    at::Tensor gradient;  // [R, V] in the type of the logits, of the objective by the logits; undefined unless asked
};

// One pass over each row; the gradient takes the place of the logits.
ChunkLoss fused_chunk_loss(const Chunk& chunk, bool with_gradient) {
    const std::int64_t count = chunk.logits.size(0), width = chunk.logits.size(1);
    const at::TensorOptions single = chunk.logits.options().dtype(at::kFloat);
    ChunkLoss loss{at::empty({count}, single), at::empty({count}, single), {}};
    float *nll = loss.nll.mutable_data_ptr<float>(), *logsumexp = loss.logsumexp.mutable_data_ptr<float>();
    const auto* targets = chunk.targets.const_data_ptr<std::int64_t>();
    const float share = 1 / static_cast<float>(chunk.all_rows);
    at::parallel_for(0, count, 4, [&](std::int64_t first, std::int64_t last) {
        rows::Input in(chunk.logits, width);
        rows::Output out(chunk.logits, width);
        std::vector<float> powers(static_cast<std::size_t>(width));
        for (std::int64_t row = first; row < last; ++row) {
            const float* z = in.at(row * width);
            const float largest = rows::maximum(z, width), sum = rows::exponentials(z, largest, powers.data(), width);
            logsumexp[row] = largest + std::log(sum);
            nll[row] = logsumexp[row] - z[targets[row]];
            if (!with_gradient) continue;
            const double factor = (1 + 2 * chunk.options.z_loss * logsumexp[row]) / sum * share;
            float* gradient = out.at(row * width);
            rows::scale(powers.data(), static_cast<float>(factor), nullptr, gradient, width);
            gradient[targets[row]] -= share;
            out.store(row * width);
        }
    });
    if (with_gradient) loss.gradient = chunk.logits;
    return loss;
}

ChunkLoss chunk_loss(const Chunk& chunk, bool with_gradient) {
    if (chunk.options.softcap == 0 && rows::fit(chunk.logits)) return fused_chunk_loss(chunk, with_gradient);
    at::Tensor z = chunk.logits.to(accumulate_type(chunk.logits.scalar_type()));
    at::Tensor bent;
    if (chunk.options.softcap > 0) {
        bent = at::tanh(z / chunk.options.softcap);
        z = bent * chunk.options.softcap;
    }
    const at::Tensor target = chunk.targets.unsqueeze(1);
    ChunkLoss loss;
    loss.logsumexp = at::logsumexp(z, {1});
    loss.nll = loss.logsumexp - z.gather(1, target).squeeze(1);
    if (!with_gradient) return loss;

    at::Tensor gradient = (z - loss.logsumexp.unsqueeze(1)).exp_();
    if (chunk.options.z_loss > 0) gradient.mul_((loss.logsumexp * (2 * chunk.options.z_loss) + 1).unsqueeze(1));
    gradient.scatter_add_(1, target, at::full_like(target, -1, gradient.options()));
    gradient.div_(chunk.all_rows);
    if (bent.defined()) gradient.mul_(1 - bent.square());
    loss.gradient = gradient.to(chunk.logits.scalar_type());
    return loss;
}

at::Tensor product(const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& bias) {
    at::Tensor logits = multiply(operand(rows), weight.t(), rows.scalar_type());
    return bias.defined() ? logits.add_(bias.to(rows.scalar_type())) : logits;
}

struct WholeLoss {
    at::Tensor objective, nll, rows_nll;
    at::Tensor x_gradient, weight_gradient, bias_gradient;
};

WholeLoss all_chunks(const at::Tensor& x, const at::Tensor& parameter, const at::Tensor& bias,
                     const at::Tensor& targets, const CrossEntropyOptions& options, bool with_gradient) {
    const std::int64_t rows = x.size(0), step = cross_entropy_rows(rows, parameter.size(0));
    const at::Tensor weight = operand(parameter.to(x.scalar_type()));
    const at::TensorOptions wide = x.options().dtype(accumulate_type(x.scalar_type()));
    WholeLoss whole;
    whole.rows_nll = at::empty({rows}, wide);
    at::Tensor squares = at::zeros({}, wide);
    if (with_gradient) {
        whole.x_gradient = at::empty_like(x);
        whole.weight_gradient = at::zeros_like(parameter);
        if (bias.defined()) whole.bias_gradient = at::zeros_like(bias);
    }
    for (std::int64_t first = 0; first < rows; first += step) {
        const std::int64_t count = std::min(step, rows - first);
        const at::Tensor part = x.narrow(0, first, count);
        const ChunkLoss loss =
            chunk_loss({product(part, weight, bias), targets.narrow(0, first, count), options, rows}, with_gradient);
        whole.rows_nll.narrow(0, first, count).copy_(loss.nll);
        squares.add_(loss.logsumexp.square().sum());
        if (!with_gradient) continue;
        const at::Tensor gradient = operand(loss.gradient);
        whole.x_gradient.narrow(0, first, count).copy_(multiply(gradient, weight, x.scalar_type()));
        whole.weight_gradient.add_(multiply(gradient.t(), operand(part), parameter.scalar_type()));
        if (bias.defined()) whole.bias_gradient.add_(loss.gradient.sum(0, false, bias.scalar_type()));
    }
    whole.nll = whole.rows_nll.mean();
    whole.objective = options.z_loss > 0 ? whole.nll + squares * (options.z_loss / rows) : whole.nll.clone();
    return whole;
}

class LinearCrossEntropy : public torch::autograd::Function<LinearCrossEntropy> {
  public:
    static variable_list forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                                 const std::optional<at::Tensor>& bias, const at::Tensor& targets, double softcap,
                                 double z_loss) {
        const bool with_gradient = x.requires_grad() || weight.requires_grad();
        WholeLoss whole = all_chunks(x, weight, bias.value_or(at::Tensor()), targets, {softcap, z_loss}, with_gradient);
        context->save_for_backward({whole.x_gradient, whole.weight_gradient, whole.bias_gradient});
        context->mark_non_differentiable({whole.nll});
        return {whole.objective, whole.nll};
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        variable_list result;
        for (const at::Tensor& saved : context->get_saved_variables())
            result.push_back(saved.defined() ? saved * gradients[0].to(saved.scalar_type()) : at::Tensor());
        result.resize(6);
        return result;
    }
};

}  // namespace

std::int64_t cross_entropy_rows(std::int64_t rows, std::int64_t vocabulary) {
    return std::min(std::max(kChunkElements / vocabulary, kFewestRows), rows);
}

CrossEntropy linear_cross_entropy(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                  const at::Tensor& targets, const CrossEntropyOptions& options) {
    if (!at::GradMode::is_enabled()) {
        WholeLoss whole = all_chunks(x, weight, bias, targets, options, false);
        return {whole.objective, whole.nll};
    }
    const variable_list losses = LinearCrossEntropy::apply(
        x, weight, bias.defined() ? std::optional(bias) : std::nullopt, targets, options.softcap, options.z_loss);
    return {losses[0], losses[1]};
}

at::Tensor linear_nll(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& targets,
                      double softcap) {
    const at::NoGradGuard no_gradient;
    return all_chunks(x, weight, bias, targets, {softcap, 0}, false).rows_nll;
}

at::Tensor linear_logits(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double softcap) {
    const at::Tensor product = bias.defined() ? ops::linear(x, {weight}, {bias}) : ops::linear(x, {weight});
    const at::Tensor logits = product.to(accumulate_type(x.scalar_type()));
    return softcap > 0 ? at::tanh(logits / softcap) * softcap : logits;
}

CrossEntropy reference::linear_cross_entropy(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                             const at::Tensor& targets, const CrossEntropyOptions& options) {
    const at::Tensor logits = linear_logits(x, weight, bias, options.softcap);
    const at::Tensor nll = at::nll_loss(at::log_softmax(logits, -1), targets);
    const at::Tensor squares = at::logsumexp(logits, {1}).square().mean();
    return {nll + options.z_loss * squares, nll.detach()};
}

}  // namespace ablate::ops
