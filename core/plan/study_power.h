#pragma once
#include "core/plan/earlier_spreads.h"
#include "core/plan/preflight.h"
#include "core/run/plan_record.h"
#include "core/statistics/family_interval.h"

// What a study will be able to tell, before it is trained. No torch in this header. Differences in nats per token.
namespace ablate::study {

inline constexpr double kPlannedPower = 0.8;
inline constexpr std::int64_t kPilotSeeds = 3;

struct PowerOfVariant {
    std::string variant{};
    double deviation = 0;   // s~, to plan with
    double detectable = 0;  // found with kPlannedPower by the seeds planned; infinity below two seeds
    std::optional<std::int64_t> seeds_needed{};  // for the difference wanted; none where no number would do
};

struct StudyPower {
    std::int64_t seeds = 0;  // planned
    Family family{};
    EarlierSpreads spreads{};
    std::optional<double> wanted{};              // study.smallest_difference
    std::vector<PowerOfVariant> variants{};      // empty where nothing is known of the spread
    double detectable = 0;                       // of the variant that takes the largest; NaN where nothing is known
    std::optional<std::int64_t> seeds_needed{};  // for the difference wanted, of all variants
    double half_width_of_text = 0;               // that remains however many seeds are trained; 0: not known
    bool needs_text = false;                     // it exceeds the difference wanted
    std::string sentence{};                      // all of it, for one line
    std::vector<Finding> findings{};             // empty where the study can answer, or none can tell
    bool offers_pilot = false;                   // nothing is known of the spread, and runs could tell
    bool known() const { return !variants.empty(); }
};

// `record`: what the study's first start recorded, whose looks and additions of seeds widen the intervals.
StudyPower study_power(const ResolvedStudy& study, const EarlierSpreads& spreads,
                       const std::optional<run::PlanRecord>& record = {});
Json to_json(const StudyPower& power);  // stable keys, full precision, non-finite as strings

// The part of a study that tells how far its seeds spread: the baseline and the first variant that it names, with
// kPilotSeeds of its seeds. These are runs of the study itself, which finds them again. Nothing without a variant.
struct Pilot {
    std::string variant{};
    std::vector<std::int64_t> seeds{};
};
std::optional<Pilot> pilot_of(const StudyConfig& study);

}  // namespace ablate::study
