#include "core/data/sentencepiece_tokenizer.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/tokenizers/model_spec.h"
#include "core/data/tokenizers/vocabulary.h"
#include "core/io/sniff.h"

#include <sentencepiece_processor.h>

#include <map>

namespace ablate::data {

namespace {

constexpr std::string_view space_mark = "\u2581";  // sentencepiece's space
constexpr std::string_view unknown_text = "\uFFFD";
constexpr std::string_view border = "<|endoftext|>";
constexpr std::uint64_t model_limit = 256ull << 20;
// A second normalizer_spec (field 3) with add_dummy_prefix (its field 3) false: Protocol Buffers merge the two.
constexpr std::string_view without_prefix_space("\x1A\x02\x18\x00", 4);

using Bytes = std::vector<std::int32_t>*;

class SentencePieceTokenizer final : public Tokenizer {
  public:
    SentencePieceTokenizer(const std::filesystem::path& model, SentencePieceSettings settings)
        : file_(model), settings_(std::move(settings)) {
        // Its messages name its own sources; they are of no use to a reader.
        sentencepiece::SetMinLogLevel(3);
        io::refuse_foreign(model, "a sentencepiece model", {io::FileKind::sentencepiece});
        const std::string bytes = read_file(model, model_limit);
        if (!processor_.LoadFromSerializedProto(bytes).ok() || processor_.GetPieceSize() == 0)
            throw InputError("{}: not a sentencepiece model, or a damaged one", model.string());
        size_ = processor_.GetPieceSize();
        if (settings_.prefix_space != PrefixSpace::as_model &&
            !bare_.LoadFromSerializedProto(bytes + std::string(without_prefix_space)).ok())
            throw InputError("{}: not a sentencepiece model, or a damaged one", model.string());
        newline_ = id_of("\n");
        end_of_document_ = id_of(border);
        if (settings_.is_llama) be_llama(read_model_spec(bytes));
        for (const AddedToken& token : settings_.added) add(token);
        std::vector<std::int32_t> probe;
        encode_part("a", true, probe, nullptr);
        adds_space_ = !probe.empty() && is_piece(probe.front()) && piece(probe.front()).starts_with(space_mark);
    }

    std::int64_t vocab_size() const override { return size_; }

    void encode(std::string_view text, std::vector<std::int32_t>& ids) const override { encode(text, ids, nullptr); }
    void encode_with_bytes(std::string_view text, std::vector<std::int32_t>& ids,
                           std::vector<std::int32_t>& bytes) const override {
        encode(text, ids, &bytes);
    }

    std::string decode(std::span<const std::int32_t> ids) const override {
        std::string text;
        std::vector<int> stretch;
        const auto end_stretch = [&] {
            text += decoded(stretch, text.empty());
            stretch.clear();
        };
        for (const std::int32_t id : ids) {
            const auto added = added_.find(id);
            const bool ends = settings_.by_lines && id == newline_;
            if (is_piece(id) && added == added_.end() && !ends) {
                stretch.push_back(id);
                continue;
            }
            end_stretch();
            text += ends ? std::string_view("\n") : added == added_.end() ? unknown_text : added->second.content;
        }
        end_stretch();
        return text;
    }

    std::int64_t byte_length(std::int32_t id) const override {
        if (is_special(id)) return 0;
        if (!is_piece(id)) return static_cast<std::int64_t>(added_.at(id).content.size());
        if (processor_.IsByte(id)) return 1;
        const std::string& text = piece(id);
        auto bytes = static_cast<std::int64_t>(text.size());
        for (auto at = text.find(space_mark); at != std::string::npos;
             at = text.find(space_mark, at + space_mark.size()))
            bytes -= static_cast<std::int64_t>(space_mark.size()) - 1;
        return bytes;
    }

    std::int64_t line_start_bytes(std::int32_t id) const override {
        return byte_length(id) - (adds_space_ && !is_special(id) && is_piece(id) && piece(id).starts_with(space_mark));
    }

    bool ends_line(std::int32_t id) const override {
        if (settings_.by_lines) return id == newline_ || (is_piece(id) && processor_.IsControl(id));
        return is_special(id) || added_.contains(id);
    }
    bool is_special(std::int32_t id) const override {
        if (id == end_of_document_) return true;
        if (const auto found = added_.find(id); found != added_.end() && found->second.special) return true;
        if (!is_piece(id)) return !added_.contains(id);
        return processor_.IsControl(id) || processor_.IsUnknown(id) || processor_.IsUnused(id);
    }
    std::int32_t token_id(std::string_view content) const override {
        for (const auto& [id, token] : added_)
            if (token.content == content) return id;
        return content == piece_or_empty(processor_.unk_id()) ? processor_.unk_id() : id_of(content);
    }
    std::int32_t unknown_id() const override { return processor_.unk_id(); }
    std::int32_t end_of_document_id() const override { return end_of_document_; }
    std::int32_t begin_of_text_id() const override { return processor_.bos_id(); }
    std::int32_t end_of_text_id() const override { return processor_.eos_id(); }

  private:
    bool is_piece(std::int32_t id) const { return id >= 0 && id < processor_.GetPieceSize(); }
    const std::string& piece(std::int32_t id) const { return processor_.IdToPiece(id); }

    void be_llama(const ModelSpec& spec) {
        const auto refuse = [&](std::string_view field) {
            if (!settings_.strict) return;
            throw InputError(
                "{}: {}: with this setting Transformers' LlamaTokenizer gives other ids than sentencepiece. To read "
                "the model as sentencepiece does, remove tokenizer_class from tokenizer_config.json",
                file_.string(), field);
        };
        if (spec.model_type != 2) refuse("trainer_spec.model_type is not BPE");
        if (spec.treat_whitespace_as_suffix) refuse("trainer_spec.treat_whitespace_as_suffix is true");
        if (spec.has_charsmap) refuse("normalizer_spec is not identity");
        if (spec.remove_extra_whitespaces) refuse("normalizer_spec.remove_extra_whitespaces is true");
        if (!spec.escape_whitespaces) refuse("normalizer_spec.escape_whitespaces is false");
        for (std::int32_t id = 0; id < processor_.GetPieceSize(); ++id) {
            if (piece(id).empty()) continue;
            const auto at = static_cast<std::size_t>(id);
            if (processor_.IsControl(id)) {
                settings_.added.push_back({.content = piece(id), .id = id, .special = true});
            } else if (at < spec.user_defined.size() && spec.user_defined[at]) {
                if (piece(id).find(space_mark) != std::string::npos) {
                    refuse(fmt::format("the user-defined piece {} holds a space", quote(piece(id))));
                    continue;
                }
                settings_.added.push_back({.content = piece(id), .id = id});
            }
        }
    }

    std::int32_t id_of(std::string_view text) const {
        const int id = processor_.PieceToId(text);
        return processor_.IsUnknown(id) ? -1 : id;
    }

    void add(const AddedToken& token) {
        const std::int32_t known = token_id(token.content);
        if (known >= 0 && known != token.id)
            throw InputError("{}: the added token {} has the id {}, and {} in the model", file_.string(),
                             quote(token.content), token.id, known);
        if (is_piece(token.id) && piece(token.id) != token.content)
            throw InputError("{}: the added token {} has the id {} of the model's piece {}", file_.string(),
                             quote(token.content), token.id, quote(piece(token.id)));
        if (settings_.strict && known < 0 && !token.content.empty())
            require_next_id(token, static_cast<std::int32_t>(size_), file_.parent_path().string());
        finder_.add(token);
        if (token.id != processor_.unk_id()) added_.try_emplace(token.id, token);
        if (token.content == border && end_of_document_ < 0) end_of_document_ = token.id;
        size_ = std::max<std::int64_t>(size_, std::int64_t{token.id} + 1);
    }
    std::string piece_or_empty(std::int32_t id) const { return is_piece(id) ? piece(id) : std::string(); }

    void encode(std::string_view text, std::vector<std::int32_t>& ids, Bytes bytes) const {
        if (settings_.by_lines && newline_ >= 0) return encode_lines(text, ids, bytes);
        if (settings_.added.empty()) return encode_part(text, true, ids, bytes);
        finder_.split(text, [&](std::string_view part, std::int32_t id) {
            if (id < 0) return encode_part(part, part.data() == text.data(), ids, bytes);
            ids.push_back(id);
            if (bytes) bytes->push_back(is_special(id) ? 0 : static_cast<std::int32_t>(part.size()));
        });
    }

    void encode_lines(std::string_view text, std::vector<std::int32_t>& ids, Bytes bytes) const {
        for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n')) {
            run(processor_, text.substr(0, at), ids, bytes);
            ids.push_back(newline_);
            if (bytes) bytes->push_back(1);
            text.remove_prefix(at + 1);
        }
        run(processor_, text, ids, bytes);
    }

    // A stretch of text between added tokens.
    void encode_part(std::string_view text, bool is_first, std::vector<std::int32_t>& ids, Bytes bytes) const {
        const PrefixSpace rule = settings_.prefix_space;
        if (rule == PrefixSpace::as_model) return run(processor_, text, ids, bytes);
        const bool wanted = rule == PrefixSpace::always || (rule == PrefixSpace::first && is_first);
        if (!wanted || text.empty() || text.starts_with(' ') || text.starts_with(space_mark))
            return run(bare_, text, ids, bytes);
        const std::size_t first = bytes ? bytes->size() : 0;
        run(bare_, " " + std::string(text), ids, bytes);
        if (bytes && bytes->size() > first && (*bytes)[first] > 0) --(*bytes)[first];  // the space is not the text's
    }

    void run(const sentencepiece::SentencePieceProcessor& processor, std::string_view text,
             std::vector<std::int32_t>& ids, Bytes bytes) const {
        std::vector<int> encoded;
        sentencepiece::ImmutableSentencePieceText spans;
        const bool encodes =
            bytes ? processor.Encode(text, spans.mutable_proto()).ok() : processor.Encode(text, &encoded).ok();
        if (!encodes) throw InputError("{}: sentencepiece cannot encode a text with it", file_.string());
        ids.insert(ids.end(), encoded.begin(), encoded.end());
        if (!bytes) return;
        for (std::size_t i = 0; i < spans.pieces_size(); ++i) {
            const auto one = spans.pieces(static_cast<int>(i));
            const auto id = static_cast<std::int32_t>(one.id());
            ids.push_back(id);
            const bool stands_for_text = !is_special(id) || processor_.IsUnknown(id);
            bytes->push_back(stands_for_text ? static_cast<std::int32_t>(one.end() - one.begin()) : 0);
        }
    }

    std::string decoded(const std::vector<int>& stretch, bool is_first) const {
        const PrefixSpace rule = settings_.prefix_space;
        const bool had_space =
            rule == PrefixSpace::as_model || rule == PrefixSpace::always || (rule == PrefixSpace::first && is_first);
        std::string text;
        if (!(had_space ? processor_ : bare_).Decode(stretch, &text).ok())
            throw std::logic_error("sentencepiece refused ids in its range");
        return text;
    }

    std::filesystem::path file_;
    SentencePieceSettings settings_;
    sentencepiece::SentencePieceProcessor processor_, bare_;  // bare_: never puts a space before a text
    AddedTokenFinder finder_;
    std::map<std::int32_t, AddedToken> added_;
    std::int64_t size_ = 0;
    std::int32_t newline_ = -1, end_of_document_ = -1;
    bool adds_space_ = false;
};

}  // namespace

std::unique_ptr<Tokenizer> load_sentencepiece(const std::filesystem::path& model, SentencePieceSettings settings) {
    return std::make_unique<SentencePieceTokenizer>(model, std::move(settings));
}

}  // namespace ablate::data
