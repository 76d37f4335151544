#pragma once
#include "core/compare/comparison.h"
#include "core/run/plan_record.h"

// Looks at a study while its seeds arrive: declared before the first run, so that the chance of any false claim over
// all of them is that of the family. A verdict that was reached at a look is kept.
namespace ablate::study {

// The usual looks of --until-resolved, in seeds of each variant.
inline const std::vector<std::int64_t> kUsualLooks{3, 5, 8, 12};

// Ascending numbers of seeds from 2 on. InputError otherwise.
std::vector<std::int64_t> looks_from_text(const std::string& text, const std::string& where);  // "3,5,8,12"
// Declares the looks of a study that has no result yet. InputError where its plan has others, or results without any.
void declare_looks(const std::filesystem::path& workspace, const std::string& study,
                   const std::vector<std::int64_t>& looks, bool has_results);

// The first `count` seeds of a study: its own, then the whole numbers after the largest.
std::vector<std::int64_t> first_seeds(const std::vector<std::int64_t>& seeds, std::int64_t count);

struct Look {
    std::int64_t seeds = 0;
    std::vector<std::string> decided{};    // "nope: worse": at this look
    std::vector<std::string> undecided{};  // names of variants
};
// What the comparison decides at a look, apart from the verdicts that were kept before.
Look look_at(const Comparison& comparison, std::int64_t seeds);
void record_look(const std::filesystem::path& workspace, const std::string& study, const Look& look);

}  // namespace ablate::study
