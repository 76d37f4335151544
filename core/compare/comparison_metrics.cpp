#include "core/compare/comparison_metrics.h"

#include <algorithm>
#include <atomic>
#include <set>

namespace ablate::study {

std::vector<MetricsPtr> MetricsCache::read(const std::vector<run::ListedRun>& runs) {
    std::vector<MetricsPtr> all;
    std::set<std::filesystem::path> wanted;
    for (const run::ListedRun& listed : runs) {
        wanted.insert(listed.directory.folder());
        all.push_back(refreshed(kept_[listed.directory.folder()], listed));
    }
    std::erase_if(kept_, [&](const auto& entry) { return !wanted.contains(entry.first); });
    return all;
}

MetricsPtr MetricsCache::refreshed(Kept& kept, const run::ListedRun& listed) {
    const std::pair now{listed.status, listed.state.updated};
    if (kept.at_rest == now) return kept.copies.front();
    kept.at_rest.reset();
    auto& copies = kept.copies;
    const auto free =
        std::find_if(copies.begin(), copies.end(), [](const auto& copy) { return copy.use_count() == 1; });
    std::shared_ptr<run::RunMetrics> metrics;
    if (free != copies.end()) {
        std::atomic_thread_fence(std::memory_order_acquire);  // after the last reader in another thread let go of it
        metrics = std::move(*free);
        copies.erase(free);  // should it not be read to its end, it is not used again
    } else {
        metrics = std::make_shared<run::RunMetrics>(listed.directory.folder());
    }
    metrics->refresh();
    if (listed.status != run::Status::running) {
        copies.clear();
        kept.at_rest = now;
    }
    copies.push_back(metrics);
    return metrics;
}

}  // namespace ablate::study
