#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace ablate::study {

struct Check {
    std::string name;    // stable: "libtorch", "devices", ...
    std::string result;  // one line: what was found, and what to do when it does not suffice
    bool ok = true;
    bool needed = true;  // Ablate cannot train without it
};

// Whether this machine can train: LibTorch computes, devices, threads, bf16, allocator, disk, memory, the workspace is
// writable, a text is there. Never throws for what it looks at.
std::vector<Check> examine_machine(const std::filesystem::path& workspace);

}  // namespace ablate::study
