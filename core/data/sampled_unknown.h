#pragma once
#include "core/data/corpus.h"
#include "core/data/token_file.h"
#include "core/data/tokenizer.h"

#include <map>

namespace ablate::data {

// Unknown tokens among the first tokens of a set.
struct SampledUnknown {
    std::int64_t unknown = 0, tokens = 0;
};

// The tokenizer at `path`, as load_tokenizer() reads it; null where it has no unknown token. The newest one is kept
// while its files stay the same: a preview follows every edit in the window, and a large tokenizer takes long to load.
std::shared_ptr<const Tokenizer> tokenizer_with_unknown(const std::filesystem::path& path);

// Tokenizes the beginning of a text, at most 256 KiB of it, and counts separately for its training documents ("train")
// and for those that are held out ("val"). InputError as DocumentReader.
std::map<std::string, SampledUnknown> sample_text(const DataConfig& config, const std::filesystem::path& text,
                                                  const Tokenizer& tokenizer);

// Counts among the first 262,144 ids.
SampledUnknown sample_tokens(const TokenFile& tokens, std::int32_t unknown_id);

}  // namespace ablate::data
