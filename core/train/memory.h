#pragma once
#include "core/config/run_config.h"

#include <functional>

// No torch in this header.
namespace ablate::train {

// Bytes a run may still take: on the CPU the smaller of what the system has available and what its control group
// leaves; on a CUDA device its free memory.
double available_memory(const std::string& device);

// ResourceError with both figures when the estimate for `runs` such runs at once exceeds what is available; before
// anything is allocated, since an overcommitting kernel grants memory it does not have.
void require_memory(const RunConfig& config, std::int64_t runs = 1);

// Bytes: the process's peak resident set, or what the CUDA allocator handed out at most.
double peak_memory(const std::string& device);

// Runs `work`; out of memory, of the host or a device, becomes a ResourceError of one line.
void with_memory_errors(const std::function<void()>& work);

}  // namespace ablate::train
