#pragma once
#include "core/io/tensorboard.h"
#include "core/run/run_directory.h"
#include "core/train/events.h"

#include <functional>
#include <limits>

// Runs of other programs as run directories, so that list, compare, report and window show them next to our own: the
// one writer for every format. No torch in this header.
namespace at {
class Tensor;
}

namespace ablate::interop {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

inline constexpr std::int64_t kUnknownStep = -1;

struct ImportedEvaluation {
    std::int64_t step = 0;  // updates done; kUnknownStep where the source tells none
    std::string set = "val";
    std::optional<double> loss, bpb;  // nats a token, bits a byte; absent: not told. A NaN was told.
    double time = kUnknown;           // unix seconds
};

// What another program's log tells of one run. What it does not tell stays unset: it is never a 0.
struct ImportedRun {
    std::string study = "imported", variant = "run", label, grid_point;
    std::int64_t seed = 1;
    bool knows_seed = false;  // false: `seed` only tells runs of one variant apart, and is shown nowhere
    bool is_mean = false;     // over several runs: it has no seed

    std::string format;                // "hf-trainer", "tensorboard", ...
    std::filesystem::path path;        // what was read
    std::string sha256;                // of its contents: a second import is known by it
    Json stated = Json::object();      // the configuration as the source states it, in its words
    std::vector<std::string> remarks;  // lines for people: what a number of the source really is, what was left out

    RunConfig config;                // what follows from that, defaults elsewhere; see derive()
    std::vector<std::string> known;  // the keys of `config` that do; "model" stands for all below it
    std::optional<std::int64_t> parameters;
    std::filesystem::path data_folder;  // with a tokenizer that belongs to the weights; empty: none

    std::vector<io::ScalarEvent> metrics;         // tags of core/run/metrics.h where they mean the same; steps ascend
    std::vector<ImportedEvaluation> evaluations;  // steps ascend
    std::vector<train::Event> events;             // more lines for events.jsonl

    std::int64_t steps = 0;  // updates done, as far as the log tells
    double seconds = kUnknown, tokens_per_second = kUnknown;
    Json summary = Json::object();  // further numbers under their own names, for state.json
    train::Verdict verdict;         // see judge()

    // The final weights by the names of our tensor table, for a checkpoint; absent: a log alone. With them `known` must
    // hold "model", "data.vocab_size" and "data.context", or std::logic_error.
    std::function<at::Tensor(const TensorSpec& tensor)> weights;
};

// Sets a dotted key of run.config and lists it as known. What our configuration cannot express is left unknown, with a
// remark.
void derive(ImportedRun& run, const std::string& key, const Json& value);

std::string verdict_in_words(const ImportedRun& run);  // "collapsed: loss is NaN", on one line

// What is in the workspace already, told from what is not, with one look at all runs there. Of several runs with the
// same contents (a file that holds several) that of the same variant.
struct KnownRun {
    std::filesystem::path path;   // what was read
    run::RunDirectory directory;  // of the run in the workspace
};
struct SplitRuns {
    std::vector<ImportedRun> fresh;
    std::vector<KnownRun> known;
};
SplitRuns split_known(const std::filesystem::path& workspace, std::vector<ImportedRun> runs);

// A new run directory, whole or not at all. InputError, ResourceError.
run::RunDirectory write_imported_run(const std::filesystem::path& workspace, const ImportedRun& imported);
// Of several: all or none.
std::vector<run::RunDirectory> write_imported_runs(const std::filesystem::path& workspace,
                                                   const std::vector<ImportedRun>& imported);

}  // namespace ablate::interop
