#pragma once
#include "core/config/run_config.h"

namespace ablate::model {

struct NormCount {
    NormSite site;
    std::int64_t count = 0;
};

// The norms that a configuration computes, site by site in the order of kNormSites; sites without any are left out.
std::vector<NormCount> norm_counts(const RunConfig& config);
std::int64_t total(const std::vector<NormCount>& counts);
std::string in_words(const std::vector<NormCount>& counts);  // "attn_in 28, ffn_in 28, final 1"; "none"

}  // namespace ablate::model
