#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

// What a trainer measures and saves on its way. No torch in this header.
namespace ablate::train {

struct StepRecord {
    std::int64_t step = 0;                   // counted from 0; its values are those before the update
    double loss = 0, grad_norm = 0, lr = 0;  // nats; before clipping
    double tokens_per_second = 0;
    std::vector<std::pair<std::string, double>>
        statistics;        // per site, every stats_every steps: "act_rms/blocks.0.attn_in", "grad_norm/blocks.0"
    bool skipped = false;  // policy record: a non-finite step that was not taken
};

struct Evaluation {
    std::int64_t step = 0;  // updates done so far
    std::string set;
    double loss = 0;                 // nats, mean over all targets
    double perplexity = 0;           // Infinity where exp overflows: reported as such
    double bpb = 0, bpb_masked = 0;  // bits per byte, special tokens' nll counted / masked; NaN without a tokenizer
    std::int64_t tokens = 0;
    double seconds = 0;
    // Means over kValidationBlocks equal runs of consecutive windows, in nats: they tell how much of a difference is due
    // to the choice of validation text. Windows beyond the last whole block are in none. Empty below as many windows.
    std::vector<double> blocks{};
};

inline constexpr std::int64_t kValidationBlocks = 20;

struct CheckpointInfo {
    std::int64_t step = 0;
    std::filesystem::path folder;
    std::string reason;  // "cadence", "best", "last good", "end", "pause"
    std::string weights_sha256;
};

}  // namespace ablate::train
