#pragma once
#include <filesystem>
#include <string>

namespace ablate {

std::string host_name();  // as the system calls this computer; "" if it does not tell

// The product name of a device as torch names it: "AMD EPYC 9554 64-Core Processor" of "cpu", "NVIDIA H200" of
// "cuda:0".
// "" where the system does not tell, and for a GPU of a computer whose GPUs differ: torch may count them in another
// order than the driver. `proc`: where the system tells it.
std::string device_name(const std::string& device, const std::filesystem::path& proc = "/proc");

}  // namespace ablate
