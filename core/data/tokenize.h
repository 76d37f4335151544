#pragma once
#include "core/data/file_hashes.h"
#include "core/data/prepare.h"

// How a folder of tokens is made: shared by prepare_data() and tokenize().
namespace ablate::data {

// tokenize() with hashes that may be remembered, and with the tokenizer `given`, a file or folder; empty: one is
// trained.
void make_tokens(const DataConfig& config, const std::vector<std::filesystem::path>& texts,
                 const std::filesystem::path& out, const std::filesystem::path& given, FileHashes& hashes,
                 const Progress& progress);

// Nats per token of a distribution given by counts.
double entropy(const std::vector<std::int64_t>& counts);

}  // namespace ablate::data
