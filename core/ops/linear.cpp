#include "core/ops/linear.h"

#include "core/ops/rows.h"

#include <ATen/Parallel.h>
#include <ATen/cpu/Utils.h>
#include <torch/csrc/autograd/custom_function.h>

namespace ablate::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

bool cpu_multiplies_bf16() {
    static const bool supported = [] {
        for (const auto& [name, value] : at::cpu::get_cpu_capabilities())
            if (name.find("bf16") != std::string::npos && value.isBool() && value.toBool()) return true;
        return false;
    }();
    return supported;
}

at::Tensor side_by_side(at::TensorList parts, at::ScalarType type) {
    if (parts.size() == 1) return parts[0].to(type);
    std::int64_t rows = 0;
    for (const at::Tensor& part : parts) rows += part.size(0);
    std::vector<std::int64_t> shape = parts[0].sizes().vec();
    shape[0] = rows;
    at::Tensor joined = at::empty(shape, parts[0].options().dtype(type));
    std::int64_t row = 0;
    for (const at::Tensor& part : parts) {
        joined.narrow(0, row, part.size(0)).copy_(part);
        row += part.size(0);
    }
    return joined;
}

constexpr std::int64_t kFewRows = 16;

// Generation: one row or a few, no gradient. Then reading the weights is all the work, and each is read once, where it
// is, instead of being joined and converted first.
bool are_few_rows(const at::Tensor& x, at::TensorList weights) {
    if (at::GradMode::is_enabled() || !rows::fit(x) || x.numel() > kFewRows * x.size(-1)) return false;
    return std::all_of(weights.begin(), weights.end(),
                       [](const at::Tensor& weight) { return rows::fit(weight) && weight.is_contiguous(); });
}

std::vector<float> paired_up(const at::Tensor& rows) {
    const std::int64_t width = rows.size(-1);
    std::vector<float> paired(static_cast<std::size_t>(rows.numel()));
    for (std::int64_t i = 0; i < rows.numel(); i += width)
        rows::pair_up(rows.const_data_ptr<float>() + i, paired.data() + i, width);
    return paired;
}

at::Tensor few_rows(const at::Tensor& x, at::TensorList weights, at::TensorList biases) {
    const std::int64_t width = x.size(-1), count = x.numel() / width;
    const bool rounded = x.scalar_type() == at::kBFloat16;
    const at::Tensor wide = x.to(at::kFloat).contiguous();
    std::vector<std::int64_t> shape = x.sizes().vec();
    shape.back() = 0;
    for (const at::Tensor& weight : weights) shape.back() += weight.size(0);
    const std::int64_t outputs = shape.back();
    at::Tensor y = at::empty(shape, wide.options());
    const float* in = wide.const_data_ptr<float>();
    const bool some_bf16 = std::any_of(weights.begin(), weights.end(),
                                       [](const at::Tensor& weight) { return weight.scalar_type() == at::kBFloat16; });
    const std::vector<float> paired = some_bf16 ? paired_up(wide) : std::vector<float>();
    float* out = y.mutable_data_ptr<float>();

    constexpr std::int64_t kAtOnce = 16, kProductsAThread = 1 << 17;
    for (const at::Tensor& weight : weights) {
        const auto dots = [&](std::int64_t row, std::int64_t j, std::int64_t some, float* to) {
            if (weight.scalar_type() == at::kBFloat16)
                rows::dots(paired.data() + row * width, weight.const_data_ptr<at::BFloat16>() + j * width, some, width,
                           to);
            else
                rows::dots(in + row * width, weight.const_data_ptr<float>() + j * width, some, width, rounded, to);
        };
        at::parallel_for(0, weight.size(0), kProductsAThread / width + 1, [&](std::int64_t first, std::int64_t last) {
            for (std::int64_t j = first; j < last; j += kAtOnce)
                for (std::int64_t row = 0; row < count; ++row)
                    dots(row, j, std::min(kAtOnce, last - j), out + row * outputs + j);
        });
        out += weight.size(0);
    }
    y = y.to(x.scalar_type());
    return biases.empty() ? y : y.add_(side_by_side(biases, x.scalar_type()));
}

// The inputs are x, the weights, then the biases.
class Linear : public torch::autograd::Function<Linear> {
  public:
    static at::Tensor forward(AutogradContext* context, at::TensorList inputs, std::int64_t weights) {
        const at::Tensor& x = inputs[0];
        const at::Tensor rows = x.reshape({-1, x.size(-1)});
        const at::Tensor weight = side_by_side(inputs.slice(1, weights), x.scalar_type());
        at::Tensor y = multiply(operand(rows), operand(weight).t(), x.scalar_type());
        const at::TensorList biases = inputs.slice(1 + weights);
        if (!biases.empty()) y.add_(side_by_side(biases, x.scalar_type()));

        context->save_for_backward({rows, weight});
        context->saved_data["shape"] = x.sizes().vec();
        context->saved_data["parameter_type"] = static_cast<std::int64_t>(inputs[1].scalar_type());
        std::vector<std::int64_t> widths;
        for (const at::Tensor& part : inputs.slice(1, weights)) widths.push_back(part.size(0));
        context->saved_data["widths"] = widths;
        context->saved_data["biased"] = !biases.empty();

        std::vector<std::int64_t> shape = x.sizes().vec();
        shape.back() = weight.size(0);
        return y.view(shape);
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor &rows = saved[0], &weight = saved[1];
        const auto parameter_type = static_cast<at::ScalarType>(context->saved_data["parameter_type"].toInt());
        const std::vector<std::int64_t> widths = context->saved_data["widths"].toIntVector();
        const at::Tensor g = operand(gradients[0].reshape({-1, weight.size(0)}));

        variable_list result(1);
        if (context->needs_input_grad(0))
            result[0] =
                multiply(g, operand(weight), rows.scalar_type()).view(context->saved_data["shape"].toIntVector());
        const auto parts = [&](const at::Tensor& joined) {
            for (at::Tensor& part : joined.split_with_sizes(widths)) result.push_back(std::move(part));
        };
        parts(multiply(g.t(), operand(rows), parameter_type));
        if (context->saved_data["biased"].toBool()) parts(g.sum(0, false, parameter_type));
        result.emplace_back();  // the count of weights
        return result;
    }
};

}  // namespace

at::Tensor operand(const at::Tensor& x) {
    const bool slow = x.scalar_type() == at::kBFloat16 && x.is_cpu() && !cpu_multiplies_bf16();
    return slow ? x.to(at::kFloat) : x;
}

at::Tensor multiply(const at::Tensor& a, const at::Tensor& b, at::ScalarType result) { return at::mm(a, b).to(result); }

at::Tensor linear(const at::Tensor& x, at::TensorList weights, at::TensorList biases) {
    if (are_few_rows(x, weights)) return few_rows(x, weights, biases);
    variable_list inputs{x};
    inputs.insert(inputs.end(), weights.begin(), weights.end());
    inputs.insert(inputs.end(), biases.begin(), biases.end());
    return Linear::apply(at::TensorList(inputs), static_cast<std::int64_t>(weights.size()));
}

at::Tensor reference::linear(const at::Tensor& x, at::TensorList weights, at::TensorList biases) {
    const at::Tensor weight = at::cat(weights).to(x.scalar_type());
    return at::linear(x, weight, biases.empty() ? at::Tensor() : at::cat(biases).to(x.scalar_type()));
}

}  // namespace ablate::ops
