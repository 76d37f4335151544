#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ablate::infer {

struct TrainedModel;

// The tokens are split into windows of `context`, the model's; the last one may be shorter. Each token but the first is
// scored once, given those of its window before it.
struct Score {
    std::int64_t tokens = 0;  // scored
    std::int64_t context = 0;
    std::int64_t bytes = 0;           // of the text the scored tokens stand for; 0 without a tokenizer
    std::int64_t unknown_tokens = 0;  // scored; their bytes are counted in a text, and 0 in a file of tokens
    double loss = 0, perplexity = 0;  // mean in nats, its exponential
    // Sum of nll / ln 2 / bytes, or NaN. `bpb_masked` leaves out the nll of special tokens. An unknown token is one of
    // them only where its bytes are not known.
    double bpb = 0, bpb_masked = 0;
    std::vector<double> loss_by_position;       // [context]: mean over the windows that have a token there
    std::vector<std::int64_t> position_tokens;  // [context]: how many that are
    std::string precision;                      // in which the model computed
    std::vector<std::string> remarks;           // what the tokenizer's files left open
};

// A text gets the ids before it that the model expects. `logits`: a .npy for the fp32 logits [tokens, V]; "": none.
// InputError: ids outside the vocabulary, a text without a tokenizer, fewer than two tokens. ResourceError: no room for
// the logits.
Score score_tokens(const TrainedModel& trained, const std::filesystem::path& token_file,
                   const std::filesystem::path& logits = {});
Score score_text(const TrainedModel& trained, const std::string& text, const std::filesystem::path& logits = {});
// Of a file or folder that is read as data.text is (corpus.h). `text_field`: of its JSON documents; "": the one of the
// model's configuration.
Score score_text_file(const TrainedModel& trained, const std::filesystem::path& text,
                      const std::string& text_field = {}, const std::filesystem::path& logits = {});

}  // namespace ablate::infer
