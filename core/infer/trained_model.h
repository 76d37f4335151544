#pragma once
#include "core/data/tokenizer.h"
#include "core/model/transformer.h"

#include <filesystem>
#include <optional>

namespace ablate::infer {

// A model with its weights, whichever format they came from.
struct TrainedModel {
    std::string name;          // its folder, for messages
    RunConfig config;          // as trained
    std::int64_t context = 0;  // tokens the model is to see at once: as trained, or as asked for
    std::unique_ptr<model::Transformer> model;
    std::unique_ptr<data::Tokenizer> tokenizer;  // null when it has none and none is needed
    std::filesystem::path tokenizer_folder;      // where its files are, a chat template among them; empty without one
    std::vector<std::int32_t> before;            // ids it expects before a text
    std::vector<std::string> remarks;            // what its tokenizer's files left open
    std::vector<std::int32_t> end_ids;           // those that end one; empty: the tokenizer's special tokens
};

// Of the newest sound checkpoint, or that of `step`; for windows of `context` tokens (nothing: as trained). `precision`
// replaces the one that the checkpoint's configuration names, for a run that was trained elsewhere. InputError:
// no (such) sound checkpoint, no tokenizer where one is needed, or learned positions, which end where the trained
// context does; all before the weights are read.
TrainedModel load_trained(const std::filesystem::path& run_folder, bool needs_tokenizer,
                          std::optional<std::int64_t> step = {}, std::optional<std::int64_t> context = {},
                          const std::string& precision = {});

// The parts of that, for other formats: fills in the tokenizer that a folder ("" for none) holds, and makes the model,
// whose weights are still to be loaded, on the device of config.train.
void find_tokenizer(TrainedModel& trained, const std::filesystem::path& folder, bool needed);
void make_model(TrainedModel& trained, std::optional<std::int64_t> context);

}  // namespace ablate::infer
