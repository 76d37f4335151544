#pragma once
#include "core/base/atomic_file.h"
#include "core/io/json_file.h"

#include <filesystem>

namespace ablate::test {

// vocab.json and merges.txt, in `folder`, of a tokenizer.json.
inline void write_vocab_and_merges(const std::filesystem::path& tokenizer_json, const std::filesystem::path& folder) {
    const Json model = io::read_json(tokenizer_json).at("model");
    io::write_json(folder / "vocab.json", model.at("vocab"));
    std::string lines = "#version: 0.2\n";
    for (const Json& merge : model.at("merges"))
        lines += (merge.is_string() ? merge.get<std::string>()
                                    : merge[0].get<std::string>() + " " + merge[1].get<std::string>()) +
                 "\n";
    atomic_write(folder / "merges.txt", lines);
}

// tokenizer_config.json of its class and its added tokens, as Qwen's folders have it.
inline Json qwen_tokenizer_config(const std::filesystem::path& tokenizer_json) {
    Json config = {{"tokenizer_class", "Qwen2Tokenizer"}};
    const Json added = io::read_json(tokenizer_json).at("added_tokens");
    for (const Json& token : added) config["added_tokens_decoder"][std::to_string(token.at("id").get<int>())] = token;
    return config;
}

}  // namespace ablate::test
