#pragma once
#include "core/train/records.h"
#include "core/train/verdict.h"

#include <deque>
#include <map>

namespace ablate::train {

inline constexpr std::size_t kFinalTrainSteps = 10;  // the final training loss is the mean over the last of them

// How far a run is, as its checkpoints remember it.
struct Progress {
    std::int64_t step = 0;  // updates done, skipped ones included
    std::int64_t skipped_steps = 0;
    std::int64_t last_non_finite = -2;  // the last non-finite step; only the first of a series is diagnosed
    std::int64_t evaluated_at = -1;     // the step of the last evaluation
    double seconds = 0;                 // in training steps
    std::deque<double> recent_losses;   // the last finite ones, at most kFinalTrainSteps
    std::map<std::string, double> last_val, best_val;
    std::map<std::string, std::int64_t> best_step;

    void took(double loss);
    // True when it is the best so far of its set.
    bool evaluated(const Evaluation& evaluation);
};
Json to_json(const Progress& progress);
Progress progress_from_json(const Json& json);

// What a run came to.
struct TrainSummary {
    Verdict verdict;
    std::int64_t steps_done = 0;
    double final_train_loss = 0;  // mean of the last 10 finite steps; NaN if there are none
    std::map<std::string, double> final_val, best_val;
    std::map<std::string, std::int64_t> best_step;
    double seconds = 0;  // in training steps, without evaluation and checkpoints
    double tokens_per_second = 0;
    double peak_memory = 0;      // bytes, of the process (CPU) or the device
    std::string weights_sha256;  // of the final model.safetensors
    std::int64_t skipped_steps = 0;
};
Json to_json(const TrainSummary& summary);

}  // namespace ablate::train
