#include "core/model/device.h"

#include "core/base/error.h"

#include <ATen/Context.h>

namespace ablate::model {

at::Device resolve_device(const std::string& name) {
    const std::int64_t found = at::hasCUDA() ? static_cast<std::int64_t>(at::detail::getCUDAHooks().deviceCount()) : 0;
    if (name == "cpu") return at::kCPU;
    if (name == "auto") return found > 0 ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);

    const std::string number = name.starts_with("cuda:") ? name.substr(5) : "";
    if (number.empty() || number.size() > 3 || number.find_first_not_of("0123456789") != std::string::npos)
        throw InputError("device '{}': use auto, cpu or cuda:N", name);
    const int index = std::stoi(number);
    if (index >= found)
        throw InputError("device '{}' is absent: {} CUDA device{} found; use auto or cpu", name, found,
                         found == 1 ? "" : "s");
    return {at::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

}  // namespace ablate::model
