#include "core/data/tokenizers/vocab_and_merges.h"

#include "core/base/atomic_file.h"
#include "core/data/tokenizers/auto_class.h"
#include "core/data/tokenizers/vocabulary.h"
#include "core/io/json_file.h"

#include <algorithm>

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

void apply_class(SideFiles& side, const fs::path& folder, BpeDefinition& definition) {
    const std::string border = "<|endoftext|>";
    const std::string used = side.tokenizer_class.empty() ? "GPT2Tokenizer" : side.tokenizer_class;
    const std::string built = built_class(side);
    if (!built.empty() && built != used)
        throw InputError(
            "{}: model_type {} makes AutoTokenizer build a {}, and these files would be read as a {}: name the "
            "class as tokenizer_class in tokenizer_config.json",
            (folder / "config.json").string(), quote(side.model_type), built, used);
    if (side.is_class("Qwen2Tokenizer")) {
        if (side.add_prefix_space.value_or(false))
            throw InputError("{}: add_prefix_space: true is not known here for Qwen2Tokenizer",
                             (folder / "tokenizer_config.json").string());
        definition.split = SplitPattern::qwen2;
        definition.nfc = true;
        for (const char* role : {"eos_token", "unk_token", "pad_token"}) side.name_by_default(role, border);
    } else if (side.tokenizer_class.empty() || side.is_class("GPT2Tokenizer")) {
        definition.add_prefix_space = side.add_prefix_space.value_or(false);
        for (const char* role : {"bos_token", "eos_token", "unk_token"}) side.name_by_default(role, border);
    } else {
        throw InputError("{}: tokenizer_class: {} is not known here; known: GPT2Tokenizer, Qwen2Tokenizer",
                         (folder / "tokenizer_config.json").string(), quote(side.tokenizer_class));
    }
}

std::optional<std::int32_t> id_of(const AddedToken* token, const BpeDefinition& definition) {
    if (!token) return std::nullopt;
    for (const AddedToken& added : definition.added)
        if (added.content == token->content) return added.id;
    const auto found = definition.ids.find(token->content);
    return found == definition.ids.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

void add_side_tokens(SideFiles& side, const fs::path& folder, BpeDefinition& definition) {
    for (AddedToken& token : side.added)
        add_token(token, fmt::format("{}: added token {}", folder.string(), quote(token.content)), definition);
    for (const auto& [role, token] : side.named) {
        if (!token || token->content.empty()) continue;
        if (const auto id = id_of(&*token, definition)) {
            AddedToken one = *token;
            one.id = *id;
            definition.added.push_back(std::move(one));
        } else if (token->content != "<|endoftext|>") {  // the usual default of a class that does not use it
            side.remarks.push_back(
                fmt::format("{}: {} names {}, which has no id in the vocabulary: it is left out, and a "
                            "text that holds it is encoded letter by letter. Transformers would add it with the "
                            "next free id.",
                            folder.string(), role, quote(token->content)));
        }
    }
}

BpeFile read_vocab_and_merges(const fs::path& vocab, const fs::path& merges, SideFiles& side) {
    BpeFile file;
    BpeDefinition& definition = file.definition;
    definition.file = vocab.string();
    const Json json = io::read_json(vocab);
    read_vocabulary(JsonNode(json, vocab.string()), id_limit_of(fs::file_size(vocab)), definition);
    read_merges(merges, definition);
    const fs::path folder = vocab.parent_path();
    apply_class(side, folder, definition);
    add_side_tokens(side, folder, definition);
    const auto around = [&](const std::optional<bool>& wanted, const char* role, std::vector<std::int32_t>& ids) {
        if (!wanted.value_or(false)) return;
        if (const auto id = id_of(side.special(role), definition)) ids.push_back(*id);
    };
    around(side.add_bos, "bos_token", file.before);
    around(side.add_eos, "eos_token", file.after);
    return file;
}

}  // namespace ablate::data
