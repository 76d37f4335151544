#include "core/data/tokenizers/load.h"

#include "core/base/error.h"
#include "core/data/tokenizers/bpe_files.h"

namespace ablate::data {

namespace fs = std::filesystem;

namespace {

bool is_there(const fs::path& file) {
    std::error_code ignored;
    return fs::exists(file, ignored);
}

fs::path file_in(const fs::path& folder) {
    for (const char* name : {"tokenizer.json", "vocab.json", "tokenizer.model"})
        if (is_there(folder / name)) return folder / name;
    throw InputError("{}: no tokenizer: tokenizer.json, vocab.json with merges.txt, or tokenizer.model",
                     folder.string());
}

LoadedTokenizer load_vocab_and_merges(const fs::path& vocab) {
    const fs::path merges = vocab.parent_path() / "merges.txt";
    if (!is_there(merges)) throw InputError("{}: there is no merges.txt beside it", vocab.string());
    return {vocab, make_byte_level_bpe(read_vocab_and_merges(vocab, merges)), {}, {}};
}

}  // namespace

LoadedTokenizer load_tokenizer(const fs::path& path) {
    std::error_code ignored;
    const fs::path file = fs::is_directory(path, ignored) ? file_in(path) : path;
    if (file.filename() == "vocab.json") return load_vocab_and_merges(file);
    if (file.extension() != ".json") return {file, load_sentencepiece(file), {}, {}};
    BpeFile read = read_tokenizer_json(file);
    return {file, make_byte_level_bpe(std::move(read.definition)), std::move(read.before), std::move(read.behind)};
}

}  // namespace ablate::data
