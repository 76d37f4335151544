#pragma once
#include "core/base/json.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// studies/NAME.plan.json: what a study set out to tell, recorded at its first start, and every look and every addition
// of seeds since, each with its time. The one reader and writer. No torch in this header.
namespace ablate::run {

struct PlannedLook {
    std::int64_t seeds = 0;              // of each variant still undecided
    double time = 0;                     // unix seconds
    std::vector<std::string> decided{};  // "nope: worse", by variant, at this look
};

struct SeedAddition {
    std::vector<std::string> variants{};
    std::vector<std::int64_t> seeds{};
    double time = 0;
    bool planned = false;  // a declared look asked for them
};

inline constexpr const char* kLateVariant = "variant ";
struct LateChange {
    std::string what{};  // "margin", "variant rope-2", "metric"
    double time = 0;
    bool before_results = false;  // no run had finished
};

struct ExcludedRun {
    std::string run{}, reason{};  // its id
    double time = 0;
};

struct PlanRecord {
    std::string study{}, metric{"final validation loss"};
    std::vector<std::string> family{};  // names of the variants judged together, without the baseline
    std::int64_t grid_points = 1;       // among which each of them chooses its best
    std::optional<double> margin{}, smallest_difference{};  // nats
    std::vector<std::int64_t> looks{};                      // numbers of seeds, ascending; empty: one look
    std::vector<std::int64_t> seeds{};
    double time = 0;
    std::vector<PlannedLook> looked{};
    std::vector<SeedAddition> additions{};
    std::vector<LateChange> changes{};
    std::vector<ExcludedRun> excluded{};  // left out of all conclusions
};

std::filesystem::path plan_record_file(const std::filesystem::path& workspace, const std::string& study);
// Nothing where there is none. InputError: damaged, or of a newer format.
std::optional<PlanRecord> read_plan_record(const std::filesystem::path& workspace, const std::string& study);
// Reads, edits and replaces it atomically, one edit after another. `edit` gets an empty record where there is none.
void edit_plan_record(const std::filesystem::path& workspace, const std::string& study,
                      const std::function<void(PlanRecord&)>& edit);

}  // namespace ablate::run
