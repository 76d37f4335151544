#pragma once
#include "core/run/run_directory.h"

#include <string_view>

namespace ablate::run {

// A log that another program wrote. It can be looked at and compared; it cannot be trained, and its configuration is
// known only in part.
inline bool is_imported_log(const RunInfo& info) { return !info.source.is_null(); }
// InputError "run ID: ..." for such a run; `what` is "trained further".
void refuse_imported_log(const RunInfo& info, std::string_view what);
// Lines for people about a source's numbers; empty for a run of ours.
std::vector<std::string> source_remarks(const RunInfo& info);
std::string source_format(const RunInfo& info);  // "hf-trainer"; "" for a run of ours

// Which keys of a run's configuration are facts: all of a run of ours; of an imported log those its source tells.
class KnownKeys {
  public:
    KnownKeys() = default;  // all
    explicit KnownKeys(const RunInfo& info);
    bool all() const { return !listed_; }
    // "train.lr"; a listed group or kind ("model", "model.position") knows what is below it.
    bool has(std::string_view key) const;

  private:
    std::optional<std::vector<std::string>> listed_;
};

// What one optimizer step trains on; NaN where the configuration does not tell.
double known_tokens_per_step(const RunConfig& config, const KnownKeys& known);
// The differences in what both sides tell.
std::vector<ConfigDifference> known_difference(const RunConfig& before, const KnownKeys& of_before,
                                               const RunConfig& after, const KnownKeys& of_after);
// The configuration as JSON without what is not known: null where nothing is.
Json known_config(const RunConfig& config, const KnownKeys& known);

}  // namespace ablate::run
