#pragma once
#include "core/base/json.h"
#include "core/train/records.h"
#include "core/train/tensor_file.h"

#include <functional>

namespace ablate::train {

inline constexpr int kCheckpointFormat = 1;

// A folder step-NNNNNN with model.safetensors, optimizer.safetensors, trainer.json and manifest.json, which holds the
// size and sha256 of the others.
struct StoredCheckpoint {
    std::int64_t step = 0;
    std::filesystem::path folder;
};
std::vector<StoredCheckpoint> list_checkpoints(const std::filesystem::path& checkpoints);  // steps ascend

// What is wrong with the files of a checkpoint, one line each; none: it is sound.
std::vector<std::string> checkpoint_problems(const std::filesystem::path& folder);

// The newest checkpoint whose files verify. Each newer one that is passed over is told to `message`.
std::optional<StoredCheckpoint> newest_sound_checkpoint(const std::filesystem::path& checkpoints,
                                                        const std::function<void(const std::string&)>& message = {});

// The checkpoint of `step` in a run's folder; nothing: the newest sound one. InputError when there is none that is.
StoredCheckpoint sound_checkpoint(const std::filesystem::path& run_folder, std::optional<std::int64_t> step);

// trainer.json; InputError when it is damaged or of a newer format.
Json read_trainer_state(const std::filesystem::path& folder);
std::string stored_weights_sha256(const std::filesystem::path& folder);  // from the manifest

// Every file of every checkpoint against its manifest; one line for each problem.
std::vector<std::string> verify_checkpoints(const std::filesystem::path& checkpoints);

// The checkpoints of one run. The newest keep_last stay, and those marked: "best" (by the first validation set) and
// "last good" (before trouble).
class CheckpointStore {
  public:
    CheckpointStore(std::filesystem::path folder, std::int64_t keep_last);
    // Durable when it returns; only then are superseded ones deleted. A sound checkpoint of the same step is kept as it
    // is: it holds the same state. ResourceError before anything is written when the disk cannot hold it.
    // `best`: its weights gave the lowest validation loss so far, whatever the reason for saving them; the checkpoint
    // that had the mark before is superseded like any other.
    CheckpointInfo save(std::int64_t step, const std::string& reason, const std::vector<NamedTensor>& weights,
                        const std::vector<NamedTensor>& optimizer, const Json& trainer_state, bool best = false);
    void mark_newest(const std::string& mark, std::int64_t up_to_step);  // of the checkpoints there are; none: no mark
    void unmark(const std::string& mark);
    // Deletes checkpoints after the step from which a run resumes: they are damaged, or it would resume from them.
    void discard_after(std::int64_t step);

  private:
    std::filesystem::path folder_;
    std::int64_t keep_last_;
    std::map<std::string, std::string> marks_;  // mark -> folder name; kept.json
    void set_mark(const std::string& mark, const std::string& name);
    void write_marks() const;
    void purge() const;
};

}  // namespace ablate::train
