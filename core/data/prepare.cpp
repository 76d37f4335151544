#include "core/data/prepare.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/data/token_sets.h"
#include "core/data/tokenize.h"
#include "core/data/tokenizers/load.h"
#include "core/io/json_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

namespace ablate::data {

namespace fs = std::filesystem;

namespace {

// Held while a folder of tokens is made, so that a second process waits for it rather than doing the same work. Not
// needed for safety, since folders are renamed into place: a file system without locks is let pass.
class MakingLock {
  public:
    explicit MakingLock(const fs::path& file) : descriptor_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
        if (descriptor_ < 0) throw_system_error(errno, file, "opening");
    }
    ~MakingLock() { close(descriptor_); }
    MakingLock(const MakingLock&) = delete;
    MakingLock& operator=(const MakingLock&) = delete;

    void acquire(const Progress& progress) const {
        while (flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            if (progress) progress("waiting for another process that prepares data", 0);
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }

  private:
    int descriptor_;
};

// Whether a folder of the cache is whole: every file is what data.json says.
bool is_sound(const fs::path& folder, FileHashes& hashes) {
    try {
        const Json data = io::read_json(folder / "data.json");
        for (const auto& [name, hash] : data.at("files").items())
            if (hashes.of(folder / name) != hash) return false;
        return true;
    } catch (const InputError&) {
        return false;
    } catch (const Json::exception&) {
        return false;
    }
}

// data.tokenizer as a path: one that holds a '/', else a model of the workspace whose cache this is; empty without one.
fs::path given_tokenizer(const DataConfig& config, const fs::path& cache) {
    const std::string& name = config.tokenizer;
    if (name.empty()) return {};
    const fs::path path = name.find('/') != std::string::npos ? fs::path(name) : models_beside(cache) / name;
    std::error_code ignored;
    if (!fs::exists(path, ignored))
        throw InputError("data.tokenizer: {}: no such file or folder{}", path.string(),
                         path == name ? "" : "; a path holds a '/', a bare name is a model of the workspace");
    return path;
}

std::string cache_key(const DataConfig& config, const fs::path& text, const fs::path& tokenizer, FileHashes& hashes) {
    Json key = {{"recipe", 1},
                {"text", hashes.of_text(text)},
                {"vocab_size", config.vocab_size},
                {"text_field", config.text_field},
                {"block_lines", config.block_lines},
                {"val_every", config.val_every},
                {"byte_fallback", config.byte_fallback}};
    for (const auto& [name, file] : config.val) key["val"][name] = hashes.of_text(file);
    if (!tokenizer.empty()) {
        key.erase("byte_fallback");  // of a tokenizer that is trained
        for (const fs::path& file : tokenizer_files(tokenizer))
            key["tokenizer"][file.filename().string()] = hashes.of(file);
    }
    return sha256_hex(key.dump());
}

void create_folders(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw_system_error(error.value(), folder, "creating");
}

// The cache's folder for this text and these options, made if it is not there yet.
fs::path cached_tokens(const DataConfig& config, const fs::path& text, const fs::path& cache, FileHashes& hashes,
                       const Progress& progress) {
    const fs::path tokens = cache / "tokens", tokenizer = given_tokenizer(config, cache);
    const fs::path folder = tokens / cache_key(config, text, tokenizer, hashes);
    if (is_sound(folder, hashes)) return folder;

    create_folders(tokens);
    const MakingLock lock(tokens / "lock");
    lock.acquire(progress);
    if (is_sound(folder, hashes)) return folder;
    remove_leftovers(tokens);
    if (fs::exists(folder)) {
        spdlog::warn("{}: damaged; the tokens are made anew", folder.string());
        fs::remove_all(folder);
    }
    make_tokens(config, {text}, folder, tokenizer, hashes, progress);
    return folder;
}

void require_context(const TokenFile& tokens, std::int64_t context, const std::string& which) {
    if (context + 1 > tokens.size())
        throw InputError("context {} is longer than the {} text ({} tokens): lower data.context, or use a longer text",
                         context, which, with_thousands(tokens.size()));
}

// What each id stands for in a text.
void describe_ids(PreparedData& data, std::int64_t vocab_size) {
    const Tokenizer& tokenizer = *data.tokenizer;
    if (tokenizer.vocab_size() > vocab_size)
        throw InputError("{}: its tokenizer has {} tokens, more than data.vocab_size = {}", data.folder.string(),
                         with_thousands(tokenizer.vocab_size()), with_thousands(vocab_size));
    const auto size = static_cast<std::size_t>(vocab_size);
    data.token_bytes.resize(size);
    data.line_start_bytes.resize(size);
    data.ends_line.resize(size);
    data.special.assign(size, true);  // ids beyond the tokenizer's only pad the vocabulary
    for (std::int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
        const auto i = static_cast<std::size_t>(id);
        data.token_bytes[i] = tokenizer.byte_length(id);
        data.line_start_bytes[i] = tokenizer.line_start_bytes(id);
        data.ends_line[i] = tokenizer.ends_line(id);
        data.special[i] = tokenizer.is_special(id);
    }
}

// The identity of a set: the sha256 of its file, or of what is joined and chosen from several.
std::string identity_of(const TokenSetFiles& set, FileHashes& hashes) {
    std::vector<std::string> parts;
    for (const fs::path& file : set.files) {
        parts.push_back(hashes.of(file));
        if (const fs::path index = megatron_index_of(file); !index.empty()) parts.push_back(hashes.of(index));
    }
    if (set.held_out.every > 0)
        parts.push_back(fmt::format("{} {}", static_cast<int>(set.held_out.part), set.held_out.every));
    return parts.size() == 1 ? parts.front() : sha256_hex(join(parts, "\n"));
}

// The tokens that `tokens` names; `val` names those of validation sets instead of the ones found there.
PreparedData load_tokens(const DataConfig& config, const fs::path& tokens,
                         const std::map<std::string, std::string>& val, FileHashes& hashes,
                         const Progress& progress) {
    PreparedData data;
    const TokenSets sets = find_token_sets(tokens, val, config.val_every);
    const fs::path& folder = data.folder = sets.folder;
    data.remarks = sets.remarks;
    if (progress) progress("checking the tokens", 0);

    if (const auto found = find_tokenizer(folder)) {
        data.tokenizer = load_tokenizer(*found).tokenizer;
        describe_ids(data, config.vocab_size);
        data.sha256 = hashes.of(*found) + " tokenizer\n";
        if (found->filename() == "vocab.json") {
            data.sha256 += hashes.of(folder / "merges.txt") + " merges\n";
            if (const fs::path settings = folder / "tokenizer_config.json"; fs::exists(settings))
                data.sha256 += hashes.of(settings) + " tokenizer_config\n";
        }
    }
    const std::int32_t unknown = data.tokenizer ? data.tokenizer->unknown_id() : -1;
    const auto open = [&](const TokenSetFiles& set, const std::string& which) {
        auto tokens = std::make_shared<TokenFile>(set.files, token_format(config), set.held_out);
        require_context(*tokens, config.context, which);
        const std::vector<std::int64_t> counts = count_tokens(*tokens, config.vocab_size);
        if (unknown >= 0) data.unknown_tokens += counts[static_cast<std::size_t>(unknown)];
        if (&set == &sets.train) data.unigram_entropy = entropy(counts);
        return tokens;
    };
    data.train = open(sets.train, "training");
    data.sha256 += identity_of(sets.train, hashes) + " train\n";
    for (const TokenSetFiles& set : sets.validation) {
        const std::string which = set.name == "val" ? "validation" : set.name;
        data.validation.push_back({set.name, open(set, which), identity_of(set, hashes)});
        data.sha256 += fmt::format("{} validation {}\n", data.validation.back().sha256, set.name);
    }
    data.sha256 = sha256_hex(data.sha256);
    return data;
}

}  // namespace

PreparedData prepare_data(const DataConfig& config, const fs::path& cache, const Progress& progress) {
    create_folders(cache);
    FileHashes hashes(cache / "hashes.json");
    PreparedData data;
    if (!config.tokens.empty()) {
        data = load_tokens(config, config.tokens, config.val, hashes, progress);
    } else {
        const TextSource source = find_text(config, cache);
        data = load_tokens(config, cached_tokens(config, source.path, cache, hashes, progress), {}, hashes, progress);
        data.origin = source.origin;
        data.remarks = text_remarks(config, {source.path});
        if (!source.note.empty()) data.remarks.push_back(source.note);
    }
    hashes.save();
    return data;
}

fs::path models_beside(const fs::path& cache) { return fs::absolute(cache).parent_path() / "models"; }

std::int64_t target_bytes(const PreparedData& data, const Batch& batch) {
    if (data.token_bytes.empty()) return 0;
    std::int64_t bytes = 0;
    for (std::size_t k = 0; k < batch.targets.size(); ++k) {
        const auto before = static_cast<std::size_t>(batch.ids[k]), target = static_cast<std::size_t>(batch.targets[k]);
        bytes += data.ends_line[before] ? data.line_start_bytes[target] : data.token_bytes[target];
    }
    return bytes;
}

}  // namespace ablate::data
