#pragma once
#include "core/data/prepare.h"
#include "core/model/transformer.h"
#include "core/train/optimizer.h"

namespace ablate::train {

// What a run trains on: with the weights, (config, seed, step) decide everything a step computes.
struct StepSource {
    const RunConfig& config;
    const data::TokenFile& tokens;
    std::uint64_t seed = 1;
};

// Forward and backward of every micro-batch of a step. The gradients are left in the parameters; returns the mean loss,
// a scalar on the device.
at::Tensor compute_gradients(const model::Transformer& model, const StepSource& source, std::int64_t step,
                             const model::Probe* probe = nullptr);

// "blocks.3.attn.q.weight" -> "blocks.3"; "embed.weight" -> "embed".
std::string block_of(const std::string& parameter);
// fp32 [parameters]: the L2 norm of each gradient, which overflows where a sum of squares exceeds 3.4e38.
at::Tensor gradient_norms(const model::Transformer& model);

// One step as it was read back.
struct StepValues {
    std::int64_t step = 0;
    double loss = 0, grad_norm = 0;
    std::vector<std::pair<std::string, double>> statistics;
    std::vector<double> blocks = {};  // L2 norm of each block's gradient, in the order of StepRunner::blocks()
    bool finite() const { return std::isfinite(loss) && std::isfinite(grad_norm); }
};

// Takes steps without reading anything from the device: each writes its values into a row of a buffer there. A
// non-finite loss or gradient norm sets a flag on the device that freezes weights and optimizer until thaw(), so
// whoever reads the rows later finds the weights as they were before the first non-finite step.
class StepRunner {
  public:
    // `capacity`: how many steps may be taken between two reads.
    StepRunner(const StepSource& source, model::Transformer& model, Optimizer& optimizer, std::int64_t capacity);
    const std::vector<std::string>& blocks() const { return blocks_; }  // in forward order
    void run(std::int64_t step);
    std::vector<StepValues> read();  // the steps since the last read, in one copy
    void thaw();

  private:
    struct Statistics {
        std::int64_t step = 0;
        std::vector<std::string> names;
        std::vector<at::Tensor> values;  // scalars, on the device
    };
    Statistics* statistics_due(std::int64_t step);
    void append_statistics(std::vector<StepValues>& steps);
    std::vector<double> block_norms(const float* norms) const;  // from the norm of each parameter's gradient

    StepSource source_;
    model::Transformer& model_;
    Optimizer& optimizer_;
    at::Tensor rows_;                    // fp32 [capacity, 2 + parameters]: loss, gradient norm, norm of each gradient
    at::Tensor found_inf_;               // scalar fp32
    std::vector<std::int64_t> pending_;  // the steps in rows_
    std::vector<Statistics> statistics_;
    std::vector<std::string> blocks_;
    std::vector<std::size_t> block_of_parameter_;  // index into blocks_
};

}  // namespace ablate::train
