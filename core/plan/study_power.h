#pragma once
#include "core/plan/earlier_spreads.h"
#include "core/plan/preflight.h"
#include "core/statistics/family_interval.h"

// What a study will be able to tell, before it is trained. Differences are of the final validation loss, in nats. No
// torch in this header.
namespace ablate::study {

inline constexpr double kPower = 0.8;

struct VariantPower {
    std::string variant{};
    double deviation = 0;   // to plan with (power.h)
    double detectable = 0;  // found with probability kPower by the planned seeds; infinity below two seeds
};

struct StudyPower {
    Family family{};
    std::int64_t seeds = 0;
    std::vector<VariantPower> variants{};
    double detectable = 0;                           // by a variant of middling spread: the median of the above
    std::optional<double> wanted{};                  // study.smallest_difference
    std::optional<std::int64_t> seeds_for_wanted{};  // none: no number up to 1,000, or nothing is wanted
    double half_width_of_text = 0;                   // that the validation text alone leaves; 0: not known
    std::string source{};
    std::string sentence{};           // all of it in one or two sentences
    std::vector<Finding> findings{};  // that the study cannot answer, and what would help
};

// Nothing where no spread is known: `unknown_power` then says how to learn it.
std::optional<StudyPower> study_power(const ResolvedStudy& study, const run::RunList& runs);
// "No earlier runs of this size tell how much seeds vary: ablate run quick --only no-norm --seeds 1-3 would."
std::string unknown_power(const StudyConfig& study);

}  // namespace ablate::study
