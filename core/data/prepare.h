#pragma once
#include "core/data/batches.h"
#include "core/data/corpus.h"
#include "core/data/token_file.h"
#include "core/data/tokenizer.h"

namespace ablate::data {

struct ValidationSet {
    std::string name;  // "val" when unnamed
    std::shared_ptr<const TokenFile> tokens;
    std::string sha256;
};

// Everything a run reads, ready on disk. Immutable and shared by the runs of a study.
struct PreparedData {
    std::filesystem::path folder;                // a tokenizer, train.npy, val.npy, data.json
    std::shared_ptr<const Tokenizer> tokenizer;  // null when data.tokens brings none
    std::shared_ptr<const TokenFile> train;
    std::vector<ValidationSet> validation;  // "val" first, then by name; at least one
    std::vector<std::int64_t> token_bytes;  // by id, within a line; empty without a tokenizer: no bits per byte then
    std::vector<std::int64_t> line_start_bytes;  // by id, behind an id that ends_line (tokenizer.h)
    std::vector<bool> ends_line;                 // by id
    std::vector<bool> special;                   // by id
    double unigram_entropy = 0;                  // nats, of the training tokens
    std::string sha256;                          // of train, validation and tokenizer: the data's identity
    TextOrigin origin = TextOrigin::given;
    std::vector<std::string> remarks;  // a line each for every output: a stand-in, files that are not read
    std::int64_t unknown_tokens = 0;   // of all sets
};

// data.tokens as it is, or the text tokenized into cache/tokens/<hash> (once: the hash covers the text's contents and
// every option that matters). Checks ids, and that the context fits into each set. Safe when several processes prepare
// the same data at once. data.tokens names token files (token_sets.h), with the tokenizer's files next to them
// if it is known; data.val then names token files too.
PreparedData prepare_data(const DataConfig& config, const std::filesystem::path& cache, const Progress& progress = {});

// WORKSPACE/models of WORKSPACE/cache: imported checkpoints (DESIGN "One way for the data").
std::filesystem::path models_beside(const std::filesystem::path& cache);

// Trains a sentencepiece BPE on the training documents of `texts`, unless data.tokenizer names one, and writes it,
// train.npy, val.npy (or one NAME.npy for each of data.val) and data.json into `out`, which must not exist. InputError
// when the text does not yield data.vocab_size. The recipe of the quick study: identity normalisation, the newline a
// piece.
void tokenize(const DataConfig& config, const std::vector<std::filesystem::path>& texts,
              const std::filesystem::path& out, const Progress& progress = {});

// UTF-8 bytes of the text that the batch's targets stand for, exact but for unknown characters: what bits per byte
// divides by. 0 without a tokenizer.
std::int64_t target_bytes(const PreparedData& data, const Batch& batch);

}  // namespace ablate::data
