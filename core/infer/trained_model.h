#pragma once
#include "core/data/tokenizer.h"
#include "core/model/transformer.h"

#include <filesystem>
#include <optional>

namespace ablate::infer {

// A trained model as a checkpoint of its run holds it.
struct TrainedModel {
    RunConfig config;
    std::unique_ptr<model::Transformer> model;
    std::unique_ptr<data::Tokenizer> tokenizer;  // null when its data have none and none is needed
};

// Of the newest sound checkpoint, or that of `step`; for windows of `context` tokens (nothing: as trained). InputError:
// no (such) sound checkpoint, no tokenizer where one is needed, or learned positions, which end where the trained
// context does; all before the weights are read.
TrainedModel load_trained(const std::filesystem::path& run_folder, bool needs_tokenizer,
                          std::optional<std::int64_t> step = {}, std::optional<std::int64_t> context = {});

}  // namespace ablate::infer
