#include "core/train/memory.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/tensor_table.h"
#include "core/model/transformer.h"

#include <c10/util/Exception.h>

#ifdef ABLATE_WITH_CUDA
#include <c10/cuda/CUDACachingAllocator.h>
#endif

#include <fstream>
#include <limits>

namespace ablate::train {
namespace {

// The number after `key` in a file of "key number" lines, in the file's unit.
std::optional<double> number_of(const char* file, const std::string& key) {
    std::ifstream stream(file);
    std::string word;
    while (stream >> word) {
        double value = 0;
        if (word == key && stream >> value) return value;
    }
    return {};
}

// The one number of a control group's file; "max" is no limit.
std::optional<double> number_in(const char* file) {
    std::ifstream stream(file);
    double value = 0;
    if (stream >> value) return value;
    return {};
}

// Page cache that can be dropped counts as used in a control group: it is taken off again.
double left_in_group(double limit, double used, const char* statistics, const char* reclaimable) {
    return limit - used + number_of(statistics, reclaimable).value_or(0);
}

double host_memory() {
    double available = number_of("/proc/meminfo", "MemAvailable:").value_or(0) * 1024;
    if (available == 0) available = std::numeric_limits<double>::infinity();
    if (const auto limit = number_in("/sys/fs/cgroup/memory.max"))
        available = std::min(available, left_in_group(*limit, number_in("/sys/fs/cgroup/memory.current").value_or(0),
                                                      "/sys/fs/cgroup/memory.stat", "inactive_file"));
    else if (const auto old_limit = number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
        available = std::min(
            available, left_in_group(*old_limit, number_in("/sys/fs/cgroup/memory/memory.usage_in_bytes").value_or(0),
                                     "/sys/fs/cgroup/memory/memory.stat", "total_inactive_file"));
    return available;
}

}  // namespace

double available_memory(const std::string& device) {
#ifdef ABLATE_WITH_CUDA
    if (const at::Device resolved = model::resolve_device(device); resolved.is_cuda())
        return static_cast<double>(c10::cuda::CUDACachingAllocator::get()->getMemoryInfo(resolved.index()).first);
#endif
    return host_memory();
}

void require_memory(const RunConfig& config, std::int64_t runs) {
    const double needed = model::memory_estimate(config).total() * static_cast<double>(runs);
    const double available = available_memory(config.train.device);
    if (needed <= available) return;
    throw ResourceError(
        "{} would need about {} of memory and {} is available: lower train.batch, data.context or the model's size{}",
        runs == 1 ? "this run" : fmt::format("{} runs at once", runs), short_bytes(needed), short_bytes(available),
        runs == 1
            ? ""
            : ", or train one run at a time (Runs at once in the settings of the window, --jobs 1 in the terminal)");
}

double peak_memory(const std::string& device) {
#ifdef ABLATE_WITH_CUDA
    if (const at::Device resolved = model::resolve_device(device); resolved.is_cuda())
        return static_cast<double>(
            c10::cuda::CUDACachingAllocator::getDeviceStats(resolved.index()).allocated_bytes[0].peak);
#endif
    return number_of("/proc/self/status", "VmHWM:").value_or(0) * 1024;
}

void with_memory_errors(const std::function<void()>& work) {
    const auto first_line = [](const std::string& text) { return text.substr(0, text.find('\n')); };
    try {
        work();
    } catch (const c10::OutOfMemoryError& error) {
        throw ResourceError("out of memory: {}", first_line(error.what_without_backtrace()));
    } catch (const c10::Error& error) {
        // The host's allocator throws a plain error.
        const std::string text = first_line(error.what_without_backtrace());
        if (text.find("can't allocate memory") == std::string::npos) throw;
        throw ResourceError("out of memory: {}", text);
    } catch (const std::bad_alloc&) {
        throw ResourceError("out of memory");
    }
}

}  // namespace ablate::train
