#pragma once
#include "core/data/tokenizers/byte_level_bpe.h"
#include "core/data/tokenizers/json_node.h"

namespace ablate::data {

// Ids in a file of so many bytes are below this: a token takes at least six ("a":1,), so no sound vocabulary reaches
// further, and no damaged id makes a table that is much larger than the file.
constexpr std::uint64_t id_limit_of(std::uint64_t file_bytes) { return file_bytes / 6 + 1; }

// The steps both forms of BPE files share; `where` is the place that a refusal names.
void read_vocabulary(const JsonNode& vocab, std::uint64_t id_limit, BpeDefinition& definition);
void add_merge(std::string_view left, std::string_view right, const std::string& where, BpeDefinition& definition);
// "LEFT RIGHT"
void add_merge(std::string_view line, const std::string& where, BpeDefinition& definition);
// The fields of an AddedToken but its id.
AddedToken added_token(const JsonNode& token);
// InputError when a token that the vocabulary does not have has another id than `next`: Hugging Face's library gives
// such tokens the next free id, whatever the file says.
void require_next_id(const AddedToken& added, std::int32_t next, const std::string& where);
// Adds a token with its id; InputError when the vocabulary has another one for the id or the content, or when the id
// is not the next free one.
void add_token(AddedToken added, const std::string& where, BpeDefinition& definition);

}  // namespace ablate::data
