#include "core/data/tokenizers/byte_level_bpe.h"

#include "core/base/log.h"
#include "core/data/tokenizers/bpe_merges.h"
#include "core/data/tokenizers/code_points.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <span>

namespace ablate::data {

namespace {

constexpr std::string_view unknown_text = "\uFFFD";

// GPT-2's alphabet: the printable characters of Latin-1 stand for themselves, the other 68 bytes for U+0100 and on.
class ByteAlphabet {
  public:
    ByteAlphabet() {
        int next = 0x100;
        for (int byte = 0; byte < 256; ++byte) {
            const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
            const int code = printable ? byte : next++;
            bytes_[static_cast<std::size_t>(code)] = static_cast<std::int16_t>(byte);
            std::string& letter = letters_[static_cast<std::size_t>(byte)];
            if (code < 0x80) {
                letter = static_cast<char>(code);
            } else {
                letter = static_cast<char>(0xC0 | code >> 6);
                letter += static_cast<char>(0x80 | (code & 0x3F));
            }
        }
    }

    const std::string& letter(char byte) const { return letters_[static_cast<unsigned char>(byte)]; }

    // The bytes a token stands for; the token itself where it has other characters.
    std::string bytes(const std::string& token) const {
        std::string result;
        for (std::size_t at = 0; at < token.size();) {
            const CodePoint character = code_point_at(token, at);
            const auto code = static_cast<std::size_t>(character.value);
            if (character.value < 0 || code >= bytes_.size() || bytes_[code] < 0) return token;
            result += static_cast<char>(bytes_[code]);
            at += character.bytes;
        }
        return result;
    }

  private:
    static constexpr std::array<std::int16_t, 0x144> no_bytes() {
        std::array<std::int16_t, 0x144> none{};
        none.fill(-1);
        return none;
    }
    std::array<std::string, 256> letters_;
    std::array<std::int16_t, 0x144> bytes_ = no_bytes();
};

const ByteAlphabet& alphabet() {
    static const ByteAlphabet instance;
    return instance;
}

class ByteLevelBpe final : public Tokenizer {
  public:
    explicit ByteLevelBpe(BpeDefinition definition)
        : definition_(std::move(definition)), merges_(definition_.merges.size()) {
        for (const BpeDefinition::Merge& merge : definition_.merges) merges_.add(merge.left, merge.right, merge.merged);
        definition_.merges = {};
        set_up_bytes();
        set_up_tokens();
        set_up_added();
        if (!definition_.ignore_merges) definition_.ids = {};
    }

    std::int64_t vocab_size() const override { return static_cast<std::int64_t>(tokens_.size()); }

    void encode(std::string_view text, std::vector<std::int32_t>& ids) const override { encode(text, ids, nullptr); }
    void encode_with_bytes(std::string_view text, std::vector<std::int32_t>& ids,
                           std::vector<std::int32_t>& bytes) const override {
        encode(text, ids, &bytes);
    }

    std::string decode(std::span<const std::int32_t> ids) const override {
        std::string text;
        for (const std::int32_t id : ids) text += has(id) ? std::string_view(*tokens_[index(id)]) : unknown_text;
        return text;
    }

    std::int64_t byte_length(std::int32_t id) const override {
        return is_special(id) ? 0 : static_cast<std::int64_t>(tokens_[index(id)]->size());
    }
    // At a text's start the space may be the one that was put there.
    std::int64_t line_start_bytes(std::int32_t id) const override {
        const std::int64_t bytes = byte_length(id);
        return bytes - (definition_.add_prefix_space && bytes > 0 && tokens_[index(id)]->front() == ' ');
    }
    bool is_special(std::int32_t id) const override { return !has(id) || special_[index(id)]; }
    std::int32_t unknown_id() const override { return definition_.unknown; }
    std::int32_t end_of_document_id() const override { return end_of_document_; }

  private:
    using Bytes = std::vector<std::int32_t>*;

    void encode(std::string_view text, std::vector<std::int32_t>& ids, Bytes bytes) const {
        const std::lock_guard lock(mutex_);
        std::string normal;
        const auto add = [&](std::string_view part, std::int32_t id) {
            ids.push_back(id);
            if (bytes) bytes->push_back(is_special(id) ? 0 : static_cast<std::int32_t>(part.size()));
        };
        verbatim_.split(text, [&](std::string_view part, std::int32_t token) {
            if (token >= 0) return add(part, token);
            const std::size_t first = ids.size();
            const std::string_view whole = definition_.nfc ? nfc(part, normal) : part;
            normalized_.split(whole, [&](std::string_view piece, std::int32_t id) {
                id >= 0 ? add(piece, id) : encode_piece(piece, ids, bytes);
            });
            // Bytes that normalization took or added count with the stretch's last token.
            if (bytes && ids.size() > first)
                bytes->back() += static_cast<std::int32_t>(part.size()) - static_cast<std::int32_t>(whole.size());
        });
    }

    static std::size_t index(std::int32_t id) { return static_cast<std::size_t>(id); }
    bool has(std::int32_t id) const { return id >= 0 && id < vocab_size() && tokens_[index(id)].has_value(); }

    void set_up_bytes() {
        int missing = 0;
        for (int byte = 0; byte < 256; ++byte) {
            const auto found = definition_.ids.find(alphabet().letter(static_cast<char>(byte)));
            byte_ids_[static_cast<std::size_t>(byte)] = found == definition_.ids.end() ? -1 : found->second;
            missing += found == definition_.ids.end();
        }
        if (missing > 0 && definition_.unknown < 0)
            spdlog::warn(
                "{}: {} of the 256 bytes have no token, nor is there an unknown one: they are lost in encoding",
                definition_.file, missing);
    }

    void set_up_tokens() {
        tokens_ = std::move(definition_.tokens);
        for (auto& token : tokens_)
            if (token) token = alphabet().bytes(*token);
        special_.resize(tokens_.size());
        if (definition_.unknown >= 0) special_[index(definition_.unknown)] = true;
    }

    void set_up_added() {
        for (AddedToken& token : definition_.added) {
            if (std::string buffer; token.normalized && definition_.nfc)
                token.content = std::string(nfc(token.content, buffer));
            if (index(token.id) >= tokens_.size()) {
                tokens_.resize(index(token.id) + 1);
                special_.resize(tokens_.size());
            }
            tokens_[index(token.id)] = token.content;
            if (token.special) special_[index(token.id)] = true;
            for (const std::string_view name : {"<|endoftext|>", "<|end_of_text|>"})
                if (token.content == name && end_of_document_ < 0) end_of_document_ = token.id;
            (token.normalized ? normalized_ : verbatim_).add(std::move(token));
        }
        definition_.added = {};
    }

    void encode_piece(std::string_view text, std::vector<std::int32_t>& ids, Bytes bytes) const {
        std::string with_space;
        const std::size_t first = ids.size();
        if (definition_.add_prefix_space && !text.empty() && text.front() != ' ')
            text = with_space.append(" ").append(text);
        while (!text.empty()) {
            const std::size_t length = first_word(definition_.split, text), before = ids.size();
            encode_word(text.substr(0, length), ids);
            if (bytes) count_bytes(text.substr(0, length), std::span(ids).subspan(before), *bytes);
            text.remove_prefix(length);
        }
        if (bytes && !with_space.empty() && ids.size() > first) --(*bytes)[bytes->size() - (ids.size() - first)];
    }

    // The bytes of `word` that each of its tokens stands for. Bytes without a token are the unknown token's or, where
    // there is none, lost: those count with the token that follows them.
    void count_bytes(std::string_view word, std::span<const std::int32_t> ids, std::vector<std::int32_t>& bytes) const {
        std::size_t at = 0;
        const auto no_token = [&] { return at < word.size() && byte_ids_[static_cast<unsigned char>(word[at])] < 0; };
        for (const std::int32_t id : ids) {
            const std::size_t begin = at;
            if (definition_.unknown < 0)
                while (no_token()) ++at;
            if (id == definition_.unknown && no_token()) {
                do ++at;
                while (definition_.fuse_unknown && no_token());
            } else {
                at += tokens_[index(id)]->size();
            }
            bytes.push_back(static_cast<std::int32_t>(at - begin));
        }
        if (!ids.empty()) bytes.back() += static_cast<std::int32_t>(word.size() - std::min(at, word.size()));
    }

    // Each word is merged once, and remembered.
    void encode_word(std::string_view word, std::vector<std::int32_t>& ids) const {
        if (word.size() > longest_remembered) return append(merged(word), ids);
        auto found = words_.find(word);
        if (found == words_.end()) {
            if (words_.size() == most_remembered) words_.clear();
            found = words_.emplace(word, merged(word)).first;
            found->second.shrink_to_fit();  // merging left room for a token a byte
        }
        append(found->second, ids);
    }
    static void append(const std::vector<std::int32_t>& more, std::vector<std::int32_t>& ids) {
        ids.insert(ids.end(), more.begin(), more.end());
    }

    std::vector<std::int32_t> merged(std::string_view word) const {
        std::vector<std::int32_t> ids;
        if (definition_.ignore_merges) {
            std::string spelled;
            for (const char byte : word) spelled += alphabet().letter(byte);
            if (const auto token = definition_.ids.find(spelled); token != definition_.ids.end())
                return {token->second};
        }
        bool behind_unknown = false;
        for (const char byte : word) {
            const std::int32_t id = byte_ids_[static_cast<unsigned char>(byte)];
            if (id >= 0)
                ids.push_back(id);
            else if (definition_.unknown >= 0 && !(behind_unknown && definition_.fuse_unknown))
                ids.push_back(definition_.unknown);
            behind_unknown = id < 0;
        }
        merges_.apply(ids);
        return ids;
    }

    static constexpr std::size_t longest_remembered = 64, most_remembered = 1 << 18;
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    BpeDefinition definition_;  // without what is moved into the members below
    BpeMerges merges_;
    std::array<std::int32_t, 256> byte_ids_{};
    std::vector<std::optional<std::string>> tokens_;  // the bytes each stands for
    std::vector<bool> special_;
    AddedTokenFinder verbatim_, normalized_;
    std::int32_t end_of_document_ = -1;
    mutable std::mutex mutex_;  // of the words, which const calls share
    mutable std::unordered_map<std::string, std::vector<std::int32_t>, Hash, std::equal_to<>> words_;
};

}  // namespace

std::unique_ptr<Tokenizer> make_byte_level_bpe(BpeDefinition definition) {
    return std::make_unique<ByteLevelBpe>(std::move(definition));
}

}  // namespace ablate::data
