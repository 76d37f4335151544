#pragma once
#include "core/data/tokenizers/added_tokens.h"

#include <filesystem>
#include <map>

namespace ablate::data {

// The files next to a tokenizer's main file that change ids: tokenizer_config.json, special_tokens_map.json and
// added_tokens.json, read as transformers reads them. Where tokenizer_config.json has an added_tokens_decoder, it alone
// counts; the two older files do where it has none. config.json, the model's own file, may choose the class.
struct SideFiles {
    bool has_config = false;              // there is a tokenizer_config.json
    std::string tokenizer_class;          // without "Fast"; empty: none is named
    std::string model_type, model_class;  // of config.json: the model's type and the tokenizer's class, without "Fast"
    std::optional<bool> add_bos, add_eos, legacy, add_prefix_space;
    std::vector<AddedToken> added;  // by their ids
    // bos_token, eos_token, unk_token, pad_token and the like, without ids; nothing: named as null.
    std::map<std::string, std::optional<AddedToken>> named;
    std::vector<std::string> remarks;  // what was not taken, a sentence each

    bool is_class(std::string_view name) const { return tokenizer_class == name; }
    // Names a special token that the class has where no file names it.
    void name_by_default(const std::string& role, const std::string& content);
    const AddedToken* special(const std::string& role) const;
};

// Of the folder that a main file is in. InputError: damaged, naming the place.
SideFiles read_side_files(const std::filesystem::path& folder);

// The files it reads, those that are there.
std::vector<std::filesystem::path> side_files(const std::filesystem::path& folder);

}  // namespace ablate::data
