#include "core/train/parameter_groups.h"

namespace ablate::train {
namespace {

bool decays(const TrainConfig& config, const TensorSpec& spec) {
    return config.decay_all || spec.role == TensorRole::matrix || spec.role == TensorRole::embedding;
}

}  // namespace

std::vector<at::Tensor> ParameterGroup::gradients() const {
    std::vector<at::Tensor> result;
    for (const auto& value : values) result.push_back(value.grad());
    return result;
}

std::vector<ParameterGroup> decay_groups(const TrainConfig& config,
                                         const std::vector<const model::Parameter*>& parameters, bool second_buffer) {
    ParameterGroup with, without;
    with.decay = config.weight_decay;
    for (const auto* parameter : parameters) {
        ParameterGroup& group = decays(config, parameter->spec) ? with : without;
        group.names.push_back(parameter->spec.name);
        group.values.push_back(parameter->value);
        group.first.push_back(at::zeros_like(parameter->value.detach()));
        if (second_buffer) group.second.push_back(at::zeros_like(parameter->value.detach()));
    }
    std::vector<ParameterGroup> groups;
    for (auto& group : {with, without})
        if (!group.values.empty()) groups.push_back(group);
    return groups;
}

std::vector<const model::Parameter*> pointers_to(const std::vector<model::Parameter>& parameters) {
    std::vector<const model::Parameter*> pointers;
    for (const auto& parameter : parameters) pointers.push_back(&parameter);
    return pointers;
}

void replace_unless(const at::Tensor& skip, const at::Tensor& present, const at::Tensor& next) {
    present.copy_(at::where(skip, present, next));
}

void append_state(std::vector<NamedTensor>& state, const std::vector<ParameterGroup>& groups, const std::string& first,
                  const std::string& second) {
    for (const auto& group : groups)
        for (std::size_t i = 0; i < group.names.size(); ++i) {
            state.push_back({first + "." + group.names[i], group.first[i]});
            if (!second.empty()) state.push_back({second + "." + group.names[i], group.second[i]});
        }
}

}  // namespace ablate::train
