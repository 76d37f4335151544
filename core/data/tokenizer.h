#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ablate::data {

class Tokenizer {
  public:
    virtual ~Tokenizer() = default;
    virtual std::int64_t vocab_size() const = 0;
    virtual void encode(std::string_view text, std::vector<std::int32_t>& ids) const = 0;  // appends
    virtual std::string decode(std::span<const std::int32_t> ids) const = 0;
    // UTF-8 bytes the token stands for in a text: what bits per byte divides by. Special tokens have 0 (facts.md 3.1).
    virtual std::int64_t byte_length(std::int32_t id) const = 0;
    virtual bool is_special(std::int32_t id) const = 0;
};

// A sentencepiece .model. Newlines are a piece of their own: each line is encoded, then the newline piece.
std::unique_ptr<Tokenizer> load_sentencepiece(const std::filesystem::path& model);

}  // namespace ablate::data
