#pragma once
#include <ATen/ATen.h>

// Arithmetic on rows of floats: what the fused operations do on a CPU. Compiled once for each instruction set, chosen
// when the program starts. Rows are in the processor's cache, so each function does one thing. Sums keep their
// own fixed order.
namespace ablate::ops::rows {

float sum_of_squares(const float* x, std::int64_t count);
float maximum(const float* x, std::int64_t count);  // passes over NaN
// y = x · factor · gain; gain null: ones
void scale(const float* x, float factor, const float* gain, float* y, std::int64_t count);
// Of y = x · r · gain: gx = r · g · gain − correction · (g · gain ⋅ x) · x, and gain_sum += g · x · r (both gains may
// be null)
void scale_backward(const float* x, const float* g, const float* gain, float r, float correction, float* gx,
                    float* gain_sum, std::int64_t count);
// y = exp(x − shift); returns its sum
float exponentials(const float* x, float shift, float* y, std::int64_t count);
// y = silu(gate) · up, and its gradients
void swiglu(const float* gate, const float* up, float* y, std::int64_t count);
void swiglu_backward(const float* gate, const float* up, const float* g, float* gate_gradient, float* up_gradient,
                     std::int64_t count);
// Pairs (a, b) turned: a cos − b sin, b cos + a sin; sign −1 turns back. With `halves` a pair is (i, i + pairs), else
// (2i, 2i + 1).
void rotate(const float* x, const float* cosine, const float* sine, float sign, bool halves, float* y,
            std::int64_t pairs);
// y[j] = x ⋅ w_j of `count` rows w_j that are `width` apart. With `rounded` each w is taken as the nearest bf16.
void dots(const float* x, const float* w, std::int64_t count, std::int64_t width, bool rounded, float* y);
// Like the above, for rows in bf16 and an x that pair_up() has arranged: in each group of sixteen, the values with even
// indices come first.
void dots(const float* x, const at::BFloat16* w, std::int64_t count, std::int64_t width, float* y);
void pair_up(const float* x, float* y, std::int64_t count);
// y = Σ_j p[j] · v_j, of such rows
void weighted_sum(const float* p, const float* v, std::int64_t count, std::int64_t width, float* y);
void widen(const at::BFloat16* x, float* y, std::int64_t count);
void narrow(const float* x, at::BFloat16* y, std::int64_t count);  // to nearest, ties to even; NaN stays NaN

// Whether the fused operations can take this tensor: fp32 or bf16 on a CPU, its last dimension dense.
inline bool fit(const at::Tensor& x) {
    return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) && x.stride(-1) == 1;
}

// A row of fp32 or bf16 storage as floats: in place where it is fp32, else widened into its own buffer.
class Input {
  public:
    Input(const at::Tensor& tensor, std::int64_t count) : type_(tensor.scalar_type()), base_(tensor.const_data_ptr()) {
        if (type_ != at::kFloat) buffer_.resize(static_cast<std::size_t>(count));
        count_ = count;
    }
    const float* at(std::int64_t offset) {
        if (type_ == at::kFloat) return static_cast<const float*>(base_) + offset;
        widen(static_cast<const at::BFloat16*>(base_) + offset, buffer_.data(), count_);
        return buffer_.data();
    }

  private:
    at::ScalarType type_;
    const void* base_;
    std::int64_t count_;
    std::vector<float> buffer_;
};

// Where a row of floats goes: write to at(), then store() it.
class Output {
  public:
    Output(const at::Tensor& tensor, std::int64_t count)
        : type_(tensor.scalar_type()), base_(tensor.mutable_data_ptr()), count_(count) {
        if (type_ != at::kFloat) buffer_.resize(static_cast<std::size_t>(count));
    }
    float* at(std::int64_t offset) {
        return type_ == at::kFloat ? static_cast<float*>(base_) + offset : buffer_.data();
    }
    void store(std::int64_t offset) {
        if (type_ != at::kFloat) narrow(buffer_.data(), static_cast<at::BFloat16*>(base_) + offset, count_);
    }

  private:
    at::ScalarType type_;
    void* base_;
    std::int64_t count_;
    std::vector<float> buffer_;
};

}  // namespace ablate::ops::rows
