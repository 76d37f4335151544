#pragma once
#include "core/config/run_config.h"

#include <filesystem>

// The folder of the published norm ablation of Qwen3-0.6B, which `ablate export norm-ablation` writes and `ablate
// import norm-ablation` reads:
//   <variant>/            model.pt, metadata.json: before training
//   <variant>_finetuned/  model.pt, train_metrics.json, trainer_state.json, checkpoint-N/, tokenizer files: after it
//   tokenizer/, all_train_metrics.json
namespace ablate::interop::norm_ablation {

inline constexpr const char* kWeights = "model.pt";
inline constexpr const char* kMetadata = "metadata.json";
inline constexpr const char* kTrainMetrics = "train_metrics.json";
inline constexpr const char* kTrainerState = "trainer_state.json";
inline constexpr const char* kAllMetrics = "all_train_metrics.json";
inline constexpr const char* kTokenizer = "tokenizer";
inline constexpr const char* kFinetuned = "_finetuned";
inline constexpr const char* kOriginal = "original";  // what the source calls a study's baseline
inline constexpr const char* kHead = "lm_head.weight";
inline constexpr const char* kEmbedding = "model.embed_tokens.weight";

// A tensor's name in model.pt: Hugging Face's where it has one. What it has no word for: the scalar of ScaleNorm is
// `.scale` (as in its authors' code), norms on a sub-layer's output are post_self_attn_layernorm and
// post_mlp_layernorm (as in GLM-4), on the embedding model.embed_norm; learned positions are model.position.
std::string weight_name(const TensorSpec& tensor);

// The files of a data folder's tokenizer; none where it has none.
std::vector<std::filesystem::path> tokenizer_files(const std::filesystem::path& folder);

// JSON as Python's json.dump(indent=1) writes it: numbers that are not finite are bare NaN, Infinity and -Infinity,
// which Hugging Face's files hold and its readers expect.
std::string python_json(const Json& value);

}  // namespace ablate::interop::norm_ablation
