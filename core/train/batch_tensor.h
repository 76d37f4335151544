#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace ablate::train {

// Ids of a data::Batch as int64 [rows, columns] on the device.
inline at::Tensor batch_tensor(const std::vector<std::int64_t>& ids, std::int64_t rows, at::Device device) {
    const auto columns = static_cast<std::int64_t>(ids.size()) / rows;
    return at::tensor(at::ArrayRef<std::int64_t>(ids), at::kLong).view({rows, columns}).to(device);
}

}  // namespace ablate::train
