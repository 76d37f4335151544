#pragma once

// The statistics of the parts of a model, logged every train.stats_every steps. A tag is the prefix and the part:
// "act_rms/blocks.0.attn_in", "grad_norm/blocks.0".
namespace ablate::train {

struct SiteStatistic {
    const char* prefix;
    const char* title;
};
inline constexpr SiteStatistic kActivationRms{"act_rms/", "Activation RMS"};   // of each site, see model::Probe
inline constexpr SiteStatistic kBlockGradNorm{"grad_norm/", "Gradient norm"};  // of each block

}  // namespace ablate::train
