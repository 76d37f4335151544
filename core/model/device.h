#pragma once
#include <c10/core/Device.h>

#include <string>

namespace ablate::model {

// "auto", "cpu", "cuda:N" as a device; InputError for one that is absent. auto: the first CUDA device, else the CPU.
at::Device resolve_device(const std::string& name);

}  // namespace ablate::model
