#pragma once
#include "core/config/run_config.h"
#include "core/model/transformer.h"
#include "core/train/tensor_file.h"

namespace ablate::train {

// Parameters that share their weight decay, with an optimizer's buffers beside them.
struct ParameterGroup {
    double decay = 0;
    std::vector<std::string> names;
    std::vector<at::Tensor> values;
    std::vector<at::Tensor> first, second;  // buffers of the parameters' shapes, zero at first; second may be absent

    std::vector<at::Tensor> gradients() const;
};

// The parameters in two groups, those that decay and those that do not; empty groups are left out. Weight decay applies
// to matrices and embeddings, or to everything with decay_all.
std::vector<ParameterGroup> decay_groups(const TrainConfig& config,
                                         const std::vector<const model::Parameter*>& parameters, bool second_buffer);

std::vector<const model::Parameter*> pointers_to(const std::vector<model::Parameter>& parameters);

// Writes `next` into `present` unless `skip` (a scalar bool) is true. The value is chosen, never weighted: a non-finite
// gradient multiplied by zero is still not finite.
void replace_unless(const at::Tensor& skip, const at::Tensor& present, const at::Tensor& next);

// Appends the buffers of the groups as "PREFIX.NAME", first and, where it is named, second in turn.
void append_state(std::vector<NamedTensor>& state, const std::vector<ParameterGroup>& groups, const std::string& first,
                  const std::string& second = "");

}  // namespace ablate::train
