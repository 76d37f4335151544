#pragma once
#include "core/compare/verdict.h"

// Which seeds would tell more about the variants that the verdict leaves undecided.
namespace ablate::study {

struct SeedRequest {
    std::size_t group = 0;
    std::string run;  // id of a run of the group, whose configuration is trained with the seeds
    std::vector<std::int64_t> seeds;
};

struct MoreSeeds {
    std::vector<SeedRequest> requests;  // the groups compared with come first
    std::int64_t runs = 0;
    double seconds = 0;  // of all these runs, one after the other, as long as earlier ones; NaN where none has ended
    double longest = 0;  // of one run
};

// `count` more pairs of seeds for each undecided variant: first seeds that its reference has and it lacks, then new
// ones, which the reference is trained with as well. Empty where no seed can decide anything.
MoreSeeds more_seeds(const Comparison& comparison, const Verdict& verdict, std::int64_t count);

// Seeds that the judgments of the undecided variants name, less those they have: the largest number any of them needs;
// nothing where none names one.
std::optional<std::int64_t> seeds_that_decide(const Comparison& comparison, const Verdict& verdict);

// A grid whose best points were found on other points or seeds than the baseline's: the two chosen points, each with
// `count` seeds that no run of the study has. Empty where no variant needs it.
MoreSeeds confirmation(const Comparison& comparison, std::int64_t count);

// Why no seeds can be added although a variant is undecided, as a sentence; "" where they can, or where none is.
std::string why_no_seeds(const Comparison& comparison, const Verdict& verdict);

}  // namespace ablate::study
