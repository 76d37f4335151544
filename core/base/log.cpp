#include "core/base/log.h"

#include "core/base/error.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

namespace ablate {

void set_up_logging(bool quiet) {
    auto logger = std::make_shared<spdlog::logger>("ablate", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    logger->set_pattern("%^%l%$: %v");
    logger->set_level(quiet ? spdlog::level::warn : spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

std::shared_ptr<spdlog::logger> open_run_log(const std::filesystem::path& file) {
    try {
        auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
        auto logger = std::make_shared<spdlog::logger>("run", std::move(sink));
        logger->set_formatter(
            std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%SZ %l: %v", spdlog::pattern_time_type::utc));
        logger->flush_on(spdlog::level::trace);
        return logger;
    } catch (const spdlog::spdlog_ex& error) {
        throw InputError("{}: cannot be opened for the log: {}", file.string(), error.what());
    }
}

}  // namespace ablate
