#pragma once
#include "core/compare/comparison.h"
#include "tests/support/planted_study.h"

#include <filesystem>
#include <span>

// Planted studies as comparisons that core/compare judges, and what its judgments get wrong.
namespace ablate::test {

// The runs and groups of a setting, made once; each study sets their values and has them judged.
class PlantedComparison {
  public:
    explicit PlantedComparison(const PlantedSetting& setting);
    // `seeds`: of each variant, the baseline first; all where it is empty.
    const study::Comparison& judge(const PlantedStudy& study, const study::Rules& rules = {},
                                   std::span<const std::int64_t> seeds = {});

  private:
    void choose_best();
    PlantedSetting setting_;
    study::Comparison comparison_;
};

// The same study as run directories in a workspace, in the form that training leaves them.
void write_planted_study(const std::filesystem::path& workspace, const PlantedSetting& setting,
                         const PlantedStudy& study);

// The judgment of a variant: of its group at its best grid point. Variant 1 is "variant-1".
const study::Group& judged_group(const study::Comparison& comparison, std::int64_t variant);

// "better", "worse" or, of an unstable variant, what its survivors show: 1 worse, -1 better, 0 neither.
int claimed_direction(const study::Judgement& judged);

// What one study got wrong.
struct PlantedScore {
    bool false_claim = false;        // a direction that is not the true one; without a difference any
    bool covered = true;             // every interval contains the true difference
    bool false_equivalence = false;  // of a variant that differs by more than the margin
    bool rank_error = false;         // a range of ranks that leaves out one that the variant may have
    std::int64_t claims = 0;         // of a direction
    std::int64_t equivalent = 0;
};
PlantedScore score(const study::Comparison& comparison, const PlantedStudy& study, std::optional<double> margin);

}  // namespace ablate::test
