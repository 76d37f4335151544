#include "core/data/prepare.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
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

// NAME.npy, else NAME.bin; empty when there is neither.
fs::path token_file_named(const fs::path& folder, const std::string& name) {
    for (const char* extension : {".npy", ".bin"})
        if (const fs::path file = folder / (name + extension); fs::exists(file)) return file;
    return {};
}

// Validation sets by name, "val" first.
std::vector<std::pair<std::string, fs::path>> validation_files(const fs::path& folder) {
    std::vector<std::pair<std::string, fs::path>> files;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().stem().string();
        if (entry.path().extension() == ".npy" && name != "train" && name != "val")
            files.emplace_back(name, entry.path());
    }
    std::sort(files.begin(), files.end());
    if (const fs::path val = token_file_named(folder, "val"); !val.empty()) files.insert(files.begin(), {"val", val});
    if (files.empty()) throw InputError("{}: no val.npy or val.bin in this folder", folder.string());
    return files;
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

PreparedData load_tokens(const DataConfig& config, const fs::path& folder, FileHashes& hashes,
                         const Progress& progress) {
    PreparedData data;
    data.folder = folder;
    if (!fs::is_directory(folder)) throw InputError("data.tokens: {}: no such folder", folder.string());
    const fs::path train = token_file_named(folder, "train");
    if (train.empty()) throw InputError("{}: no train.npy or train.bin in this folder", folder.string());
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
    const auto open = [&](const fs::path& file, const std::string& which) {
        auto tokens = std::make_shared<TokenFile>(file);
        require_context(*tokens, config.context, which);
        const std::vector<std::int64_t> counts = count_tokens(*tokens, config.vocab_size);
        if (unknown >= 0) data.unknown_tokens += counts[static_cast<std::size_t>(unknown)];
        if (file == train) data.unigram_entropy = entropy(counts);
        return tokens;
    };
    data.train = open(train, "training");
    data.sha256 += hashes.of(train) + " train\n";
    for (const auto& [name, file] : validation_files(folder)) {
        data.validation.push_back({name, open(file, name == "val" ? "validation" : name), hashes.of(file)});
        data.sha256 += fmt::format("{} validation {}\n", data.validation.back().sha256, name);
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
        if (!config.val.empty())
            throw InputError("data.val names texts, but data.tokens is set: put NAME.npy files into {}", config.tokens);
        data = load_tokens(config, config.tokens, hashes, progress);
    } else {
        const TextSource source = find_text(config, cache);
        data = load_tokens(config, cached_tokens(config, source.path, cache, hashes, progress), hashes, progress);
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
