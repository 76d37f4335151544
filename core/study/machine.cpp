#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/json_file.h"
#include "core/model/transformer.h"
#include "core/study/preflight.h"
#include "core/study/statistics.h"

#include <ATen/Parallel.h>
#ifdef ABLATE_WITH_CUDA
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>
#endif

#include <algorithm>
#include <chrono>
#include <fstream>
#include <future>
#include <limits>
#include <sstream>

// What the machine offers: its rate of matrix products and its memory.
namespace ablate::study {

namespace fs = std::filesystem;

namespace {

// The rest of the first line of `file` that begins with `key`, behind the colon.
std::string line_of(const char* file, const std::string& key) {
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);)
        if (line.starts_with(key)) return std::string(trim(line.substr(line.find(':') + 1)));
    return {};
}

// A control group's figure; absent, "max" and the kernel's way of saying none are all no limit.
double number_in(const fs::path& file) {
    std::ifstream stream(file);
    double value = 0;
    return stream >> value ? value : std::numeric_limits<double>::infinity();
}

double host_memory() {
    std::istringstream words(line_of("/proc/meminfo", "MemAvailable"));
    double available = std::numeric_limits<double>::infinity();
    if (double kibibytes = 0; words >> kibibytes) available = kibibytes * 1024;
    const fs::path group = "/sys/fs/cgroup";
    for (const auto& [limit, usage] : {std::pair{"memory.max", "memory.current"},
                                       std::pair{"memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"}}) {
        const double most = number_in(group / limit), used = number_in(group / usage);
        if (std::isfinite(most) && std::isfinite(used)) available = std::min(available, std::max(0.0, most - used));
    }
    return available;
}

void synchronize(at::Device device) {
#ifdef ABLATE_WITH_CUDA
    if (device.is_cuda()) {
        const c10::cuda::CUDAGuard guard(device);
        c10::cuda::device_synchronize();
    }
#endif
}

// Median rate of square products, FLOP/s: [n, n] by [n, n] is 2 n³.
double measure_peak(at::ScalarType type, int threads, at::Device device) {
    const at::NoGradGuard no_gradients;
    at::set_num_threads(threads);
    const std::int64_t n = device.is_cuda() ? 8192 : 1024;
    const auto options = at::TensorOptions().dtype(type).device(device);
    const at::Tensor a = at::full({n, n}, 0.5, options), b = at::full({n, n}, 0.25, options);
    at::Tensor product = at::mm(a, b);  // warms up: kernels are chosen at the first call
    std::vector<double> rates;
    for (int i = 0; i < 9; ++i) {
        synchronize(device);
        const auto begin = std::chrono::steady_clock::now();
        at::mm_out(product, a, b);
        synchronize(device);
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
        rates.push_back(2.0 * static_cast<double>(n * n * n) / seconds.count());
    }
    return median(std::move(rates));
}

Json read_cache(const fs::path& file) {
    try {
        Json json = io::read_json(file);
        return json.is_object() ? json : Json::object();
    } catch (const InputError&) {
        return Json::object();  // absent or damaged: measured again
    }
}

}  // namespace

std::string cpu_model() {
    const std::string name = line_of("/proc/cpuinfo", "model name");
    return name.empty() ? "unknown processor" : name;
}

bool has_bf16_products() {
    const std::string flags = " " + line_of("/proc/cpuinfo", "flags") + " ";
    return flags.find(" amx_bf16 ") != std::string::npos || flags.find(" avx512_bf16 ") != std::string::npos;
}

double estimated_seconds(const RunConfig& config, double flops_per_second, double efficiency) {
    return model::training_flops(config) / (flops_per_second * efficiency);
}

double measured_peak(const std::string& precision, int threads, const std::string& device, const fs::path& cache) {
    const at::Device place = model::resolve_device(device);
    const std::string key = fmt::format("{}, {}, {} threads, {}", cpu_model(), precision, threads, place.str());
    const fs::path file = cache / "machine.json";
    Json known = read_cache(file);
    if (known.contains(key) && known[key].is_number() && known[key] > 0) return known[key].get<double>();
    const at::ScalarType type = precision == "bf16" ? at::kBFloat16 : at::kFloat;
    // On a thread of its own: the number of threads set there is that thread's.
    const double rate = std::async(std::launch::async, measure_peak, type, threads, place).get();
    known[key] = rate;
    std::error_code error;
    fs::create_directories(cache, error);
    io::write_json(file, known);
    return rate;
}

double available_memory(const std::string& device) {
    const at::Device place = model::resolve_device(device);
#ifdef ABLATE_WITH_CUDA
    if (place.is_cuda()) {
        const c10::cuda::CUDAGuard guard(place);
        std::size_t free = 0, total = 0;
        C10_CUDA_CHECK(cudaMemGetInfo(&free, &total));
        return static_cast<double>(free);
    }
#endif
    return host_memory();
}

void require_memory(const RunConfig& config, int jobs, const std::string& where) {
    const model::MemoryEstimate estimate = model::memory_estimate(config);
    const double needed = estimate.total() * jobs, available = available_memory(config.train.device);
    if (needed <= available) return;
    const std::string times = jobs == 1 ? "" : fmt::format(" for {} runs at once", jobs);
    throw ResourceError(
        "{}: about {} of memory are needed{} and {} are available (weights {}, gradients {}, optimizer {}, activations "
        "{}, "
        "logits {} each)",
        where, short_bytes(needed), times, short_bytes(available), short_bytes(estimate.weights),
        short_bytes(estimate.gradients), short_bytes(estimate.optimizer), short_bytes(estimate.activations),
        short_bytes(estimate.logits));
}

}  // namespace ablate::study
