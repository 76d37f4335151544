#include "core/interop/logs/log_name.h"

#include <algorithm>
#include <array>

namespace ablate::interop::logs {

namespace fs = std::filesystem;

std::string name_of_file(const fs::path& file) {
    static constexpr std::array kOfEveryRun{"metrics",      "log",      "logs",         "train_log",
                                            "training_log", "history",  "logging",      "results",
                                            "train",        "progress", "wandb_export", "wandb_history"};
    std::string stem = file.stem().string();
    const std::string folder = fs::absolute(file).parent_path().filename().string();
    const bool of_every_run = std::find(kOfEveryRun.begin(), kOfEveryRun.end(), stem) != kOfEveryRun.end();
    return of_every_run && !folder.empty() ? folder : stem;
}

}  // namespace ablate::interop::logs
