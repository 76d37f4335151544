#pragma once
#include "core/config/run_config.h"
#include "core/train/events.h"
#include "core/train/verdict.h"

#include <deque>
#include <map>
#include <optional>

namespace ablate::train {

// Where a step stops being finite, as far as the caller knows.
struct NonFinite {
    std::string tensor{};   // the first that is not finite; of an overflow, the one with the largest gradient
    bool overflow = false;  // every gradient is finite, the sum of their squares is not
    double largest = 0;     // of an overflow: the largest absolute gradient
    std::string block{};    // of an overflow: the block that holds it, "blocks.1" or "embed"
};

inline constexpr std::int64_t kShortestJudged = 50;  // steps: a shorter run is never called dead

// Watches every step's loss and gradient norm. Rolling medians and median absolute deviations of finite values only: a
// NaN or a spike cannot poison them. Its state is saved with the checkpoint, so a resumed run judges as an
// uninterrupted one. Calls: non_finite at once, and withdraws it at the end when every value since then is finite; a
// spike when the value exceeds median + spike_sigma robust deviations (and by a floor); exploding when it has not come
// back within spike_recovery steps; dead loss when the smoothed loss has not come dead_margin nats below the unigram
// entropy by dead_share of the budget (or sits above it again at the end); contradicted_loss when the training loss is
// near 0 and validation is not.
class CollapseDetector {
  public:
    // unigram_entropy in nats; 0 when it is not known: ln(vocab_size) takes its place.
    CollapseDetector(const TrainConfig& config, double unigram_entropy, std::int64_t vocab_size);
    // Steps ascend. `found`: of a non-finite step or validation, if the caller has looked.
    std::vector<Event> step(std::int64_t step, double loss, double grad_norm, const NonFinite& found = {});
    std::vector<Event> evaluated(std::int64_t step, double validation_loss, const std::string& set,
                                 const NonFinite& found = {});
    // The first collapse found, if any. It holds from then on, but finish() withdraws a non-finite one whose values
    // are finite again.
    const std::optional<Verdict>& collapse() const { return collapse_; }
    bool in_spike() const { return loss_.above_since >= 0 || grad_norm_.above_since >= 0; }
    std::optional<Verdict> finish(std::int64_t steps);  // what only the end can tell; to be called once
    Json save() const;
    void load(const Json& state);

  private:
    // The recent values of one signal while it behaves; values of a spike stay out until it has recovered.
    struct Window {
        std::deque<double> values;
        std::int64_t above_since = -1;  // the step a spike began, or -1
        double peak = 0;
    };
    struct Signal;
    // The steps in a row whose loss or gradient norm is not finite, and validation losses that are not.
    struct NonFiniteRow {
        std::int64_t since = -1;                         // the first of the present row, or -1
        std::int64_t count = 0;                          // in it
        std::map<std::string, std::int64_t> validation;  // of a set: where it was not finite, and not since
        bool persists() const { return since >= 0 || !validation.empty(); }
    };
    void watch(Window& window, const Signal& signal, std::int64_t step, double value, std::vector<Event>& events);
    void smooth(std::int64_t step, double loss);
    void watch_overflow(std::int64_t step, double loss, std::vector<Event>& events);
    void judge_dead(std::int64_t step);
    Event non_finite(std::int64_t step, double loss, double grad_norm, const NonFinite& found);
    void watch_non_finite(std::int64_t step, bool finite, std::vector<Event>& events);
    void call(Collapse collapse, std::int64_t step, std::string cause, std::string tensor = {});
    double smoothed() const;

    TrainConfig config_;
    double dead_line_;  // nats: a smoothed loss above it has learned next to nothing
    Window loss_, grad_norm_;
    double average_ = 0;  // exponential moving average of the finite losses, not yet debiased
    double weight_ = 0;   // its total weight
    double best_smoothed_;
    std::int64_t best_step_ = 0;  // when it was reached
    bool overflowing_ = false;
    NonFiniteRow non_finite_;
    std::optional<Verdict> collapse_;
    std::optional<Verdict> next_collapse_;  // the first of another kind after a non-finite one
};

}  // namespace ablate::train
