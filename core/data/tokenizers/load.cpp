#include "core/data/tokenizers/load.h"

#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/text.h"
#include "core/data/sentencepiece_tokenizer.h"
#include "core/data/token_file.h"
#include "core/data/tokenizers/auto_class.h"
#include "core/data/tokenizers/tokenizer_json.h"
#include "core/data/tokenizers/vocab_and_merges.h"
#include "core/io/json_file.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

namespace ablate::data {

namespace fs = std::filesystem;

namespace {

constexpr std::array<const char*, 4> main_names = {"tokenizer.json", "vocab.json", "encoder.json", "tokenizer.model"};

std::vector<fs::path> main_files(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const char* name : main_names)
        if (is_there(folder / name)) files.push_back(folder / name);
    return files;
}

const char* merges_of(const fs::path& vocab) {
    return vocab.filename() == "vocab.json" ? "merges.txt" : vocab.filename() == "encoder.json" ? "vocab.bpe" : nullptr;
}

LoadedTokenizer loaded_bpe(const fs::path& file, BpeFile read) {
    return {file, make_byte_level_bpe(std::move(read.definition)), std::move(read.before), std::move(read.after), {}};
}

// data.json of a folder of tokens that Ablate made; null: it is none. Its tokenizer was judged when the tokens were
// made, with files beside it that are not copied (config.json).
Json data_description(const fs::path& folder) {
    if (const fs::path described = folder / "data.json"; is_there(described)) {
        try {
            Json json = io::read_json(described);
            if (json.is_object() && json.contains("format") && json.contains("texts")) return json;
        } catch (const InputError&) {
            // What cannot be read as JSON was not made by Ablate.
        }
    }
    return Json();
}

LoadedTokenizer load_vocab_and_merges(const fs::path& vocab, SideFiles& side) {
    const fs::path merges = vocab.parent_path() / merges_of(vocab);
    if (!is_there(merges)) throw InputError("{}: no {} next to it", vocab.string(), merges.filename().string());
    return loaded_bpe(vocab, read_vocab_and_merges(vocab, merges, side));
}

LoadedTokenizer load_tokenizer_json(const fs::path& file, SideFiles& side) {
    BpeFile read = read_tokenizer_json(file);
    const fs::path folder = file.parent_path();
    if (data_description(folder).is_null())
        follow_class(side, folder, read);
    else if (side.is_class("GPT2Tokenizer") && read.definition.split == SplitPattern::gpt2)
        read.definition.add_prefix_space = side.add_prefix_space.value_or(false);
    add_side_tokens(side, folder, read.definition);
    return loaded_bpe(file, std::move(read));
}

// The settings with which transformers' LlamaTokenizer reads a .model: its special tokens are found in a text, and the
// space before a text follows add_prefix_space and legacy.
void be_llama(SideFiles& side, SentencePieceSettings& settings) {
    side.name_by_default("unk_token", "<unk>");
    side.name_by_default("bos_token", "<s>");
    side.name_by_default("eos_token", "</s>");
    settings.is_llama = true;
    settings.prefix_space = !side.add_prefix_space.value_or(true) ? PrefixSpace::never
                            : side.legacy.value_or(false)         ? PrefixSpace::always
                                                                  : PrefixSpace::first;
}

// Whether each line was encoded alone: after a newline, the next piece then begins with the space mark.
bool lines_begin_with_spaces(const fs::path& tokens, const Tokenizer& tokenizer) {
    std::vector<std::int32_t> newline;
    tokenizer.encode("\n", newline);
    const TokenFile file(tokens);
    std::vector<std::int64_t> ids(static_cast<std::size_t>(std::min<std::int64_t>(file.size(), 1 << 16)));
    file.read(0, ids);
    std::int64_t marked = 0, bare = 0;
    for (std::size_t k = 1; k < ids.size(); ++k) {
        if (ids[k - 1] != newline.back() || ids[k] >= tokenizer.vocab_size()) continue;
        const auto id = static_cast<std::int32_t>(ids[k]);
        if (tokenizer.is_special(id) || id == newline.back()) continue;
        (tokenizer.line_start_bytes(id) < tokenizer.byte_length(id) ? marked : bare) += 1;
    }
    return marked > bare;
}

// Of tokens that say nothing of how they were made, their ids do.
bool made_by_lines(const fs::path& folder, const fs::path& model) {
    if (const Json json = data_description(folder); !json.is_null())
        return !json.contains("recipe") || (json["recipe"].is_number() && json["recipe"].get<double>() < 2);
    if (!is_there(folder / "train.npy")) return false;
    try {
        const auto tokenizer = load_sentencepiece(model);
        std::vector<std::int32_t> ids;
        tokenizer->encode("a\na", ids);  // the newline must be a piece, and a space be put before a text
        return ids.size() >= 2 && lines_begin_with_spaces(folder / "train.npy", *tokenizer);
    } catch (const InputError&) {
        return false;
    }
}

// Classes other than Llama's change the text or put tokens around it. The class of Ablate's own exports reads the model
// as it is where no special token is named: sentencepiece cuts none out of a text either.
void require_known_class(const SideFiles& side, const fs::path& folder) {
    const auto is_null = [&](const char* role) {
        const auto found = side.named.find(role);
        return found != side.named.end() && !found->second;
    };
    const bool as_exported = side.is_class("PreTrainedTokenizer") && is_null("bos_token") && is_null("unk_token");
    if (!side.tokenizer_class.empty() && !side.is_class("LlamaTokenizer") && !as_exported)
        throw InputError(
            "{}: tokenizer_class: {} is not known here for a .model; known: LlamaTokenizer. Without a class, the model "
            "is read as sentencepiece does",
            (folder / "tokenizer_config.json").string(), quote(side.tokenizer_class));
}

// The added and the named tokens of the files beside a .model.
void take_side_tokens(SideFiles& side, const fs::path& file, SentencePieceSettings& settings) {
    std::unique_ptr<Tokenizer> plain;  // read where a name is to be looked up
    settings.added = side.added;       // before the control pieces: of two, the first counts
    for (const auto& [role, token] : side.named) {
        if (!token || token->content.empty()) continue;
        const bool is_added = std::any_of(side.added.begin(), side.added.end(),
                                          [&token = token](const auto& one) { return one.content == token->content; });
        if (is_added) continue;
        const bool is_default = token->content == "<s>" || token->content == "</s>" || token->content == "<unk>";
        if (!plain) plain = load_sentencepiece(file);
        if (const std::int32_t id = plain->token_id(token->content); id >= 0) {
            settings.added.push_back(*token);
            settings.added.back().id = id;
        } else if (!is_default || settings.is_llama) {
            side.remarks.push_back(
                fmt::format("{}: {} names {}, which has no id in the model: it is left out. "
                            "Transformers would add it with the next free id.",
                            file.parent_path().string(), role, quote(token->content)));
        }
    }
}

// Whether Llama's tokenizer puts <s> before a text where add_bos_token does not say so: a tokenizer.json beside the
// .model has a template, and without one transformers 5.24 puts none.
bool template_begins(const fs::path& file, std::int32_t begin_of_text, SideFiles& side) {
    if (const fs::path json = file.parent_path() / "tokenizer.json"; is_there(json)) {
        try {
            const std::vector<std::int32_t> before = read_text_border(json).before;
            return std::find(before.begin(), before.end(), begin_of_text) != before.end();
        } catch (const InputError&) {  // it is not read, and a remark of load_folder() says why
        }
    }
    side.remarks.push_back(
        fmt::format("{}: add_bos_token is not set, so no <s> is put before a text, as in Transformers 5. If the model "
                    "was trained with it, set add_bos_token to true in tokenizer_config.json.",
                    file.parent_path().string()));
    return false;
}

LoadedTokenizer load_model(const fs::path& file, SideFiles& side) {
    SentencePieceSettings settings;
    const fs::path folder = file.parent_path();
    const bool by_lines = settings.by_lines = made_by_lines(folder, file);
    // What version 0.1 trained on knew no added tokens of a .model.
    if (by_lines) side.added.clear(), side.named.clear(), side.remarks.clear();
    const bool llama = side.is_class("LlamaTokenizer"), is_prepared = !data_description(folder).is_null();
    settings.strict = !is_prepared;
    if (!by_lines) {
        if (!is_prepared) require_known_class(side, folder);
        if (llama) be_llama(side, settings);
        take_side_tokens(side, file, settings);
    }
    LoadedTokenizer loaded{file, load_sentencepiece(file, std::move(settings)), {}, {}, {}};
    if (!side.has_config) return loaded;
    const auto around = [&](bool wanted, const char* role, std::int32_t otherwise, std::vector<std::int32_t>& ids) {
        if (!wanted) return;
        const AddedToken* token = side.special(role);
        const std::int32_t named = token ? loaded.tokenizer->token_id(token->content) : -1;
        if (const std::int32_t id = named >= 0 ? named : otherwise; id >= 0) ids.push_back(id);
    };
    const std::int32_t begin = loaded.tokenizer->begin_of_text_id();
    const bool asks_template = llama && !is_prepared && !by_lines && !side.add_bos && !side.add_eos;
    around(asks_template ? template_begins(file, begin, side) : side.add_bos.value_or(false), "bos_token", begin,
           loaded.before);
    around(side.add_eos.value_or(false), "eos_token", loaded.tokenizer->end_of_text_id(), loaded.after);
    return loaded;
}

LoadedTokenizer load_file(const fs::path& file) {
    SideFiles side = read_side_files(file.parent_path());
    LoadedTokenizer loaded = merges_of(file)               ? load_vocab_and_merges(file, side)
                             : file.extension() == ".json" ? load_tokenizer_json(file, side)
                                                           : load_model(file, side);
    loaded.remarks = std::move(side.remarks);
    return loaded;
}

LoadedTokenizer load_folder(const fs::path& folder) {
    const std::vector<fs::path> files = main_files(folder);
    if (files.empty())
        throw InputError(
            "{}: no tokenizer: tokenizer.json, vocab.json with merges.txt, encoder.json with vocab.bpe, or "
            "tokenizer.model",
            folder.string());
    std::vector<std::string> passed_over;
    std::exception_ptr first;
    for (const fs::path& file : files) {
        try {
            LoadedTokenizer loaded = load_file(file);
            for (const std::string& why : passed_over)
                loaded.remarks.push_back(
                    fmt::format("{} next to it is read instead, since {}", file.filename().string(), why));
            return loaded;
        } catch (const InputError& error) {
            passed_over.emplace_back(error.what());
            if (!first) first = std::current_exception();
        }
    }
    std::rethrow_exception(first);
}

// Of several main files, the one that load_folder() reads: remembered, since it takes reading them.
fs::path first_that_is_read(const std::vector<fs::path>& files) {
    static std::mutex mutex;
    static std::map<std::string, fs::path> known;
    std::string state;
    for (const fs::path& file : files) {
        std::error_code ignored;
        state += fmt::format("{} {} {}\n", file.string(), fs::file_size(file, ignored),
                             fs::last_write_time(file, ignored).time_since_epoch().count());
    }
    const std::scoped_lock lock(mutex);
    auto found = known.find(state);
    if (found == known.end()) {
        fs::path chosen = files.front();
        try {
            chosen = load_folder(files.front().parent_path()).file;
        } catch (const InputError&) {  // none is read: the first is what refusals are about
        }
        found = known.emplace(state, chosen).first;
    }
    return found->second;
}

}  // namespace

LoadedTokenizer load_tokenizer(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored) ? load_folder(path) : load_file(path);
}

std::optional<fs::path> find_tokenizer(const fs::path& folder) {
    const std::vector<fs::path> files = main_files(folder);
    if (files.empty()) return std::nullopt;
    return files.size() == 1 ? files.front() : first_that_is_read(files);
}

bool encodes_by_lines(const fs::path& folder) {
    const auto file = find_tokenizer(folder);
    return file && file->extension() == ".model" && made_by_lines(folder, *file);
}

fs::path name_in_folder(const fs::path& main_file) {
    fs::path name = main_file.filename();
    if (std::any_of(main_names.begin(), main_names.end(), [&](const char* known) { return name == known; }))
        return name;
    return main_file.extension() == ".json" ? "tokenizer.json" : "tokenizer.model";
}

std::vector<fs::path> tokenizer_files(const fs::path& path) {
    std::error_code ignored;
    const bool folder = fs::is_directory(path, ignored);
    const fs::path file = folder ? find_tokenizer(path).value_or(path / main_names[0]) : path;
    std::vector<fs::path> files = {file};
    const auto add = [&](const fs::path& found) {
        if (is_there(found) && std::find(files.begin(), files.end(), found) == files.end()) files.push_back(found);
    };
    const fs::path beside = file.parent_path();
    if (const char* merges = merges_of(file)) add(beside / merges);
    for (const fs::path& side : side_files(beside)) add(side);
    if (!folder) return files;
    for (const char* name : {"vocab.json", "merges.txt", "encoder.json", "vocab.bpe", "tokenizer.json",
                             "tokenizer.model", "chat_template.jinja"})
        add(beside / name);
    return files;
}

}  // namespace ablate::data
