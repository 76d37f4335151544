#pragma once
#include "core/config/run_config.h"
#include "core/model/transformer.h"
#include "core/train/tensor_file.h"

namespace ablate::train {

// What scales one update. Tensors stay on the device: nothing is read to take a step.
struct UpdateScale {
    double schedule = 1;      // the learning rate's factor
    at::Tensor grad_divisor;  // scalar fp32: gradients are divided by it (clipping)
    at::Tensor found_inf;     // scalar fp32: where it is 1 nothing changes, neither weights nor state
};

class Optimizer {
  public:
    virtual ~Optimizer() = default;
    // Takes the gradients from the parameters; they are worthless afterwards.
    virtual void step(const UpdateScale& scale) = 0;
    // All that later steps depend on, by the names of optimizer.safetensors. Loading writes into these tensors.
    virtual std::vector<NamedTensor> state() const = 0;
};

// adamw: torch.optim.AdamW(fused=True). sgd: torch.optim.SGD; its weight decay is coupled: decay times the weight is
// added to the gradient, before momentum. muon: Muon (Jordan 2024, as Levanter runs it: Nesterov momentum, five
// Newton-Schulz steps, rate times sqrt(max(1, rows / columns)), decoupled decay) for the matrices of the blocks, AdamW
// at adam_lr for the rest. Decay applies to matrices and embeddings, or to everything with decay_all. `parameters` must
// outlive the optimizer.
std::unique_ptr<Optimizer> make_optimizer(const TrainConfig& config, const std::vector<model::Parameter>& parameters);

// The nearest orthogonal matrix, roughly: the quintic Newton-Schulz iteration of Muon on a [rows, columns] matrix.
at::Tensor orthogonalized(const at::Tensor& matrix, at::ScalarType compute);

}  // namespace ablate::train
