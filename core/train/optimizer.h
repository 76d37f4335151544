#pragma once
#include "core/config/train_kinds.h"
#include "core/model/transformer.h"
#include "core/train/tensor_file.h"

// The code of the optimizers in the table of train_kinds.h. A new one is one file in optimizers/ that defines
// register_optimizer_<file name>(OptimizerRegistry&), which adds its row and what makes it; CMake lists the calls.
namespace ablate::train {

// What scales one update. Tensors stay on the device: nothing is read to take a step.
struct UpdateScale {
    double schedule = 1;      // the learning rate's factor
    at::Tensor grad_divisor;  // scalar fp32: gradients are divided by it (clipping)
    at::Tensor found_inf;     // scalar fp32: where it is 1 nothing changes, neither weights nor state
    std::int64_t step = 0;    // counted from 0; what an optimizer does every N steps depends on it
};

class Optimizer {
  public:
    virtual ~Optimizer() = default;
    // Takes the gradients from the parameters; they are worthless afterwards.
    virtual void step(const UpdateScale& scale) = 0;
    // All that later steps depend on, by the names of optimizer.safetensors. Loading writes into these tensors.
    virtual std::vector<NamedTensor> state() const = 0;

    // An optimizer may train at other weights than those that are evaluated and saved. The parameters hold the latter
    // between the first two calls, and when one of the last two comes. Most optimizers have one set of weights and
    // override none of them.
    virtual void begin_evaluation() {}
    virtual void end_evaluation() {}
    virtual void started() {}  // a run begins with the weights that the parameters hold, which a start may have changed
    virtual void resumed() {}  // the parameters and state() hold what a checkpoint had
};

// While it exists, the parameters hold the weights that are evaluated and saved.
class EvaluationWeights {
  public:
    explicit EvaluationWeights(Optimizer& optimizer) : optimizer_(optimizer) { optimizer_.begin_evaluation(); }
    ~EvaluationWeights() { optimizer_.end_evaluation(); }
    EvaluationWeights(const EvaluationWeights&) = delete;
    EvaluationWeights& operator=(const EvaluationWeights&) = delete;

  private:
    Optimizer& optimizer_;
};

class OptimizerRegistry {
  public:
    // The parameters must outlive the optimizer.
    using Make = std::function<std::unique_ptr<Optimizer>(const TrainConfig&, const std::vector<model::Parameter>&)>;

    void add(OptimizerRow row, Make make);
    const Make& make(const std::string& name) const;

  private:
    std::map<std::string, Make> makers_;
};
const OptimizerRegistry& optimizer_registry();  // registered on first use

// The optimizer of train.optimizer. `parameters` must outlive it.
std::unique_ptr<Optimizer> make_optimizer(const TrainConfig& config, const std::vector<model::Parameter>& parameters);

}  // namespace ablate::train
