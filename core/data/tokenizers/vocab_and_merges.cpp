#include "core/base/atomic_file.h"
#include "core/data/tokenizers/bpe_files.h"
#include "core/data/tokenizers/vocabulary.h"
#include "core/io/json_file.h"

#include <charconv>

namespace ablate::data {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t merges_limit = 256ull << 20;

void read_merges(const fs::path& file, BpeDefinition& definition) {
    const std::string text = read_file(file, merges_limit);
    std::string_view rest = text;
    for (int number = 1; !rest.empty(); ++number) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty() && !line.starts_with("#version"))
            add_merge(line, fmt::format("{}: line {}", file.string(), number), definition);
    }
}

void read_class(const JsonNode& config, BpeDefinition& definition) {
    std::string name = config["tokenizer_class"].text_or("GPT2Tokenizer");
    if (name.ends_with("Fast")) name.resize(name.size() - std::string_view("Fast").size());
    if (name == "Qwen2Tokenizer") {
        definition.split = SplitPattern::qwen2;
        definition.nfc = true;
    } else if (name == "GPT2Tokenizer") {
        definition.add_prefix_space = config["add_prefix_space"].flag(false);
    } else {
        config["tokenizer_class"].refuse_type(name, "GPT2Tokenizer, Qwen2Tokenizer");
    }
}

void read_config(const fs::path& file, BpeDefinition& definition) {
    const Json json = io::read_json(file);
    const JsonNode config(json, file.string());
    if (!config.is_object()) config.refuse("an object is expected");
    read_class(config, definition);
    const JsonNode added = config["added_tokens_decoder"];
    if (added.is_null()) return;
    if (!added.is_object()) added.refuse("an object of id to token is expected");
    const std::uint64_t limit = definition.tokens.size() + id_limit_of(fs::file_size(file));
    for (const auto& [key, token] : added.value().get_ref<const Json::object_t&>()) {
        std::uint64_t id = limit;
        const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
        if (error != std::errc() || end != key.data() + key.size() || id >= limit)
            added.refuse(fmt::format("{} is no id of a token", quote(key)));
        add_token(added[key], static_cast<std::int32_t>(id), definition);
    }
}

}  // namespace

BpeDefinition read_vocab_and_merges(const fs::path& vocab, const fs::path& merges) {
    BpeDefinition definition;
    definition.file = vocab.string();
    const Json json = io::read_json(vocab);
    read_vocabulary(JsonNode(json, vocab.string()), id_limit_of(fs::file_size(vocab)), definition);
    read_merges(merges, definition);
    std::error_code ignored;
    const fs::path config = vocab.parent_path() / "tokenizer_config.json";
    if (fs::exists(config, ignored)) read_config(config, definition);
    // GPT-2's only special token, which its two files do not mark.
    const auto border = definition.ids.find("<|endoftext|>");
    if (definition.added.empty() && border != definition.ids.end())
        definition.added.push_back({.content = border->first, .id = border->second, .special = true});
    return definition;
}

}  // namespace ablate::data
