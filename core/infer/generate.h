#pragma once
#include "core/data/tokenizer.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ablate::infer {

struct SamplingOptions {
    double temperature = 0;  // 0: greedy
    std::int64_t top_k = 0;  // 0: all
    double top_p = 1;
    std::uint64_t seed = 1;
    std::int64_t max_tokens = 100;
};

// Continues `prompt` with the weights of the run's newest sound checkpoint, or of that of `step`, and returns the
// continuation; `emit` gets each piece of it as it is sampled, and what it throws ends the sampling. It ends at
// max_tokens, at <|endoftext|> or at another special token. Positions beyond the trained context slide the window.
// InputError: no (such) sound checkpoint, no tokenizer, an empty prompt's tokens.
std::string generate(const std::filesystem::path& run_folder, const std::string& prompt, const SamplingOptions& options,
                     const std::function<void(const std::string& piece)>& emit = {},
                     std::optional<std::int64_t> step = {});

std::vector<std::int64_t> checkpoint_steps(const std::filesystem::path& run_folder);  // those kept; steps ascend

}  // namespace ablate::infer
