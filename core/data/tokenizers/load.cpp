#include "core/data/tokenizers/load.h"

#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/data/tokenizers/bpe_files.h"
#include "core/data/tokenizers/json_node.h"
#include "core/io/json_file.h"

#include <algorithm>

namespace ablate::data {

namespace fs = std::filesystem;

namespace {

fs::path file_in(const fs::path& folder) {
    if (const auto file = find_tokenizer(folder)) return *file;
    throw InputError("{}: no tokenizer: tokenizer.json, vocab.json with merges.txt, or tokenizer.model",
                     folder.string());
}

LoadedTokenizer load_vocab_and_merges(const fs::path& vocab) {
    const fs::path merges = vocab.parent_path() / "merges.txt";
    if (!is_there(merges)) throw InputError("{}: there is no merges.txt beside it", vocab.string());
    return {vocab, make_byte_level_bpe(read_vocab_and_merges(vocab, merges)), {}, {}};
}

// A .model does not tell whether its <s> stands before a text; what lies beside it does, as transformers reads it.
std::vector<std::int32_t> before_text(const fs::path& model, const Tokenizer& tokenizer) {
    const fs::path file = model.parent_path() / "tokenizer_config.json";
    if (!is_there(file) || tokenizer.begin_of_text_id() < 0) return {};
    const Json json = io::read_json(file);
    const JsonNode config(json, file.string());
    const bool llama = config["tokenizer_class"].text_or("").starts_with("LlamaTokenizer");
    return config["add_bos_token"].flag(llama) ? std::vector{tokenizer.begin_of_text_id()}
                                               : std::vector<std::int32_t>();
}

LoadedTokenizer load_model(const fs::path& file) {
    LoadedTokenizer loaded{file, load_sentencepiece(file), {}, {}};
    loaded.before = before_text(file, *loaded.tokenizer);
    return loaded;
}

}  // namespace

LoadedTokenizer load_tokenizer(const fs::path& path) {
    std::error_code ignored;
    const fs::path file = fs::is_directory(path, ignored) ? file_in(path) : path;
    if (file.filename() == "vocab.json") return load_vocab_and_merges(file);
    if (file.extension() != ".json") return load_model(file);
    BpeFile read = read_tokenizer_json(file);
    return {file, make_byte_level_bpe(std::move(read.definition)), std::move(read.before), std::move(read.behind)};
}

std::optional<fs::path> find_tokenizer(const fs::path& folder) {
    for (const char* name : {"tokenizer.json", "vocab.json", "tokenizer.model"})
        if (is_there(folder / name)) return folder / name;
    return {};
}

std::vector<fs::path> tokenizer_files(const fs::path& path) {
    std::error_code ignored;
    const bool folder = fs::is_directory(path, ignored);
    const fs::path file = folder ? file_in(path) : path;
    std::vector<fs::path> files = {file};
    const auto add = [&](const char* name) {
        const fs::path found = file.parent_path() / name;
        if (found != file && is_there(found)) files.push_back(found);
    };
    if (file.filename() == "vocab.json") add("merges.txt");
    if (file.extension() == ".model" || file.filename() == "vocab.json") add("tokenizer_config.json");
    if (!folder) return files;
    for (const char* name : {"vocab.json", "merges.txt", "tokenizer.model", "tokenizer_config.json",
                             "special_tokens_map.json", "added_tokens.json", "chat_template.jinja"})
        if (std::find(files.begin(), files.end(), file.parent_path() / name) == files.end()) add(name);
    return files;
}

}  // namespace ablate::data
