#pragma once
#include "core/train/optimizer.h"
#include "core/train/parameter_groups.h"

namespace ablate::train {

// torch.optim.AdamW(fused=True): Loshchilov and Hutter 2019, with decoupled decay. Muon has one for the parameters that
// are not hidden matrices.
class AdamW final : public Optimizer {
  public:
    AdamW(const TrainConfig& config, double lr, const std::vector<const model::Parameter*>& parameters);
    void step(const UpdateScale& scale) override;
    std::vector<NamedTensor> state() const override;

  private:
    TrainConfig config_;
    double lr_;
    std::vector<ParameterGroup> groups_;  // first: exp_avg, second: exp_avg_sq
    at::Tensor count_;                    // updates taken, fp32, one for all
};

// An epsilon that fp32 cannot hold would be 0, and the update of an embedding that no batch has read 0 / 0: at least
// the smallest normal fp32 number.
double fp32_epsilon(const TrainConfig& config);

}  // namespace ablate::train
