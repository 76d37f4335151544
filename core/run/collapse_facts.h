#pragma once
#include "core/run/metrics.h"
#include "core/run/run_store.h"
#include "core/train/gradient_history.h"

#include <cmath>
#include <optional>

// What a collapse card shows: why a run collapsed, what its last steps looked like, and where it was still well. No
// torch in this header.
namespace ablate::run {

struct CheckpointFacts {
    std::string folder;  // its name, "step-000400"
    std::int64_t step = 0;
    std::string reason = {};       // "cadence", "last good", ...; empty where the log does not tell
    double train_loss = NAN;       // nats, the mean of the finite ones of the last 10 steps before it; NaN: none
    double validation_loss = NAN;  // nats, of the first set; NaN: not evaluated at this step
    bool falling = false;          // saved up to the collapse, and train_loss below that of the 10 steps before
};

struct CollapseFacts {
    std::string cause;               // a sentence
    std::vector<std::string> place;  // sentences: the first bad tensor, the block with the largest gradient
    std::int64_t step = -1;          // where it happened; -1: not told

    // The 50 steps that end with the collapse; of an explosion, which is found later, those around its beginning.
    std::vector<std::int64_t> steps;
    std::vector<double> loss, grad_norm;  // at each of these steps, NaN also where not logged
    std::vector<std::string> blocks;      // in forward order
    std::vector<std::int64_t> block_steps;
    std::vector<std::vector<double>>
        block_norms;  // [block][step of block_steps]; NaN: not measured, infinite: not finite

    std::vector<CheckpointFacts> checkpoints;  // steps ascend
    std::optional<std::size_t> last_falling;   // index into them
    std::vector<std::string> missing;          // sentences: what this run does not have, and why
};

struct CollapseSources {
    const RunInfo& info;
    const RunState& state;
    const std::map<std::string, Series>& series;
    const std::vector<train::Event>& events;
    std::optional<train::GradientHistory> history = {};
    std::vector<CheckpointFacts> checkpoints = {};  // those on disk: folder and step
};
CollapseFacts collapse_facts(const CollapseSources& sources);

// Reads the run directory. InputError: its metrics or its collapse.json are damaged.
CollapseFacts read_collapse_facts(const ListedRun& run);

}  // namespace ablate::run
