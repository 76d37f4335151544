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

    // UTF-8 bytes the token stands for within a line: what bits per byte divides by. 0 for special tokens
    // and for the unknown token, whose bytes no id tells.
    virtual std::int64_t byte_length(std::int32_t id) const = 0;
    // The same for a token behind one that ends a line, or at a text's start.
    virtual std::int64_t line_start_bytes(std::int32_t id) const { return byte_length(id); }
    virtual bool ends_line(std::int32_t) const { return false; }

    virtual bool is_special(std::int32_t id) const = 0;             // stands for no text: borders, padding, unknown
    virtual std::int32_t unknown_id() const { return -1; }          // -1: every text can be encoded
    virtual std::int32_t end_of_document_id() const { return -1; }  // the piece <|endoftext|>; -1: none
    virtual std::int32_t begin_of_text_id() const { return -1; }    // <s> of a sentencepiece model; -1: none
};

// A sentencepiece .model (InputError when it is not one). Newlines are a piece of their own: each line is encoded, then
// the newline piece. sentencepiece puts a space that is not in the text before every line; line_start_bytes leaves it
// out, so that the bytes of a whole set are exactly those of its text, but for unknown characters. A model without a
// newline piece gets whole texts.
std::unique_ptr<Tokenizer> load_sentencepiece(const std::filesystem::path& model);

}  // namespace ablate::data
