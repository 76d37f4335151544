#pragma once
#include "core/run/metrics.h"
#include "core/run/run_store.h"

#include <map>
#include <memory>
#include <optional>

namespace ablate::study {

using MetricsPtr = std::shared_ptr<const run::RunMetrics>;

// The metrics of runs that are compared again and again: of one that trains only what was added is read, one at rest is
// read once. What was handed out never changes. One thread at a time.
class MetricsCache {
  public:
    std::vector<MetricsPtr> read(const std::vector<run::ListedRun>& runs);  // of these; all others are forgotten

  private:
    struct Kept {
        // Of a run that trains there are two, read in turn: one that somebody still holds must not change.
        std::vector<std::shared_ptr<run::RunMetrics>> copies;
        std::optional<std::pair<run::Status, double>> at_rest;  // as it was when it was read; then there is one copy
    };
    static MetricsPtr refreshed(Kept& kept, const run::ListedRun& listed);
    std::map<std::filesystem::path, Kept> kept_;  // by folder
};

}  // namespace ablate::study
