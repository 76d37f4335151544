#pragma once
#include <span>
#include <string_view>
#include <vector>

// The arithmetic of FlashNorm: a norm's gains g go into the matrix W [out, in] that follows, W <- W diag(g).
namespace ablate::interop {

// F64, F32, F16 and BF16.
bool can_fold(std::string_view dtype);

// The values of a tensor of one of these dtypes. std::logic_error for another.
std::vector<double> values_of(std::string_view dtype, std::span<const char> bytes);

// Multiplies each column of a row-major matrix by its gain, in place. The product is rounded to fp32 and then to the
// dtype; that of an F64 matrix stays in fp64. False when a product of finite values is beyond the dtype's range.
[[nodiscard]] bool fold_columns(std::string_view dtype, std::span<char> matrix, std::span<const double> gains);

}  // namespace ablate::interop
