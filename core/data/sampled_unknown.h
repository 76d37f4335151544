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

// What the beginning of a text tells (at most 256 KiB of it), before the whole is tokenized: of its training documents
// ("train") and of those that are held out ("val"). InputError as DocumentReader.
std::map<std::string, SampledUnknown> sample_text(const DataConfig& config, const std::filesystem::path& text,
                                                  const Tokenizer& tokenizer);

// What the first 262,144 ids tell.
SampledUnknown sample_tokens(const TokenFile& tokens, std::int32_t unknown_id);

}  // namespace ablate::data
