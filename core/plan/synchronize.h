#pragma once
#include <ATen/ATen.h>
#ifdef ABLATE_WITH_CUDA
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#endif

namespace ablate::study {

// Waits for all work given to a device, so that a clock read afterwards has seen it.
inline void synchronize([[maybe_unused]] at::Device device) {
#ifdef ABLATE_WITH_CUDA
    if (device.is_cuda()) {
        const c10::cuda::CUDAGuard guard(device);
        c10::cuda::device_synchronize();
    }
#endif
}

}  // namespace ablate::study
