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
    // Whole texts: a text's first token may lose the space it stands for in the middle of a line. Ids outside the
    // vocabulary become U+FFFD.
    virtual std::string decode(std::span<const std::int32_t> ids) const = 0;

    // encode(), and for each id the bytes of the text that it stands for: exact also for unknown tokens, whose bytes no
    // id tells. Special tokens stand for none.
    virtual void encode_with_bytes(std::string_view text, std::vector<std::int32_t>& ids,
                                   std::vector<std::int32_t>& bytes) const;

    // UTF-8 bytes that the id alone tells, within a text. 0 for special tokens and for the unknown token.
    virtual std::int64_t byte_length(std::int32_t id) const = 0;
    // The same for a token that follows one that ends a line, or that begins a text.
    virtual std::int64_t line_start_bytes(std::int32_t id) const { return byte_length(id); }
    virtual bool ends_line(std::int32_t) const { return false; }

    virtual bool is_special(std::int32_t id) const = 0;  // stands for no text: borders, padding, unknown
    virtual std::int32_t token_id(std::string_view) const { return -1; }  // of a piece of a .model; -1: none
    virtual std::int32_t unknown_id() const { return -1; }                // -1: every text can be encoded
    virtual std::int32_t end_of_document_id() const { return -1; }        // the piece <|endoftext|>; -1: none
    virtual std::int32_t begin_of_text_id() const { return -1; }          // <s> of a sentencepiece model; -1: none
    virtual std::int32_t end_of_text_id() const { return -1; }            // </s> of a sentencepiece model; -1: none
};

// Bytes that `id` stands for where it follows `before`, as far as the two ids tell.
inline std::int64_t bytes_after(const Tokenizer& tokenizer, std::int32_t before, std::int32_t id) {
    return tokenizer.ends_line(before) ? tokenizer.line_start_bytes(id) : tokenizer.byte_length(id);
}

}  // namespace ablate::data
