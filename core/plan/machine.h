#pragma once
#include "core/config/run_config.h"

#include <filesystem>
#include <optional>
#include <string>

namespace ablate::study {

// The machine's matrix-product peak, FLOP/s, at a precision and number of threads; measured once and kept in `cache`.
double measured_peak(const std::string& precision, int threads, const std::string& device,
                     const std::filesystem::path& cache);
// The same when it has been measured before, without measuring.
std::optional<double> known_peak(const std::string& precision, int threads, const std::string& device,
                                 const std::filesystem::path& cache);

// The processor's name, and whether it multiplies bfloat16 matrices itself (AMX or AVX512-BF16), as /proc/cpuinfo says.
std::string cpu_model();
bool has_bf16_products();

// Memory a run may take here: of the host (what is available, within the control group's limit) or the device, in
// bytes. ResourceError from require_memory names both figures.
double available_memory(const std::string& device);
void require_memory(const RunConfig& config, int jobs, const std::string& where);

}  // namespace ablate::study
