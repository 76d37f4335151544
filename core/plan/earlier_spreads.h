#pragma once
#include "core/config/study_config.h"
#include "core/run/run_store.h"
#include "core/statistics/power.h"

#include <map>

// How much the differences to a baseline vary from seed to seed at a study's size: what planning needs. No torch in
// this header.
namespace ablate::study {

struct EarlierSpreads {
    std::vector<SpreadOfVariant> pooled{};              // of all variants, in nats^2
    std::map<std::string, SpreadOfVariant> variants{};  // of those of this study that were trained before, by name
    double block_deviation = 0;  // nats: of a difference between stretches of the validation text; 0: not known
    std::string source{};        // "14 paired differences of this workspace", or what was measured for Ablate
};

// From the healthy runs of the workspace that have the baseline's data, steps and batch and at most twice or half its
// parameters: each variant beside the baseline of its study and grid point, by seed. Where there are none, from
// resources/measured-spreads.json under the same conditions; else nothing, and a pilot would tell.
std::optional<EarlierSpreads> earlier_spreads(const StudyConfig& study, const RunConfig& baseline,
                                              const run::RunList& runs);

}  // namespace ablate::study
