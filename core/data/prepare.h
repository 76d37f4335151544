#pragma once
#include "core/data/batches.h"
#include "core/data/corpus.h"
#include "core/data/text_source.h"
#include "core/data/token_file.h"
#include "core/data/tokenizer.h"

namespace ablate::data {

// Where a token stands for other bytes than its id tells: unknown characters, and the start of a document before which
// sentencepiece puts a space that the text does not have.
struct ByteCorrection {
    std::int64_t position = 0;    // in the token file
    std::int64_t difference = 0;  // true bytes minus those that the ids tell
};

struct ValidationSet {
    std::string name;  // "val" when unnamed
    std::shared_ptr<const TokenFile> tokens;
    std::string sha256;
    std::vector<ByteCorrection> byte_corrections;  // by position
    bool knows_bytes = false;  // with them, the bytes of every token are known, also those of unknown tokens
    std::int64_t unknown_tokens = 0;
};

// Everything a run reads, ready on disk. Immutable and shared by the runs of a study.
struct PreparedData {
    std::filesystem::path folder;                // a tokenizer, train.npy, val.npy, data.json
    std::shared_ptr<const Tokenizer> tokenizer;  // null when data.tokens brings none
    std::shared_ptr<const TokenFile> train;
    std::vector<ValidationSet> validation;  // "val" first, then by name; at least one
    std::vector<std::int64_t> token_bytes;  // by id, within a line; empty without a tokenizer: no bits per byte then
    std::vector<std::int64_t> line_start_bytes;  // by id, after an id that ends_line (tokenizer.h)
    std::vector<bool> ends_line;                 // by id
    std::vector<bool> special;                   // by id
    double unigram_entropy = 0;                  // nats, of the training tokens
    std::string sha256;                          // of train, validation and tokenizer: the data's identity
    TextOrigin origin = TextOrigin::given;
    std::vector<std::string> remarks;   // a line each for every output: a stand-in, files that are not read
    std::int64_t unknown_tokens = 0;    // of all sets
    std::vector<std::string> findings;  // a sentence or two each: unknown tokens, a validation set that is the training
                                        // set, what the tokenizer's files left open
};

// The folder of tokens that a run was trained on, as its run.json or trainer.json names it: that folder, or the one of
// the same name in `cache` when the workspace was moved. Empty when the run names none.
std::filesystem::path recorded_tokens(const std::string& data_folder, const std::filesystem::path& cache);

// WORKSPACE/cache of WORKSPACE/runs/ID, which may be written with a slash at its end.
std::filesystem::path cache_of_run(const std::filesystem::path& run_folder);

// The tokens of an earlier run, as its run.json records them.
struct RecordedTokens {
    std::string folder, sha256;
};

// data.tokens as it is, or the text tokenized into cache/tokens/<hash> (once: the hash covers the text's contents and
// every option that matters). Checks ids, and that the context fits into each set. Safe when several processes prepare
// the same data at once. data.tokens names token files (token_sets.h), with the tokenizer's files next to them
// if it is known; data.val then names token files too.
// Where one of `earlier` was made by version 0.1 from the same text with the same options, and is still what its run
// recorded, it is opened instead: a study that goes on reads one set of tokens.
PreparedData prepare_data(const DataConfig& config, const std::filesystem::path& cache, const Progress& progress = {},
                          const std::vector<RecordedTokens>& earlier = {});

// The data of a run that was made before: the recorded folder while it is what the run recorded, else prepared again.
// InputError when that gives other data.
PreparedData prepare_recorded(const DataConfig& config, const RecordedTokens& recorded,
                              const std::filesystem::path& cache, const Progress& progress = {});

// Findings that need no preparation: what the cache already tells, and validation texts that are the training text.
std::vector<std::string> early_findings(const DataConfig& config, const std::filesystem::path& cache);

// The files of data.text, data.tokens, data.tokenizer and data.val that are not there, a line each with key and path.
// Reads names of files alone.
std::vector<std::string> missing_data(const DataConfig& config, const std::filesystem::path& cache);

// WORKSPACE/models, found from WORKSPACE/cache: imported models (core/README.md, "The workspace").
std::filesystem::path models_beside(const std::filesystem::path& cache);

// Trains a sentencepiece BPE on the training documents of `texts`, unless data.tokenizer names one, and writes it,
// train.npy, val.npy (or one NAME.npy for each of data.val) and data.json into `out`, which must not exist. InputError
// when the text does not yield data.vocab_size. The recipe: identity normalization, the newline a piece, no space
// before a text, each document encoded as a whole.
void tokenize(const DataConfig& config, const std::vector<std::filesystem::path>& texts,
              const std::filesystem::path& out, const Progress& progress = {});

// UTF-8 bytes of the text that the batch's targets stand for: what bits per byte divides by. Exact for tokens that
// Ablate made from text; of other token files it is what the ids tell. 0 without a tokenizer.
std::int64_t target_bytes(const PreparedData& data, const ValidationSet& set, const Batch& batch);

}  // namespace ablate::data
