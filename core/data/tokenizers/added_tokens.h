#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ablate::data {

// A token that texts contain literally, in addition to those that merges make: <|endoftext|>, <think>. The flags are
// those of Hugging Face's AddedToken.
struct AddedToken {
    std::string content;
    std::int32_t id = 0;
    bool special = false;      // stands for no text
    bool single_word = false;  // not within a word
    bool lstrip = false;       // takes the whitespace before it
    bool rstrip = false;       // and after it
    bool normalized = false;   // is looked for in the normalized text
};

// Finds added tokens in a text: the leftmost first, and of those that begin there the longest.
class AddedTokenFinder {
  public:
    // Of equal contents the first counts; empty ones are in no text.
    void add(AddedToken token);

    // Calls `part` with each stretch between tokens and id -1, and with each token's stretch and its id, in order.
    using Part = std::function<void(std::string_view part, std::int32_t id)>;
    void split(std::string_view text, const Part& part) const;

  private:
    struct Match {
        std::size_t begin, end;
        const AddedToken* token;
    };
    std::optional<Match> find(std::string_view text, std::size_t from) const;

    // A trie of the contents: edges by node and byte, and the token that ends at a node.
    std::unordered_map<std::uint64_t, std::uint32_t> edges_;
    std::vector<std::int64_t> ending_ = {-1};  // index into tokens_
    std::array<bool, 256> begins_{};           // whether a content begins with the byte
    std::vector<AddedToken> tokens_;
};

}  // namespace ablate::data
