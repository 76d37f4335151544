#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// No torch here.
namespace ablate::interop::hf {

struct ExportOptions {
    std::string dtype = "float32";     // float32 | float16 | bfloat16
    std::optional<std::int64_t> step;  // absent: the newest sound checkpoint
};

struct Exported {
    std::string architecture;  // qwen3 | llama
    std::int64_t step = 0;
    std::uint64_t bytes = 0;           // of the weights
    bool has_tokenizer = false;        // its files were copied
    std::vector<std::string> remarks;  // where its ids differ from those of sentencepiece and transformers
};

// A checkpoint of a run as a folder that transformers' from_pretrained loads: config.json, generation_config.json,
// model.safetensors and the files of the run's tokenizer, if it has one, with a tokenizer_config.json with which
// transformers encodes as the run did. `target` must not exist and appears whole or
// not at all; tensors are streamed. InputError: no (such) sound checkpoint, or a configuration that is neither Llama's
// nor Qwen3's, naming every option that does not fit. ResourceError: no room, before anything is written.
Exported export_run(const std::filesystem::path& run_folder, const std::filesystem::path& target,
                    const ExportOptions& options = {});

}  // namespace ablate::interop::hf
