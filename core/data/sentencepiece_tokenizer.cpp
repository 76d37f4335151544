#include "core/data/tokenizer.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/io/sniff.h"

#include <sentencepiece_processor.h>

namespace ablate::data {

namespace {

constexpr std::string_view space_mark = "\u2581";  // sentencepiece's space
constexpr std::string_view unknown_text = "\uFFFD";
constexpr std::uint64_t model_limit = 256ull << 20;

class SentencePieceTokenizer final : public Tokenizer {
  public:
    explicit SentencePieceTokenizer(const std::filesystem::path& model) : file_(model) {
        // Its messages name its own sources; they are of no use to a reader.
        sentencepiece::SetMinLogLevel(3);
        io::refuse_foreign(model, "a sentencepiece model", {io::FileKind::sentencepiece});
        const std::string bytes = read_file(model, model_limit);
        if (!processor_.LoadFromSerializedProto(bytes).ok() || processor_.GetPieceSize() == 0)
            throw InputError("{}: not a sentencepiece model, or a damaged one", model.string());
        newline_ = id_of("\n");
        end_of_document_ = id_of("<|endoftext|>");
        std::vector<std::int32_t> probe;
        encode_line("a", probe);
        adds_space_ = !probe.empty() && piece(probe.front()).starts_with(space_mark);
    }

    std::int64_t vocab_size() const override { return processor_.GetPieceSize(); }

    void encode(std::string_view text, std::vector<std::int32_t>& ids) const override {
        if (newline_ < 0) return encode_line(text, ids);
        for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n')) {
            encode_line(text.substr(0, at), ids);
            ids.push_back(newline_);
            text.remove_prefix(at + 1);
        }
        encode_line(text, ids);
    }

    std::string decode(std::span<const std::int32_t> ids) const override {
        std::string text;
        std::vector<int> line;
        const auto end_line = [&] {
            std::string decoded;
            if (!processor_.Decode(line, &decoded).ok())
                throw std::logic_error("sentencepiece refused ids in its range");
            text += decoded;
            line.clear();
        };
        for (const std::int32_t id : ids) {
            if (id >= 0 && id < vocab_size() && id != newline_) {
                line.push_back(id);
                continue;
            }
            end_line();
            text += id == newline_ ? std::string_view("\n") : unknown_text;
        }
        end_line();
        return text;
    }

    std::int64_t byte_length(std::int32_t id) const override {
        if (is_special(id)) return 0;
        if (processor_.IsByte(id)) return 1;
        const std::string& text = piece(id);
        auto bytes = static_cast<std::int64_t>(text.size());
        for (auto at = text.find(space_mark); at != std::string::npos;
             at = text.find(space_mark, at + space_mark.size()))
            bytes -= static_cast<std::int64_t>(space_mark.size()) - 1;
        return bytes;
    }

    std::int64_t line_start_bytes(std::int32_t id) const override {
        return byte_length(id) - (adds_space_ && !is_special(id) && piece(id).starts_with(space_mark));
    }

    bool ends_line(std::int32_t id) const override { return id == newline_ || processor_.IsControl(id); }
    bool is_special(std::int32_t id) const override {
        return processor_.IsControl(id) || processor_.IsUnknown(id) || processor_.IsUnused(id);
    }
    std::int32_t unknown_id() const override { return processor_.unk_id(); }
    std::int32_t end_of_document_id() const override { return end_of_document_; }
    std::int32_t begin_of_text_id() const override { return processor_.bos_id(); }

  private:
    const std::string& piece(std::int32_t id) const { return processor_.IdToPiece(id); }

    std::int32_t id_of(std::string_view text) const {
        const int id = processor_.PieceToId(text);
        return processor_.IsUnknown(id) ? -1 : id;
    }

    void encode_line(std::string_view line, std::vector<std::int32_t>& ids) const {
        std::vector<int> encoded;
        if (!processor_.Encode(line, &encoded).ok())
            throw InputError("{}: sentencepiece cannot encode a text with it", file_.string());
        ids.insert(ids.end(), encoded.begin(), encoded.end());
    }

    std::filesystem::path file_;
    sentencepiece::SentencePieceProcessor processor_;
    std::int32_t newline_ = -1, end_of_document_ = -1;
    bool adds_space_ = false;
};

}  // namespace

std::unique_ptr<Tokenizer> load_sentencepiece(const std::filesystem::path& model) {
    return std::make_unique<SentencePieceTokenizer>(model);
}

}  // namespace ablate::data
