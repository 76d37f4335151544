#include "core/data/tokenize.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/data/tokenizers/load.h"
#include "core/data/train_tokenizer.h"
#include "core/io/bytes.h"
#include "core/io/json_file.h"
#include "core/io/npy.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace ablate::data {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t progress_bytes = 1 << 20;

std::int64_t long_line_bytes(std::string_view text) {
    std::size_t bytes = 0;
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        if (end > longest_sentence) bytes += end;
        text.remove_prefix(end + 1);
    }
    return static_cast<std::int64_t>(bytes);
}

// What the first pass over the texts learns.
TextSurvey survey(const DataConfig& config, const std::vector<fs::path>& texts, const Progress& progress) {
    TextSurvey result;
    DocumentReader reader(config, texts);
    std::size_t unreported = 0;
    std::int64_t validation = 0, documents = 0, lines = 0;
    for (Document document; reader.next(document); ++documents) {
        validation += document.validation;
        lines += std::count(document.text.begin(), document.text.end(), '\n');
        result.has_borders |= document.bordered;
        result.has_tabs |= document.text.find('\t') != std::string::npos;
        if (!document.validation) {
            result.training_bytes += static_cast<std::int64_t>(document.text.size());
            result.long_line_bytes += long_line_bytes(document.text);
        }
        unreported += document.text.size();
        if (progress && unreported >= progress_bytes) progress("reading the text", reader.share()), unreported = 0;
    }
    if (config.val.empty() && validation == 0 && documents == 1 && lines == 1)
        throw InputError(
            "{}: the text is a single line, so no part of it can be held out for validation: name a text in data.val "
            "(in `ablate tokenize`: --val NAME=FILE), or break the line",
            texts.front().string());
    if (config.val.empty() && validation == 0)
        throw InputError(
            "{}: the text has {} document{}; one in {}, from number {} on, is held out for validation: lower "
            "data.val_every or data.block_lines, or name a text in data.val",
            texts.front().string(), documents, documents == 1 ? "" : "s", config.val_every, config.val_every / 2 + 1);
    return result;
}

// How the documents of a set become ids, and the bytes that each stands for.
class DocumentEncoder {
  public:
    explicit DocumentEncoder(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
    virtual ~DocumentEncoder() = default;
    const Tokenizer& tokenizer() const { return tokenizer_; }
    virtual void encode(std::string_view text, std::vector<std::int32_t>& ids, std::vector<std::int32_t>& bytes) {
        tokenizer_.encode_with_bytes(text, ids, bytes);
    }

  private:
    const Tokenizer& tokenizer_;
};

// Encodes documents word by word, each word once: our BPE never merges across a space or a newline and puts no space
// before a text, so the ids are those of the whole. An order of magnitude faster.
class WordEncoder final : public DocumentEncoder {
  public:
    explicit WordEncoder(const Tokenizer& tokenizer) : DocumentEncoder(tokenizer) {}

    void encode(std::string_view text, std::vector<std::int32_t>& ids, std::vector<std::int32_t>& bytes) override {
        while (!text.empty()) {
            // A space belongs to the word that follows; a newline is a word.
            const std::size_t end = text[0] == '\n' ? 1 : std::min(text.find_first_of(" \n", 1), text.size());
            encode_word(text.substr(0, end), ids, bytes);
            text.remove_prefix(end);
        }
    }

  private:
    void encode_word(std::string_view word, std::vector<std::int32_t>& ids, std::vector<std::int32_t>& bytes) {
        if (word.size() > longest_word) return tokenizer().encode_with_bytes(word, ids, bytes);
        auto found = words_.find(word);
        if (found == words_.end()) {
            if (words_.size() == most_words) words_.clear();
            found = words_.emplace(word, Encoded()).first;
            tokenizer().encode_with_bytes(word, found->second.ids, found->second.bytes);
        }
        ids.insert(ids.end(), found->second.ids.begin(), found->second.ids.end());
        bytes.insert(bytes.end(), found->second.bytes.begin(), found->second.bytes.end());
    }

    static constexpr std::size_t longest_word = 64, most_words = 1 << 20;  // remembered: 0.4 GB at most
    struct Encoded {
        std::vector<std::int32_t> ids, bytes;
    };
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    std::unordered_map<std::string, Encoded, Hash, std::equal_to<>> words_;
};

// One set of token ids being written, and what is counted of it.
class TokenSet {
  public:
    TokenSet(const fs::path& folder, const std::string& name, DocumentEncoder& encoder)
        : name_(name),
          file_(folder / (name + ".npy")),
          encoder_(encoder),
          tokenizer_(encoder.tokenizer()),
          writer_(file_, tokenizer_.vocab_size()),
          counts_(static_cast<std::size_t>(tokenizer_.vocab_size())) {}

    void add(const Document& document) {
        ids_.clear();
        ids_bytes_.clear();
        encoder_.encode(document.text, ids_, ids_bytes_);
        if (document.bordered && tokenizer_.end_of_document_id() >= 0) {
            ids_.push_back(tokenizer_.end_of_document_id());
            ids_bytes_.push_back(0);
        }
        for (const std::int32_t id : ids_) ++counts_[static_cast<std::size_t>(id)];
        note_bytes();
        writer_.append(ids_);
        tokens_ += static_cast<std::int64_t>(ids_.size());
        bytes_ += static_cast<std::int64_t>(document.text.size());
        ++documents_;
    }

    // Completes the file and enters what it holds into data.json.
    void finish(Json& data) {
        writer_.finish();
        const std::int32_t unknown = tokenizer_.unknown_id();
        data["sets"][name_] = {{"documents", documents_},
                               {"tokens", tokens_},
                               {"bytes", bytes_},
                               {"unknown_tokens", unknown < 0 ? 0 : counts_[static_cast<std::size_t>(unknown)]}};
        data["files"][file_.filename().string()] = sha256_file(file_);
        if (true_bytes_.empty()) return;
        const std::string file = true_bytes_file(name_);
        fs::create_directories((file_.parent_path() / file).parent_path());
        std::string table = io::npy_header("i8", {static_cast<std::int64_t>(true_bytes_.size()), 2});
        for (const auto& [position, bytes] : true_bytes_) {
            io::store(table, position);
            io::store(table, bytes);
        }
        atomic_write(file_.parent_path() / file, table);
        data["files"][file] = sha256_file(file_.parent_path() / file);
    }

    const std::vector<std::int64_t>& counts() const { return counts_; }

  private:
    // Keeps what the ids alone would not tell: unknown tokens, and a space that was put before a document.
    void note_bytes() {
        if (name_ == "train") return;  // bits per byte are those of validation sets
        for (std::size_t k = 0; k < ids_.size(); ++k) {
            const std::int64_t told =
                last_id_ < 0 ? tokenizer_.byte_length(ids_[k]) : bytes_after(tokenizer_, last_id_, ids_[k]);
            if (told != ids_bytes_[k])
                true_bytes_.emplace_back(tokens_ + static_cast<std::int64_t>(k), std::int64_t{ids_bytes_[k]});
            last_id_ = ids_[k];
        }
    }

    std::string name_;
    fs::path file_;
    DocumentEncoder& encoder_;
    const Tokenizer& tokenizer_;
    TokenWriter writer_;
    std::vector<std::int64_t> counts_;
    std::vector<std::int32_t> ids_, ids_bytes_;
    std::vector<std::pair<std::int64_t, std::int64_t>> true_bytes_;  // position in the file, bytes
    std::int32_t last_id_ = -1;
    std::int64_t documents_ = 0, tokens_ = 0, bytes_ = 0;
};

// Encodes the documents of `texts`: those held out go to `validation`, the others to `training`.
void encode(const DataConfig& config, const std::vector<fs::path>& texts, TokenSet& training, TokenSet& validation,
            const std::string& what, const Progress& progress) {
    DocumentReader reader(config, texts);
    std::size_t unreported = 0;
    for (Document document; reader.next(document);) {
        (document.validation ? validation : training).add(document);
        unreported += document.text.size();
        if (progress && unreported >= progress_bytes) progress(what, reader.share()), unreported = 0;
    }
}

void require_set_name(const std::string& name) {
    if (!is_plain_name(name) || name == "train")
        throw InputError(
            "data.val: '{}' cannot name a validation set: letters, digits, '.', '_' and '-', and not 'train'", name);
}

// The tokenizer that is read from `given`, in a folder: the file itself under the name that is looked for there.
void copy_tokenizer(const fs::path& given, const fs::path& folder) {
    const std::vector<fs::path> files = tokenizer_files(given);
    for (const fs::path& file : files) {
        atomic_write(folder / (file == files.front() ? name_in_folder(file) : file.filename()), read_file(file));
    }
}

LoadedTokenizer load_given(const fs::path& given, const DataConfig& config) {
    LoadedTokenizer loaded = load_tokenizer(given);
    if (loaded.tokenizer->vocab_size() > config.vocab_size)
        throw InputError("{}: has {} tokens, more than data.vocab_size {}", given.string(),
                         with_thousands(loaded.tokenizer->vocab_size()), with_thousands(config.vocab_size));
    return loaded;
}

// What is known of our own models does not hold for others.
std::unique_ptr<DocumentEncoder> encoder_for(const Tokenizer& tokenizer, bool our_own) {
    if (our_own) return std::make_unique<WordEncoder>(tokenizer);
    return std::make_unique<DocumentEncoder>(tokenizer);
}

Json describe_texts(const DataConfig& config, const std::vector<fs::path>& texts, FileHashes& hashes) {
    Json described = Json::array();
    for (const fs::path& text : texts)
        described.push_back({{"set", "train"}, {"path", text.string()}, {"sha256", hashes.of_text(text)}});
    for (const auto& [name, text] : config.val)
        described.push_back({{"set", name}, {"path", text}, {"sha256", hashes.of_text(text)}});
    return described;
}

}  // namespace

double entropy(const std::vector<std::int64_t>& counts) {
    double total = 0, sum = 0;
    for (const std::int64_t count : counts) total += static_cast<double>(count);
    for (const std::int64_t count : counts)
        if (count > 0) sum -= static_cast<double>(count) / total * std::log(static_cast<double>(count) / total);
    return sum;
}

void make_tokens(const DataConfig& config, const std::vector<fs::path>& texts, const fs::path& out,
                 const fs::path& given, FileHashes& hashes, const Progress& progress) {
    for (const auto& item : config.val) require_set_name(item.first);
    LoadedTokenizer loaded;
    if (!given.empty()) loaded = load_given(given, config);  // before a long look at the texts
    const TextSurvey found = survey(config, texts, progress);
    Json data;
    atomic_directory(out, [&](const fs::path& folder) {
        data = {{"format", 1},
                {"recipe", token_recipe},
                {"vocab_size", config.vocab_size},
                {"options",
                 {{"block_lines", config.block_lines},
                  {"val_every", config.val_every},
                  {"text_field", config.text_field},
                  {"byte_fallback", config.byte_fallback},
                  {"trained_tokenizer", given.empty()}}},
                {"texts", describe_texts(config, texts, hashes)}};

        if (given.empty()) {
            atomic_write(folder / "tokenizer.model", train_tokenizer(config, texts, found, progress));
            loaded = load_tokenizer(folder);
        } else {
            copy_tokenizer(given, folder);
            io::write_json(folder / "data.json", data);  // its class was judged by the config.json beside `given`
            loaded = load_tokenizer(folder);             // what lay beside it must not change what a text means
        }
        for (const fs::path& file : tokenizer_files(folder))
            data["files"][file.filename().string()] = sha256_file(file);
        const std::unique_ptr<DocumentEncoder> documents = encoder_for(*loaded.tokenizer, given.empty());
        DocumentEncoder& encoder = *documents;

        TokenSet training(folder, "train", encoder);
        if (config.val.empty()) {
            TokenSet validation(folder, "val", encoder);
            encode(config, texts, training, validation, "encoding the text", progress);
            validation.finish(data);
        } else {
            encode(config, texts, training, training, "encoding the text", progress);
        }
        training.finish(data);
        data["unigram_entropy"] = entropy(training.counts());
        for (const auto& [name, text] : config.val) {
            TokenSet set(folder, name, encoder);
            encode(config, {text}, set, set, "encoding " + name, progress);
            set.finish(data);
        }
        io::write_json(folder / "data.json", data);
    });
    for (const auto& [name, hash] : data.at("files").items()) hashes.note(out / name, hash.get<std::string>());
}

void tokenize(const DataConfig& config, const std::vector<fs::path>& texts, const fs::path& out,
              const Progress& progress) {
    if (texts.empty()) throw InputError("no text to tokenize");
    if (is_there(out)) throw InputError("{}: exists already; name a new folder", out.string());
    FileHashes hashes;
    make_tokens(config, texts, out, config.tokenizer, hashes, progress);
}

}  // namespace ablate::data
