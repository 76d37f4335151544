#pragma once
#include "core/data/tokenizers/bpe_file.h"

namespace ablate::data {

// A tokenizer.json of Hugging Face's `tokenizers` with a byte-level BPE: the split patterns of split_pattern.h, the
// normalizer NFC or none, merges as "a b" or ["a", "b"]. InputError, one line, for anything else, naming it. Its
// truncation and padding are not applied.
BpeFile read_tokenizer_json(const std::filesystem::path& file);

// What the post-processor of a tokenizer.json puts around a text, whatever the rest of the file is: `definition` stays
// empty. InputError as above.
BpeFile read_text_border(const std::filesystem::path& file);

}  // namespace ablate::data
