#include "core/data/train_tokenizer.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <sentencepiece_trainer.h>

#include <charconv>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace ablate::data {

namespace {

constexpr std::int64_t sample_bytes = 256 << 20;

// The longest head of `line` that is short enough: up to a space if there is one, never within a character.
std::size_t sentence_end(std::string_view line) {
    if (line.size() <= longest_sentence) return line.size();
    const auto space = line.rfind(' ', longest_sentence);
    if (space != std::string_view::npos && space > 0) return space;
    std::size_t end = longest_sentence;
    while ((static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
    return end;
}

// The lines of every `stride`-th training document, as sentencepiece asks for them.
class Sentences final : public sentencepiece::SentenceIterator {
  public:
    Sentences(const DataConfig& config, const std::vector<std::filesystem::path>& texts, std::int64_t stride,
              bool cut_long_lines, const Progress& progress)
        : reader_(config, texts), stride_(stride), cut_long_lines_(cut_long_lines), progress_(progress) {
        Next();
    }

    bool done() const override { return done_; }
    const std::string& value() const override { return sentence_; }
    sentencepiece::util::Status status() const override { return {}; }

    void Next() override {
        do {
            while (rest_.empty())
                if (!next_document()) return;
            take_sentence();
        } while (sentence_.size() > longest_sentence);
    }

  private:
    // A line of the document, or as much of it as is not too long.
    void take_sentence() {
        std::string_view line = rest_.substr(0, rest_.find('\n'));
        if (cut_long_lines_) line = line.substr(0, sentence_end(line));
        sentence_.assign(line);
        rest_.remove_prefix(line.size());
        // The line's end, or the space where a long line was cut.
        if (rest_.starts_with('\n') || rest_.starts_with(' ')) rest_.remove_prefix(1);
    }

    bool next_document() {
        do {
            if (!reader_.next(document_)) {
                done_ = true;
                if (progress_) progress_("training the tokenizer", 0);
                return false;
            }
        } while (document_.validation || training_documents_++ % stride_ != 0);
        rest_ = document_.text;
        if (progress_) progress_("reading the text for the tokenizer", reader_.share());
        return true;
    }

    DocumentReader reader_;
    std::int64_t stride_, training_documents_ = 0;
    bool cut_long_lines_;
    const Progress& progress_;
    Document document_;
    std::string_view rest_;  // of the document
    std::string sentence_;
    bool done_ = false;
};

std::optional<std::int64_t> number_after(std::string_view message, std::string_view mark) {
    const auto at = message.rfind(mark);
    if (at == std::string_view::npos) return std::nullopt;
    const char* begin = message.data() + at + mark.size();
    std::int64_t number = 0;
    if (std::from_chars(begin, message.data() + message.size(), number).ec != std::errc()) return std::nullopt;
    return number;
}

[[noreturn]] void throw_training_error(std::string_view message, const std::string& text, std::int64_t vocab_size) {
    if (message.find("Vocabulary size too high") != std::string_view::npos)
        if (const auto most = number_after(message, "<= "))
            throw InputError("{}: the text is too small for a vocabulary of {}: data.vocab_size can be {} at most",
                             text, with_thousands(vocab_size), with_thousands(*most));
    if (message.find("smaller than required_chars") != std::string_view::npos)
        if (const auto least = number_after(message, "vs "))
            throw InputError(
                "{}: the text has too many characters for a vocabulary of {}: data.vocab_size must be {} at least",
                text, with_thousands(vocab_size), with_thousands(*least));
    throw InputError("{}: sentencepiece cannot train a vocabulary of {} (data.vocab_size) on the text: {}", text,
                     with_thousands(vocab_size), message);
}

}  // namespace

std::string train_tokenizer(const DataConfig& config, const std::vector<std::filesystem::path>& texts,
                            const TextSurvey& survey, const Progress& progress) {
    // Unknown, border, newline, tab, space and one letter.
    const std::int64_t least = config.byte_fallback ? 256 + 6 : 6;
    if (config.vocab_size < least)
        throw InputError("data.vocab_size = {} has no room for the special pieces: {} is the least", config.vocab_size,
                         least);
    // Border, newline and tab are cut out of a text by sentencepiece and transformers alike. There is no <s> and </s>,
    // which transformers alone would cut out, and no space before a text: so a text's ids do not depend on whether it
    // is encoded alone, line by line or within another.
    const std::string symbols =
        std::string(survey.has_tabs ? "\n,\t" : "\n") + (survey.has_borders ? ",<|endoftext|>" : "");
    const std::unordered_map<std::string, std::string> options = {
        {"model_type", "bpe"},
        {"vocab_size", std::to_string(config.vocab_size)},
        {"character_coverage", "1.0"},
        {"byte_fallback", config.byte_fallback ? "true" : "false"},
        {"user_defined_symbols", symbols},
        {"bos_id", "-1"},
        {"eos_id", "-1"},
        {"add_dummy_prefix", "false"},
        {"normalization_rule_name", "identity"},
        {"remove_extra_whitespaces", "false"},
        {"num_threads", "2"},
        {"minloglevel", "3"},
    };
    const bool cut_long_lines = survey.long_line_bytes > survey.training_bytes / 10;
    Sentences sentences(config, texts, survey.training_bytes / sample_bytes + 1, cut_long_lines, progress);
    // sentencepiece keeps its log level and random generator in globals.
    static std::mutex one_at_a_time;
    const std::scoped_lock lock(one_at_a_time);
    std::string model;
    const auto status = sentencepiece::SentencePieceTrainer::Train(options, &sentences, &model);
    if (!status.ok()) throw_training_error(status.message(), texts.front().string(), config.vocab_size);
    return model;
}

}  // namespace ablate::data
