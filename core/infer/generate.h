#pragma once
#include "core/infer/sampling.h"

#include <filesystem>
#include <functional>
#include <optional>

// No torch here: the window reads it.
namespace ablate::infer {

struct TrainedModel;

enum class Finish { stop, length, end_token };
const char* to_string(Finish finish);  // "stop", "length", "end token"

struct Completion {
    std::vector<std::int32_t> prompt_ids, ids;  // the latter without the token that ended it
    std::string text;                           // of `ids`, up to a stop string
    Finish finish = Finish::length;
};

// Gets each piece of each text as soon as it is certain; what it throws ends the work.
using Emit = std::function<void(std::size_t prompt, const std::string& piece)>;

std::filesystem::path tokenizer_folder(const TrainedModel& trained);  // where a chat template would be

// The token ids of a text. What the model expects before a text comes first, unless the text has it itself, as one
// made by a chat template does. InputError: no tokenizer, or ids that the model has no embedding for.
// `bytes`, if given, gets the bytes of the text that each id stands for.
std::vector<std::int32_t> text_ids(const TrainedModel& trained, const std::string& text, bool templated = false,
                                   std::vector<std::int32_t>* bytes = nullptr);
// Like the above, for a text to continue. InputError: no ids as well.
std::vector<std::int32_t> prompt_ids(const TrainedModel& trained, const std::string& text, bool templated = false);

// Continues the prompts, some at a time as a batch. Each ends at max_tokens, at a stop string or at a token that ends a
// text: those the model names, else <|endoftext|> and every other special token. Greedy, each result is that of its
// prompt alone. Beyond the context the model was opened for the window slides (window_begin in decoder.h). InputError:
// no tokenizer, logits that are not finite.
std::vector<Completion> generate(const TrainedModel& trained, const std::vector<std::vector<std::int32_t>>& prompts,
                                 const SamplingOptions& options, const Emit& emit = {});

std::vector<std::int64_t> checkpoint_steps(const std::filesystem::path& run_folder);  // those kept; steps ascend

}  // namespace ablate::infer
