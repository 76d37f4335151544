#include "core/plan/machine.h"

#include "core/base/device_name.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/json_file.h"
#include "core/model/transformer.h"
#include "core/ops/linear.h"
#include "core/plan/synchronize.h"
#include "core/statistics/statistics.h"
#include "core/train/memory.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <future>

namespace ablate::study {

namespace fs = std::filesystem;

namespace {

// The rest of the first line of `file` that begins with `key`, after the colon.
std::string line_of(const char* file, const std::string& key) {
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);)
        if (line.starts_with(key)) return std::string(trim(line.substr(line.find(':') + 1)));
    return {};
}

// Median rate of square products, FLOP/s: [n, n] by [n, n] is 2 n³.
double measure_peak(at::ScalarType type, int threads, at::Device device) {
    const at::NoGradGuard no_gradients;
    at::get_num_threads();  // a thread's first use of the pool would overwrite what is set before it
    at::set_num_threads(threads);
    const std::int64_t n = device.is_cuda() ? 8192 : 1024;
    const auto options = at::TensorOptions().dtype(type).device(device);
    // As the model multiplies: in fp32 where the CPU has no bfloat16 products.
    const at::Tensor a = ops::operand(at::full({n, n}, 0.5, options)),
                     b = ops::operand(at::full({n, n}, 0.25, options));
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

std::string peak_key(const std::string& precision, int threads, at::Device place) {
    return fmt::format("{}, {}, {} threads, {}", cpu_model(), precision, threads, place.str());
}

}  // namespace

std::string cpu_model() {
    const std::string name = device_name("cpu");
    return name.empty() ? "unknown processor" : name;
}

bool has_bf16_products() {
    const std::string flags = " " + line_of("/proc/cpuinfo", "flags") + " ";
    return flags.find(" amx_bf16 ") != std::string::npos || flags.find(" avx512_bf16 ") != std::string::npos;
}

double measured_peak(const std::string& precision, int threads, const std::string& device, const fs::path& cache) {
    if (const auto known = known_peak(precision, threads, device, cache)) return *known;
    const at::ScalarType type = precision == "bf16" ? at::kBFloat16 : at::kFloat;
    const at::Device place = model::resolve_device(device);
    // On its own thread: the number of threads set there is that thread's.
    const double rate = std::async(std::launch::async, measure_peak, type, threads, place).get();
    const fs::path file = cache / "machine.json";
    Json known = read_cache(file);
    known[peak_key(precision, threads, place)] = rate;
    std::error_code error;
    fs::create_directories(cache, error);
    io::write_json(file, known);
    return rate;
}

std::optional<double> known_peak(const std::string& precision, int threads, const std::string& device,
                                 const fs::path& cache) {
    const Json known = read_cache(cache / "machine.json");
    const auto found = known.find(peak_key(precision, threads, model::resolve_device(device)));
    if (found == known.end() || !found->is_number() || *found <= 0) return {};
    return found->get<double>();
}

double available_memory(const std::string& device) { return train::available_memory(device); }

void require_memory(const RunConfig& config, int jobs, const std::string& where) {
    try {
        train::require_memory(config, jobs);
    } catch (const ResourceError& error) {
        throw ResourceError("{}: {}", where, error.what());
    }
}

}  // namespace ablate::study
