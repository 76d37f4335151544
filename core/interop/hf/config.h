#pragma once
#include "core/config/run_config.h"

#include <filesystem>

// config.json of a Hugging Face folder. Qwen3 and Llama are read, in the dialect of transformers 4 (rope_theta,
// rope_scaling, torch_dtype) and of 5 (rope_parameters, dtype). What the model here cannot compute is refused by name,
// never left out.
namespace ablate::interop::hf {

struct Config {
    std::string architecture;       // qwen3 | llama
    RunConfig run;                  // model, data.vocab_size and data.context; the rest as by default
    std::string dtype = "float32";  // float32 | float16 | bfloat16: what the weights are said to be stored as
    Json bos_token_id, eos_token_id, pad_token_id;  // an integer, null, or (eos) an array of integers
};

// InputError "WHERE: ...": not such a file, or the option that cannot be built.
Config config_from_json(const Json& json, const std::string& where);
Config read_config(const std::filesystem::path& file);

// "qwen3" where queries or keys are normed, else "llama".
std::string architecture_of(const RunConfig& run);
// In the dialect of transformers 4, which 5 reads as well. InputError "WHERE: ..." naming every option of config.run
// that the architecture has no word for.
Json config_to_json(const Config& config, const std::string& where);

}  // namespace ablate::interop::hf
