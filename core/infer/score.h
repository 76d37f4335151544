#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ablate::infer {

struct TrainedModel;

struct ScoreOptions {
    std::int64_t context = 0;            // tokens of a window; 0: as trained
    std::optional<std::int64_t> step{};  // of the checkpoint; nothing: the newest sound one
    std::filesystem::path logits{};      // a .npy for the fp32 logits [tokens, V]; "": none
};

// The tokens lie in windows of `context`, one behind the other and the last one shorter. Each token but the first is
// scored once, given those of its window before it.
struct Score {
    std::int64_t tokens = 0;  // scored
    std::int64_t context = 0;
    std::int64_t bytes = 0;                // of the text the scored tokens stand for; 0 without a tokenizer
    double loss = 0, perplexity = 0;       // mean in nats, its exponential
    double bpb = 0, bpb_masked = 0;        // sum of nll / ln 2 / bytes: special tokens' nll counted, masked; or NaN
    std::vector<double> loss_by_position;  // [context]: mean over the windows that have a token there
    std::vector<std::int64_t> position_tokens;  // [context]: how many that are
};

// Of a model that is open already, in windows of its context. A text gets the ids before it that the model expects.
// InputError: ids outside the vocabulary, a text without a tokenizer, fewer than two tokens. ResourceError: no room for
// the logits.
Score score_tokens(const TrainedModel& trained, const std::filesystem::path& token_file,
                   const std::filesystem::path& logits = {});
Score score_text(const TrainedModel& trained, const std::string& text, const std::filesystem::path& logits = {});

// Of a run. InputError as well: no checkpoint, positions that are learned for a shorter context.
Score score_tokens(const std::filesystem::path& run_folder, const std::filesystem::path& token_file,
                   const ScoreOptions& options = {});
Score score_text(const std::filesystem::path& run_folder, const std::string& text, const ScoreOptions& options = {});

}  // namespace ablate::infer
