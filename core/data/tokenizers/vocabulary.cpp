#include "core/data/tokenizers/vocabulary.h"

#include <algorithm>

namespace ablate::data {

namespace {

std::int32_t id_of(std::string_view token, const std::string& where, const BpeDefinition& definition) {
    const auto found = definition.ids.find(std::string(token));
    if (found == definition.ids.end())
        throw InputError("{}: the vocabulary has no token {}, which a merge needs", where, quote(token));
    return found->second;
}

}  // namespace

void read_vocabulary(const JsonNode& vocab, std::uint64_t id_limit, BpeDefinition& definition) {
    if (!vocab.is_object() || vocab.value().empty()) vocab.refuse("a vocabulary is expected: an object of token to id");
    for (const auto& [token, value] : vocab.value().get_ref<const Json::object_t&>()) {
        const std::int32_t id = vocab[token].id(id_limit);
        const auto at = static_cast<std::size_t>(id);
        if (at >= definition.tokens.size()) definition.tokens.resize(at + 1);
        if (definition.tokens[at])
            vocab.refuse(fmt::format("{} and {} have the same id {}", quote(*definition.tokens[at]), quote(token), id));
        definition.tokens[at] = token;
        definition.ids.emplace(token, id);
    }
}

void add_merge(std::string_view left, std::string_view right, const std::string& where, BpeDefinition& definition) {
    const std::int32_t first = id_of(left, where, definition), second = id_of(right, where, definition);
    definition.merges.push_back({first, second, id_of(std::string(left).append(right), where, definition)});
}

void add_merge(std::string_view line, const std::string& where, BpeDefinition& definition) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos)
        throw InputError("{}: {} is no merge: two tokens with a space between", where, quote(line));
    add_merge(line.substr(0, space), line.substr(space + 1), where, definition);
}

void require_next_id(const AddedToken& added, std::int32_t next, const std::string& where) {
    if (added.id != next)
        throw InputError(
            "{}: Transformers gives {} the id {}, the file says {}: it numbers added tokens one by one, from the end "
            "of the vocabulary on",
            where, quote(added.content), next, added.id);
}

AddedToken added_token(const JsonNode& token) {
    AddedToken added;
    added.content = token["content"].text();
    added.special = token["special"].flag(false);
    added.single_word = token["single_word"].flag(false);
    added.lstrip = token["lstrip"].flag(false);
    added.rstrip = token["rstrip"].flag(false);
    added.normalized = token["normalized"].flag(!added.special);
    return added;
}

void add_token(AddedToken added, const std::string& where, BpeDefinition& definition) {
    if (added.content.empty()) return;  // Hugging Face's library leaves it out
    const auto at = static_cast<std::size_t>(added.id);
    const auto known = definition.ids.find(added.content);
    if (known != definition.ids.end() && known->second != added.id)
        throw InputError("{}: {} has the id {}, and {} in the vocabulary", where, quote(added.content), added.id,
                         known->second);
    if (at < definition.tokens.size() && definition.tokens[at] && *definition.tokens[at] != added.content)
        throw InputError("{}: {} has the id {} of {}", where, quote(added.content), added.id,
                         quote(*definition.tokens[at]));
    const auto [earlier, is_new] = definition.added_ids.try_emplace(added.content, added.id);
    if (!is_new && earlier->second != added.id) return;  // of two tokens with one content the first counts
    if (is_new && known == definition.ids.end())
        require_next_id(added, std::max(definition.first_free_id, static_cast<std::int32_t>(definition.ids.size())),
                        where);
    definition.first_free_id = std::max(definition.first_free_id, added.id + 1);
    definition.added.push_back(std::move(added));
}

}  // namespace ablate::data
