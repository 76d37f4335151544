#include "core/base/device_name.h"

#include "core/base/text.h"

#include <unistd.h>

#include <array>
#include <fstream>
#include <string_view>

namespace ablate {
namespace {

namespace fs = std::filesystem;

// What follows "KEY :" in the first line of the file that begins with `key`.
std::string value_in(const fs::path& file, std::string_view key) {
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
        const auto colon = line.find(':');
        if (colon == std::string::npos || trim(std::string_view(line).substr(0, colon)) != key) continue;
        return std::string(trim(std::string_view(line).substr(colon + 1)));
    }
    return {};
}

std::string graphics_name(const fs::path& gpus) {
    std::string name;
    std::error_code error;
    for (fs::directory_iterator entry(gpus, error), end; !error && entry != end; entry.increment(error)) {
        const std::string one = value_in(entry->path() / "information", "Model");
        if (one.empty() || (!name.empty() && one != name)) return {};
        name = one;
    }
    return name;
}

}  // namespace

std::string host_name() {
    std::array<char, 256> name{};
    if (gethostname(name.data(), name.size() - 1) != 0) return {};
    return name.data();
}

std::string device_name(const std::string& device, const fs::path& proc) {
    if (device == "cpu") return value_in(proc / "cpuinfo", "model name");
    if (device.starts_with("cuda")) return graphics_name(proc / "driver/nvidia/gpus");
    return {};
}

}  // namespace ablate
