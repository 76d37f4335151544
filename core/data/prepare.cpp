#include "core/data/prepare.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/data/sampled_unknown.h"
#include "core/data/token_sets.h"
#include "core/data/tokenize.h"
#include "core/data/tokenizers/load.h"
#include "core/io/bytes.h"
#include "core/io/json_file.h"
#include "core/io/npy.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
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
            if (hash != hashes.of(folder / name)) return false;
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
    if (!is_there(path))
        throw InputError("data.tokenizer: {}: no such file or folder{}", path.string(),
                         path == name ? "" : "; a path holds a '/', a bare name is a model of the workspace");
    return path;
}

// The tokenizer's files as version 0.1 knew them: the first recipe's key covers these.
std::vector<fs::path> tokenizer_files_of_first_recipe(const fs::path& path) {
    std::vector<fs::path> files;
    const auto add = [&](const fs::path& folder, std::initializer_list<const char*> names) {
        for (const char* name : names)
            if (is_there(folder / name)) files.push_back(folder / name);
    };
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
        add(path, {"tokenizer.json", "vocab.json", "merges.txt", "tokenizer.model", "tokenizer_config.json",
                   "special_tokens_map.json", "added_tokens.json", "chat_template.jinja"});
        return files;
    }
    files.push_back(path);
    if (path.filename() == "vocab.json") add(path.parent_path(), {"merges.txt"});
    if (path.filename() == "vocab.json" || path.extension() == ".model")
        add(path.parent_path(), {"tokenizer_config.json"});
    return files;
}

std::string cache_key(const DataConfig& config, const fs::path& text, const fs::path& tokenizer, FileHashes& hashes,
                      int recipe = token_recipe) {
    Json key = {{"recipe", recipe},
                {"text", hashes.of_text(text)},
                {"vocab_size", config.vocab_size},
                {"text_field", config.text_field},
                {"block_lines", config.block_lines},
                {"val_every", config.val_every},
                {"byte_fallback", config.byte_fallback}};
    for (const auto& [name, file] : config.val) key["val"][name] = hashes.of_text(file);
    if (!tokenizer.empty()) {
        key.erase("byte_fallback");  // of a tokenizer that is trained
        const auto files = recipe == 1 ? tokenizer_files_of_first_recipe(tokenizer) : tokenizer_files(tokenizer);
        for (const fs::path& file : files) key["tokenizer"][file.filename().string()] = hashes.of(file);
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
        spdlog::warn("{}: damaged; the tokens are made again", folder.string());
        fs::remove_all(folder);
    }
    make_tokens(config, {text}, folder, tokenizer, hashes, progress);
    return folder;
}

void require_context(const TokenFile& tokens, std::int64_t context, const std::string& which) {
    if (context + 1 > tokens.size())
        throw InputError(
            "data.context {} needs {} tokens (one more than the context), and the {} text has {}: lower data.context, "
            "or use a longer text",
            context, with_thousands(context + 1), which, with_thousands(tokens.size()));
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

Json described_tokens(const fs::path& folder) {
    try {
        if (fs::exists(folder / "data.json"))
            if (Json described = io::read_json(folder / "data.json"); described.is_object()) return described;
    } catch (const InputError&) {
        // A damaged data.json says no more than none.
    }
    return Json::object();  // made elsewhere
}

std::string recorded_hash(const Json& described, const std::string& file) {
    const auto files = described.find("files");
    if (files == described.end() || !files->is_object()) return {};
    const auto hash = files->find(file);
    return hash != files->end() && hash->is_string() ? hash->get<std::string>() : std::string();
}

bool trained_here(const Json& described) {
    const auto options = described.find("options");
    return options != described.end() && options->is_object() && options->contains("trained_tokenizer") &&
           (*options)["trained_tokenizer"] == true;
}

// Foreign folders may have their own data.json.
int recipe_of(const Json& described) {
    const auto recipe = described.find("recipe");
    return recipe != described.end() && recipe->is_number_integer() ? recipe->get<int>() : 1;
}

// What the folder of a validation set tells of the bytes of its tokens, if it is of these tokens and this tokenizer: a
// file that was exchanged has others.
void read_byte_corrections(const PreparedData& data, ValidationSet& set, const fs::path& tokens, FileHashes& hashes) {
    const Json described = described_tokens(tokens.parent_path());
    if (!data.tokenizer || recipe_of(described) < 2) return;
    if (tokens.stem() == "train") return;  // only those of validation sets are recorded
    const fs::path tokenizer = *find_tokenizer(data.folder);
    if (recorded_hash(described, tokens.filename().string()) != set.sha256 ||
        recorded_hash(described, tokenizer.filename().string()) != hashes.of(tokenizer))
        return;
    const std::string table = true_bytes_file(tokens.stem().string());
    const std::string hash = recorded_hash(described, table);
    const fs::path file = tokens.parent_path() / table;
    if (!hash.empty() && (!is_there(file) || hashes.of(file) != hash)) return;
    set.knows_bytes = true;
    if (hash.empty()) return;  // each id tells its bytes
    const io::NpyHeader header = io::read_npy_header(file);
    if (header.dtype != "i8" || header.shape.size() != 2 || header.shape[1] != 2)
        throw InputError("{}: a table of positions and bytes is expected (int64, two columns)", file.string());
    const std::string bytes =
        io::OpenFile(file, O_RDONLY).read_at(header.data_offset, static_cast<std::size_t>(header.count()) * 8);
    std::array<std::int64_t, 2> ids{};
    for (std::size_t at = 0; at + 16 <= bytes.size(); at += 16) {
        const auto position = io::load<std::int64_t>(bytes.data() + at);
        if (position < 0 || position >= set.tokens->size())
            throw InputError("{}: position {} is outside of the tokens", file.string(), position);
        if (position == 0) continue;  // never a target
        set.tokens->read(position - 1, ids);
        const auto before = static_cast<std::size_t>(ids[0]), id = static_cast<std::size_t>(ids[1]);
        const std::int64_t told = data.ends_line[before] ? data.line_start_bytes[id] : data.token_bytes[id];
        set.byte_corrections.push_back({position, io::load<std::int64_t>(bytes.data() + at + 8) - told});
    }
}

// Bits per byte are computed for validation sets alone. `first` is "the first " where only these tokens were looked at.
std::string unknown_finding(const std::string& set, std::int64_t unknown, std::int64_t tokens, bool bytes_are_known,
                            bool trained_here, const char* first = "") {
    const bool is_training = set == "train";
    return fmt::format(
        "{} of {}{} tokens ({:.2g} %) of {} are the unknown token: the tokenizer has no token for these characters, so "
        "the model cannot tell them apart. {}{}",
        with_thousands(unknown), first, with_thousands(tokens),
        100.0 * static_cast<double>(unknown) / static_cast<double>(std::max<std::int64_t>(1, tokens)),
        is_training ? "the training set" : fmt::format("the validation set '{}'", set),
        is_training ? ""
        : bytes_are_known
            ? "Bits per byte count the bytes of the text that they stand for. "
            : "No id tells how many bytes they stand for, so bits per byte count them as 0 bytes and are too "
              "high. Tokenize the text with 'ablate tokenize', which records the bytes. ",
        trained_here ? "Set data.byte_fallback to true, or use a larger data.vocab_size."
                     : "Use a tokenizer with byte fallback, or a byte-level one.");
}

constexpr std::string_view same_text_finding =
    "The validation set '{}' is the training set, byte for byte: its loss says how well the model remembers the text, "
    "not how well it predicts new text. Name another text in data.val, or leave data.val empty to hold out every "
    "data.val_every-th document.";

void find_in_data(PreparedData& data, const Json& described, const std::string& train_sha256,
                  std::int64_t unknown_of_training) {
    for (const ValidationSet& set : data.validation)
        if (set.sha256 == train_sha256) data.findings.push_back(fmt::format(fmt::runtime(same_text_finding), set.name));
    const auto note_unknown = [&](const std::string& name, std::int64_t unknown, const TokenFile& tokens, bool known) {
        if (unknown > 0)
            data.findings.push_back(unknown_finding(name, unknown, tokens.size(), known, trained_here(described)));
    };
    note_unknown("train", unknown_of_training, *data.train, true);
    for (const ValidationSet& set : data.validation)
        note_unknown(set.name, set.unknown_tokens, *set.tokens, set.knows_bytes);
}

// The tokens that `tokens` names; `val` names those of validation sets instead of the ones found there.
PreparedData load_tokens(const DataConfig& config, const fs::path& tokens,
                         const std::map<std::string, std::string>& val, FileHashes& hashes, const Progress& progress) {
    PreparedData data;
    const TokenSets sets = find_token_sets(tokens, val, config.val_every);
    const fs::path& folder = data.folder = sets.folder;
    data.remarks = sets.remarks;
    if (progress) progress("checking the tokens", 0);
    const Json described = described_tokens(folder);

    if (const auto found = find_tokenizer(folder)) {
        LoadedTokenizer loaded = load_tokenizer(folder);
        data.tokenizer = std::move(loaded.tokenizer);
        data.findings = std::move(loaded.remarks);
        describe_ids(data, config.vocab_size);
        data.sha256 = hashes.of(*found) + " tokenizer\n";
        if (recipe_of(described) >= 2) {
            for (const fs::path& file : tokenizer_files(folder))
                if (file != *found) data.sha256 += fmt::format("{} {}\n", hashes.of(file), file.filename().string());
        } else if (found->filename() == "vocab.json") {  // as version 0.1 did: old runs know their data by it
            data.sha256 += hashes.of(folder / "merges.txt") + " merges\n";
            if (const fs::path settings = folder / "tokenizer_config.json"; fs::exists(settings))
                data.sha256 += hashes.of(settings) + " tokenizer_config\n";
        }
    }
    const std::int32_t unknown = data.tokenizer ? data.tokenizer->unknown_id() : -1;
    const auto open = [&](const TokenSetFiles& set, const std::string& which, std::int64_t& unknown_tokens) {
        auto tokens = std::make_shared<TokenFile>(set.files, token_format(config), set.held_out);
        require_context(*tokens, config.context, which);
        const std::vector<std::int64_t> counts = count_tokens(*tokens, config.vocab_size);
        if (unknown >= 0) unknown_tokens = counts[static_cast<std::size_t>(unknown)];
        data.unknown_tokens += unknown_tokens;
        if (&set == &sets.train) data.unigram_entropy = entropy(counts);
        return tokens;
    };
    std::int64_t unknown_of_training = 0;
    data.train = open(sets.train, "training", unknown_of_training);
    const std::string train_sha256 = identity_of(sets.train, hashes);
    data.sha256 += train_sha256 + " train\n";
    for (const TokenSetFiles& set : sets.validation) {
        const std::string which = set.name == "val" ? "validation" : set.name;
        ValidationSet& added = data.validation.emplace_back();
        added.name = set.name;
        added.tokens = open(set, which, added.unknown_tokens);
        added.sha256 = identity_of(set, hashes);
        data.sha256 += fmt::format("{} validation {}\n", added.sha256, set.name);
        read_byte_corrections(data, added, set.files.front(), hashes);
    }
    data.sha256 = sha256_hex(data.sha256);
    find_in_data(data, described, train_sha256, unknown_of_training);
    return data;
}

// The recorded folder, opened, if it is still what the run recorded.
std::optional<PreparedData> opened_as_recorded(const DataConfig& config, const RecordedTokens& recorded,
                                               const fs::path& cache, FileHashes& hashes, const Progress& progress) {
    const fs::path folder = recorded_tokens(recorded.folder, cache);
    if (folder.empty() || !is_sound(folder, hashes)) return std::nullopt;
    try {
        PreparedData data = load_tokens(config, folder, {}, hashes, progress);
        if (data.sha256 == recorded.sha256) return data;
    } catch (const InputError& error) {
        spdlog::warn("{}: not used again: {}", folder.string(), error.what());
    }
    return std::nullopt;
}

// The tokens that version 0.1 made of this text with these options, if one of `earlier` runs was trained on them.
std::optional<PreparedData> opened_earlier(const DataConfig& config, const fs::path& text, const fs::path& cache,
                                           const std::vector<RecordedTokens>& earlier, FileHashes& hashes,
                                           const Progress& progress) {
    if (earlier.empty()) return std::nullopt;
    const std::string key = cache_key(config, text, given_tokenizer(config, cache), hashes, 1);
    for (const RecordedTokens& recorded : earlier)
        if (fs::path(recorded.folder).filename() == key)
            if (auto data = opened_as_recorded(config, recorded, cache, hashes, progress)) {
                data->findings.push_back(
                    "The tokens are those of the study's earlier runs, which an earlier version made by encoding each "
                    "line alone. New studies encode each document as a whole.");
                return data;
            }
    return std::nullopt;
}

// Two files of one size may be the same: only then are they hashed.
bool same_files(const fs::path& one, const fs::path& other, FileHashes& hashes) {
    std::error_code error, ignored;
    if (fs::equivalent(one, other, ignored)) return true;
    if (!fs::is_regular_file(one, ignored) || !fs::is_regular_file(other, ignored)) return false;
    const auto size = fs::file_size(one, error);
    return !error && size == fs::file_size(other, ignored) && hashes.of(one) == hashes.of(other);
}

void note_sampled(const std::string& set, const SampledUnknown& sample, bool bytes_are_known,
                  std::vector<std::string>& findings) {
    if (sample.unknown > 0)
        findings.push_back(unknown_finding(set, sample.unknown, sample.tokens, bytes_are_known, false, "the first "));
}

std::vector<std::string> early_findings_of_tokens(const DataConfig& config, FileHashes& hashes) {
    std::vector<std::string> findings;
    const TokenSets sets = find_token_sets(config.tokens, config.val, config.val_every);
    const std::vector<fs::path>& train = sets.train.files;
    for (const TokenSetFiles& set : sets.validation) {
        const auto same = [&](const fs::path& a, const fs::path& b) { return same_files(a, b, hashes); };
        if (set.held_out.every == 0 && std::equal(train.begin(), train.end(), set.files.begin(), set.files.end(), same))
            findings.push_back(fmt::format(fmt::runtime(same_text_finding), set.name));
    }
    if (!find_tokenizer(sets.folder)) return findings;
    const auto tokenizer = tokenizer_with_unknown(sets.folder);
    if (!tokenizer) return findings;
    const bool bytes_are_known = described_tokens(sets.folder).contains("sets");
    const auto look = [&](const TokenSetFiles& set, const std::string& name) {
        const TokenFile tokens(set.files, token_format(config), set.held_out);
        note_sampled(name, sample_tokens(tokens, tokenizer->unknown_id()), bytes_are_known, findings);
    };
    look(sets.train, "train");
    for (const TokenSetFiles& set : sets.validation) look(set, set.name);
    return findings;
}

// Of texts that were not tokenized yet: what their beginnings tell.
void find_unknown_in_samples(const DataConfig& config, const fs::path& cache, std::vector<std::string>& findings) {
    const auto tokenizer = tokenizer_with_unknown(given_tokenizer(config, cache));
    if (!tokenizer) return;
    for (const auto& [set, sample] : sample_text(config, config.text, *tokenizer))
        note_sampled(set, sample, true, findings);
    for (const auto& [name, file] : config.val)
        note_sampled(name, sample_text(config, file, *tokenizer)["train"], true, findings);
}

std::vector<std::string> early_findings_of_text(const DataConfig& config, const fs::path& cache, FileHashes& hashes) {
    std::vector<std::string> findings;
    if (config.text.empty()) return findings;
    for (const auto& [name, file] : config.val)
        if (same_files(config.text, file, hashes))
            findings.push_back(fmt::format(fmt::runtime(same_text_finding), name));
    // Unknown tokens of what the cache holds. A text that was never read is not read whole now: it may be large.
    bool is_known = fs::exists(cache / "tokens") && hashes.knows(config.text);
    for (const auto& [name, file] : config.val) is_known = is_known && hashes.knows(file);
    const Json described =
        is_known ? described_tokens(cache / "tokens" /
                                    cache_key(config, config.text, given_tokenizer(config, cache), hashes))
                 : Json::object();
    if (!described.contains("sets")) {
        if (!config.tokenizer.empty()) find_unknown_in_samples(config, cache, findings);
        return findings;
    }
    const Json sets = described.value("sets", Json::object());
    const auto note_unknown = [&](const std::string& name) {
        const Json set = sets.value(name, Json::object());
        const auto unknown = set.value("unknown_tokens", std::int64_t{0});
        if (unknown > 0)
            findings.push_back(
                unknown_finding(name, unknown, set.value("tokens", std::int64_t{0}), true, config.tokenizer.empty()));
    };
    note_unknown("train");
    note_unknown("val");  // the order of find_in_data()
    for (const auto& item : sets.items())
        if (item.key() != "train" && item.key() != "val") note_unknown(item.key());
    return findings;
}

}  // namespace

fs::path recorded_tokens(const std::string& data_folder, const fs::path& cache) {
    if (data_folder.empty() || is_there(data_folder)) return data_folder;
    const fs::path moved = cache / "tokens" / fs::path(data_folder).filename();
    return is_there(moved) ? moved : fs::path(data_folder);
}

fs::path cache_of_run(const fs::path& run_folder) {
    fs::path folder = fs::absolute(run_folder).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();  // "runs/ID/"
    return cache_folder(folder.parent_path().parent_path());
}

PreparedData prepare_recorded(const DataConfig& config, const RecordedTokens& recorded, const fs::path& cache,
                              const Progress& progress) {
    if (config.tokens.empty()) {
        create_folders(cache);
        FileHashes hashes(cache / "hashes.json");
        if (auto data = opened_as_recorded(config, recorded, cache, hashes, progress)) {
            hashes.save();
            return *std::move(data);
        }
    }
    PreparedData data = prepare_data(config, cache, progress);
    if (data.sha256 == recorded.sha256) return data;
    if (!config.tokens.empty())
        throw InputError("the data has changed since the run was made (sha256 {:.12}, was {:.12}); start a new run",
                         data.sha256, recorded.sha256);
    throw InputError(
        "the tokens that the run was trained on (sha256 {:.12}) are neither in {} nor made again from its data (sha256 "
        "{:.12}): bring that folder back, or start a new run",
        recorded.sha256, recorded.folder, data.sha256);
}

PreparedData prepare_data(const DataConfig& config, const fs::path& cache, const Progress& progress,
                          const std::vector<RecordedTokens>& earlier) {
    create_folders(cache);
    FileHashes hashes(cache / "hashes.json");
    PreparedData data;
    if (!config.tokens.empty()) {
        data = load_tokens(config, config.tokens, config.val, hashes, progress);
    } else {
        const TextSource source = find_text(config, cache);
        if (auto known = opened_earlier(config, source.path, cache, earlier, hashes, progress))
            data = *std::move(known);
        else
            data =
                load_tokens(config, cached_tokens(config, source.path, cache, hashes, progress), {}, hashes, progress);
        data.origin = source.origin;
        data.remarks = text_remarks(config, {source.path});
        if (!source.note.empty()) data.remarks.push_back(source.note);
    }
    hashes.save();
    return data;
}

fs::path models_beside(const fs::path& cache) { return models_folder(fs::absolute(cache).parent_path()); }

std::vector<std::string> early_findings(const DataConfig& config, const fs::path& cache) {
    try {
        FileHashes hashes(fs::exists(cache) ? cache / "hashes.json" : fs::path());
        std::vector<std::string> findings = config.tokens.empty() ? early_findings_of_text(config, cache, hashes)
                                                                  : early_findings_of_tokens(config, hashes);
        try {
            hashes.save();
        } catch (const std::exception&) {  // a workspace may be read-only: the next preview hashes again
        }
        return findings;
    } catch (const std::exception&) {
        return {};  // what is wrong with the data is said where they are prepared
    }
}

std::vector<std::string> missing_data(const DataConfig& config, const fs::path& cache) {
    std::vector<std::string> missing;
    const auto look = [&](auto at) {
        try {
            at();
        } catch (const InputError& error) {
            missing.emplace_back(error.what());
        }
    };
    if (!config.tokens.empty()) {
        look([&] { find_token_sets(config.tokens, config.val, config.val_every); });
        return missing;
    }
    const auto require = [](const std::string& key, const std::string& path) {
        if (!is_there(path)) throw InputError("{}: {}: no such file or folder", key, path);
    };
    if (!config.text.empty())
        look([&] { require("data.text", config.text); });
    else
        look([] { text_of_environment(); });
    for (const auto& item : config.val) look([&] { require("data.val." + item.first, item.second); });
    look([&] { given_tokenizer(config, cache); });
    return missing;
}

std::int64_t target_bytes(const PreparedData& data, const ValidationSet& set, const Batch& batch) {
    if (data.token_bytes.empty()) return 0;
    std::int64_t bytes = 0;
    for (std::size_t k = 0; k < batch.targets.size(); ++k) {
        const auto before = static_cast<std::size_t>(batch.ids[k]), target = static_cast<std::size_t>(batch.targets[k]);
        bytes += data.ends_line[before] ? data.line_start_bytes[target] : data.token_bytes[target];
    }
    for (const std::int64_t begin : batch.begins) {
        const auto after = [](std::int64_t position, const ByteCorrection& one) { return position < one.position; };
        const std::vector<ByteCorrection>& all = set.byte_corrections;  // targets: [begin + 1, begin + context]
        for (auto one = std::upper_bound(all.begin(), all.end(), begin, after);
             one != all.end() && one->position <= begin + batch.context; ++one)
            bytes += one->difference;
    }
    return bytes;
}

}  // namespace ablate::data
