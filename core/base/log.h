#pragma once
#include <spdlog/spdlog.h>

#include <filesystem>
#include <memory>

namespace ablate {

// The process's log: one line a message on standard error. `quiet` keeps warnings and errors only.
void set_up_logging(bool quiet = false);

// A run's own log.txt: appended to, flushed at each line, independent of the process's log.
std::shared_ptr<spdlog::logger> open_run_log(const std::filesystem::path& file);

}  // namespace ablate
