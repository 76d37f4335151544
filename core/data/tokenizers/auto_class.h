#pragma once
#include "core/data/tokenizers/bpe_file.h"

namespace ablate::data {

// AutoTokenizer of Transformers 5.24 does not read every tokenizer.json as it is. For some classes it takes only the
// vocabulary and the merges from the file, and builds the rest (the split pattern, NFC, the space before a text) as the
// class has it. The class is named in tokenizer_config.json, or follows from the model type in config.json.
//
// Makes `file`, read from a tokenizer.json in `folder`, what that class makes of it. InputError where the file says
// something else than the class, or where the class is not known here.
void follow_class(const SideFiles& side, const std::filesystem::path& folder, BpeFile& file);

// The class that AutoTokenizer builds; empty where it reads the tokenizer.json as it is.
std::string built_class(const SideFiles& side);

}  // namespace ablate::data
