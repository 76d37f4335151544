#include "core/ops/norm.h"

#include "core/ops/precision.h"
#include "core/ops/rows.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

namespace ablate::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

enum class Length : std::int64_t { root_mean_square, l2 };

// What a row is multiplied by, and the factor of its own direction in the gradient.
struct RowScale {
    float factor, correction;
};

RowScale row_scale(const float* x, std::int64_t width, Length length, double eps) {
    const double squares = rows::sum_of_squares(x, width);
    if (length == Length::root_mean_square) {
        const double factor = 1 / std::sqrt(squares / static_cast<double>(width) + eps);
        return {static_cast<float>(factor), static_cast<float>(factor * factor * factor / static_cast<double>(width))};
    }
    const double norm = std::sqrt(squares);
    if (norm < eps) return {static_cast<float>(1 / eps), 0};  // a constant divisor turns nothing
    return {static_cast<float>(1 / norm), static_cast<float>(1 / (norm * norm * norm))};
}

constexpr std::int64_t kRowsAtOnce = 64;

// y = x · factor(row) · gain in one pass over each row, forward and backward. x is contiguous, the gain fp32 [D].
class ScaledRows : public torch::autograd::Function<ScaledRows> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const std::optional<at::Tensor>& gain,
                              std::int64_t length, double eps, std::int64_t result) {
        const std::int64_t width = x.size(-1), count = x.numel() / width;
        const at::Tensor y = at::empty(x.sizes(), x.options().dtype(static_cast<at::ScalarType>(result)));
        const at::Tensor scales = at::empty({count, 2}, x.options().dtype(at::kFloat));
        const float* gains = gain ? gain->const_data_ptr<float>() : nullptr;
        float* scale = scales.mutable_data_ptr<float>();
        at::parallel_for(0, count, kRowsAtOnce, [&](std::int64_t first, std::int64_t last) {
            rows::Input in(x, width);
            rows::Output out(y, width);
            for (std::int64_t row = first; row < last; ++row) {
                const float* values = in.at(row * width);
                const RowScale found = row_scale(values, width, static_cast<Length>(length), eps);
                rows::scale(values, found.factor, gains, out.at(row * width), width);
                out.store(row * width);
                scale[2 * row] = found.factor;
                scale[2 * row + 1] = found.correction;
            }
        });
        context->save_for_backward({x, scales, gain.value_or(at::Tensor())});
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor &x = saved[0], &gain = saved[2], g = gradients[0].contiguous();
        const std::int64_t width = x.size(-1), count = x.numel() / width;
        const float* scale = saved[1].const_data_ptr<float>();
        const at::Tensor gx = at::empty_like(x);
        at::Tensor gain_sum;
        if (gain.defined()) gain_sum = at::zeros_like(gain);
        const auto run = [&](std::int64_t first, std::int64_t last, float* sum) {
            rows::Input in(x, width), in_gradient(g, width);
            rows::Output out(gx, width);
            for (std::int64_t row = first; row < last; ++row) {
                rows::scale_backward(in.at(row * width), in_gradient.at(row * width),
                                     gain.defined() ? gain.const_data_ptr<float>() : nullptr, scale[2 * row],
                                     scale[2 * row + 1], out.at(row * width), sum, width);
                out.store(row * width);
            }
        };
        if (gain.defined()) {
            run(0, count, gain_sum.mutable_data_ptr<float>());  // one sum, in one order, whatever the threads
        } else {
            at::parallel_for(0, count, kRowsAtOnce,
                             [&](std::int64_t first, std::int64_t last) { run(first, last, nullptr); });
        }
        return {gx, gain_sum, {}, {}, {}};
    }
};

bool fit(const at::Tensor& x, const at::Tensor& gain, at::ScalarType result) {
    return rows::fit(x) && (result == at::kFloat || result == at::kBFloat16) &&
           (!gain.defined() || gain.scalar_type() == at::kFloat);
}

at::Tensor scaled_rows(const at::Tensor& x, const at::Tensor& gain, Length length, double eps, at::ScalarType result) {
    std::optional<at::Tensor> gains;
    if (gain.defined()) gains = gain.expand({x.size(-1)}).contiguous();
    return ScaledRows::apply(x.contiguous(), gains, static_cast<std::int64_t>(length), eps,
                             static_cast<std::int64_t>(result));
}

}  // namespace

namespace reference {

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& gain, double eps, at::ScalarType result) {
    const at::Tensor wide = x.to(accumulate_type(x.scalar_type()));
    const at::Tensor y = wide * (wide.square().mean(-1, true) + eps).rsqrt();
    return (gain.defined() ? y * gain.to(y.scalar_type()) : y).to(result);
}

at::Tensor l2_norm(const at::Tensor& x, const at::Tensor& gain, double eps, at::ScalarType result) {
    const at::Tensor wide = x.to(accumulate_type(x.scalar_type()));
    const at::Tensor y = wide / wide.norm(2, -1, true).clamp_min(eps);
    return (gain.defined() ? y * gain.to(y.scalar_type()) : y).to(result);
}

at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& bias, double eps,
                      at::ScalarType result) {
    const at::Tensor wide = x.to(accumulate_type(x.scalar_type()));
    const at::Tensor centered = wide - wide.mean(-1, true);
    at::Tensor y = centered * (centered.square().mean(-1, true) + eps).rsqrt();
    if (gain.defined()) y = y * gain;
    if (bias.defined()) y = y + bias;
    return y.to(result);
}

}  // namespace reference

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& gain, double eps, at::ScalarType result) {
    if (!fit(x, gain, result)) return reference::rms_norm(x, gain, eps, result);
    return scaled_rows(x, gain, Length::root_mean_square, eps, result);
}

at::Tensor l2_norm(const at::Tensor& x, const at::Tensor& gain, double eps, at::ScalarType result) {
    if (!fit(x, gain, result)) return reference::l2_norm(x, gain, eps, result);
    return scaled_rows(x, gain, Length::l2, eps, result);
}

at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& bias, double eps,
                      at::ScalarType result) {
    const at::Tensor wide = x.to(accumulate_type(x.scalar_type()));
    return at::layer_norm(wide, {x.size(-1)}, gain, bias, eps).to(result);
}

}  // namespace ablate::ops
