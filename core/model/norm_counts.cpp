#include "core/model/norm_counts.h"

#include "core/base/text.h"

#include <fmt/format.h>

namespace ablate::model {

std::vector<NormCount> norm_counts(const RunConfig& config) {
    std::vector<NormCount> counts;
    for (const NormSite site : kNormSites) {
        if (!config.model.site_in_use(site) || config.model.norm_at(site).kind == "none") continue;
        const bool once = site == NormSite::embed || site == NormSite::final;
        counts.push_back({site, once ? 1 : config.model.layers});
    }
    return counts;
}

std::int64_t total(const std::vector<NormCount>& counts) {
    std::int64_t sum = 0;
    for (const NormCount& at : counts) sum += at.count;
    return sum;
}

std::string in_words(const std::vector<NormCount>& counts) {
    std::vector<std::string> words;
    for (const NormCount& at : counts) words.push_back(fmt::format("{} {}", to_string(at.site), at.count));
    return words.empty() ? "none" : join(words, ", ");
}

}  // namespace ablate::model
