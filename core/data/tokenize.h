#pragma once
#include "core/data/file_hashes.h"
#include "core/data/prepare.h"

// How a folder of tokens is made: shared by prepare_data() and tokenize().
namespace ablate::data {

// What a text means as tokens: part of the cache's key, and recorded in data.json. 1 (version 0.1, where data.json
// names none): each line encoded alone. 2: each document as a whole.
inline constexpr int token_recipe = 2;

// Of a validation set: a table [n, 2] of positions and the bytes that the tokens there stand for, where the ids do not
// tell them. In its own folder, since every .npy beside the tokens is a validation set.
inline std::string true_bytes_file(const std::string& set) { return "bytes/" + set + ".npy"; }

// tokenize() with hashes that may be remembered, and with the tokenizer `given`, a file or folder; empty: one is
// trained.
void make_tokens(const DataConfig& config, const std::vector<std::filesystem::path>& texts,
                 const std::filesystem::path& out, const std::filesystem::path& given, FileHashes& hashes,
                 const Progress& progress);

// Nats per token of a distribution given by counts.
double entropy(const std::vector<std::int64_t>& counts);

}  // namespace ablate::data
