#pragma once
#include "core/train/events.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// No torch here.
namespace ablate::run {

struct KeptCheckpoint {
    std::int64_t step = 0;
    std::filesystem::path folder;
    std::uint64_t bytes = 0;         // of its files
    std::vector<std::string> marks;  // "best", "last good"
    std::string reason;              // why it was saved: "cadence", "end"; "" where the log does not tell
    std::optional<double> loss;      // validation loss at its step, of the first set evaluated there; nats
};

// The checkpoints that a run still has; steps ascend. `events` are those of its log. A damaged list of marks is read
// as an empty one.
std::vector<KeptCheckpoint> kept_checkpoints(const std::filesystem::path& run_folder,
                                             const std::vector<train::Event>& events);

}  // namespace ablate::run
