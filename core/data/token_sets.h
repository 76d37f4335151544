#pragma once
#include "core/data/token_file.h"

#include <map>

namespace ablate::data {

// The files of one set, joined in order.
struct TokenSetFiles {
    std::string name;
    std::vector<std::filesystem::path> files;
    HeldOut held_out;  // of Megatron's documents
};

struct TokenSets {
    std::filesystem::path folder;  // that holds them, and a tokenizer if it is known
    TokenSetFiles train;
    std::vector<TokenSetFiles> validation;  // "val" first, then by name
    std::vector<std::string> remarks;       // what was not read, what was held out, which shards are missing
};

// What data.tokens names:
//   a folder with train.npy or train.bin and val.npy or val.bin (else validation, valid, dev or test.bin); any other
//   .npy is a validation set of its name;
//   a folder whose files have the set in their names (fineweb_train_000001.bin, fineweb_val_000000.bin,
//   TinyStories_train.bin, train_text_document.bin with its .idx): shards of one set are joined by number;
//   one such file, or a name that such files begin with (PREFIX of PREFIX.bin and PREFIX.idx, of PREFIX_train_1.bin).
// `val` (data.val) names token files in the same ways and replaces the validation sets that are found. Where there are
// none, every `val_every`-th document of a Megatron dataset is held out, as of a text.
// InputError when no set or more than one data set fits, or there is nothing to validate on.
TokenSets find_token_sets(const std::filesystem::path& tokens, const std::map<std::string, std::string>& val,
                          std::int64_t val_every);

}  // namespace ablate::data
