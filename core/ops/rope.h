#pragma once
#include <ATen/ATen.h>

namespace ablate::ops {

// Which elements of a head make a pair: k with k + hd/2 (half, as GPT-NeoX and Hugging Face), or 2k with 2k + 1
// (interleaved, as RoFormer and CS336).
enum class RopeLayout { half, interleaved };

// cos and sin of position · theta^(-2k/hd), each [length, hd/2], computed in fp64 and rounded once.
struct RopeTable {
    at::Tensor cosine, sine;
};
RopeTable rope_table(std::int64_t length, std::int64_t head_dim, double theta, at::ScalarType type, at::Device device);

// The two halves of that, for what turns by other frequencies: theta^(-2k/hd) as fp64 [hd/2], and the table of any.
at::Tensor rope_frequencies(std::int64_t head_dim, double theta);
RopeTable rope_table(std::int64_t length, const at::Tensor& frequencies, at::ScalarType type, at::Device device);

// Turns x [B, H, T, hd] by T rows of the table (arXiv 2104.09864), computed in max(fp32, type of x): the first ones or,
// of each row of the batch, those from `first` on.
at::Tensor rope(const at::Tensor& x, const RopeTable& table, RopeLayout layout, at::IntArrayRef first = {});

namespace reference {
at::Tensor rope(const at::Tensor& x, const RopeTable& table, RopeLayout layout, at::IntArrayRef first = {});
}

}  // namespace ablate::ops
