#pragma once
#include "core/data/tokenizer.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace ablate::infer {

struct SamplingOptions {
    double temperature = 0;  // 0: greedy
    std::int64_t top_k = 0;  // 0: all
    double top_p = 1;
    std::uint64_t seed = 1;
    std::int64_t max_tokens = 100;
};

// Continues `prompt` with the weights of the run's newest sound checkpoint and returns the continuation; `emit` gets
// each piece of it as it is sampled. It ends at max_tokens, at <|endoftext|> or at another special token. Positions
// beyond the trained context slide the window. InputError: no checkpoint, no tokenizer, an empty prompt's tokens.
std::string generate(const std::filesystem::path& run_folder, const std::string& prompt, const SamplingOptions& options,
                     const std::function<void(const std::string& piece)>& emit = {});

}  // namespace ablate::infer
