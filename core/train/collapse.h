#pragma once
#include "core/config/run_config.h"
#include "core/train/verdict.h"

#include <deque>
#include <optional>

namespace ablate::train {

struct DetectorEvent {
    std::string type;  // "spike", "spike_recovered", "non_finite", "perplexity_overflow"
    std::int64_t step = 0;
    Json detail;
};

// Watches every step's loss and gradient norm. Rolling medians and median absolute deviations of finite values only: a NaN or a spike
// cannot poison them. Its state is saved with the checkpoint, so a resumed run judges as an uninterrupted one.
// Calls: non_finite at once; a spike when the value exceeds median + spike_sigma robust deviations (and by a floor); exploding when it has not
// come back within spike_recovery steps; dead loss when the smoothed loss has not come dead_margin nats below the unigram entropy by dead_share
// of the budget (or sits above it again at the end); contradicted_loss when the training loss is near 0 and validation is not.
class CollapseDetector {
  public:
    CollapseDetector(const TrainConfig& config, double unigram_entropy, std::int64_t vocab_size);
    // `tensor` names the first non-finite tensor when the caller knows it. Steps ascend.
    std::vector<DetectorEvent> step(std::int64_t step, double loss, double grad_norm, const std::string& tensor = {});
    std::vector<DetectorEvent> evaluated(std::int64_t step, double validation_loss);
    // The first collapse found, if any; it stands from then on.
    const std::optional<Verdict>& collapse() const { return collapse_; }
    std::optional<Verdict> finish(std::int64_t steps);  // what only the end can tell
    Json save() const;
    void load(const Json& state);

  private:
    struct Window {
        std::deque<double> values;
        std::int64_t above_since = -1;
    };
    TrainConfig config_;
    double unigram_entropy_;
    std::int64_t vocab_size_;
    Window loss_, grad_norm_;
    double smoothed_ = 0, best_smoothed_ = 0;
    std::int64_t seen_ = 0;
    std::optional<Verdict> collapse_;
};

}  // namespace ablate::train
