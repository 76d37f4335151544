#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace ablate::infer {
struct TrainedModel;
}

// No torch here.
namespace ablate::interop {

// The location of a model that is to be read, scored or continued.
struct ModelPlace {
    enum class Kind { run, imported, hugging_face };
    Kind kind = Kind::run;
    std::filesystem::path folder;
    std::string name;  // as users call it: the run's id, the model's, or the path given
};

bool names_folder(const std::string& which);  // it holds a '/' or is a folder here

// `which` names a folder: a run, an imported model or a Hugging Face folder. Else the
// id of a run of the workspace or a unique prefix of it, or else the id of an imported model. InputError: none of
// these.
ModelPlace find_model(const std::string& which, const std::filesystem::path& workspace);

struct OpenOptions {
    bool needs_tokenizer = false;
    std::optional<std::int64_t> step{};     // of a run's checkpoint; absent: the newest sound one
    std::optional<std::int64_t> context{};  // tokens the model is to see at once; absent: as trained
    bool for_generation = false;            // keeps matrices of bf16 as they are; see model::fill
};

// Weights in memory, ready to be used. Products of matrices are computed as a run of ours computed them, or an
// imported one that records its precision; otherwise in fp32. InputError:
// what the readers of each kind refuse, and a step of what is no run.
std::shared_ptr<const infer::TrainedModel> open_model(const ModelPlace& place, const OpenOptions& options);

}  // namespace ablate::interop
