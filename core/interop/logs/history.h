#pragma once
#include "core/interop/logs/log_builder.h"

namespace ablate::interop::logs {

// A sequence of log lines as Hugging Face's Trainer keeps them: training lines, evaluations and closing lines of
// averages, which have no `loss`.
struct HistoryLine {
    Json values;  // an object
    std::size_t number = 0;
    std::string at;  // for messages
};
// True for each line that holds a run's averages and so ends a training; `loss` is the name of the training loss. Such
// a line has the run's time or its samples per second and no loss of a step. Other programs call the loss of every step
// train_loss: without those totals it is an average only in a last line that repeats a step, where no other line has
// it.
std::vector<bool> closing_lines(const std::vector<HistoryLine>& lines, const std::string& loss = "loss");
// Its numbers, which hold for the whole run. The times of several closing lines are added.
void read_closing(const HistoryLine& line, const std::string& where, ImportedRun& run);
void read_history(std::vector<HistoryLine> lines, const std::string& where, const ReadOptions& options, LogBuilder& log,
                  ImportedRun& run);

}  // namespace ablate::interop::logs
