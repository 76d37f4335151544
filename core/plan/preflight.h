#pragma once
#include "core/model/start_plan.h"
#include "core/model/tensor_table.h"
#include "core/plan/machine.h"
#include "core/plan/mend.h"
#include "core/plan/resolved_study.h"
#include "core/plan/step_zero.h"

#include <optional>

// All that is known of a study before compute is spent. No torch in this header.
namespace ablate::study {

enum class Severity { note, warning, error };
struct Finding {
    Severity severity = Severity::note;
    std::string variant;  // point name, or "" for the study
    std::string text;     // one line: "parameters differ by +0.58 % from the baseline; d_ff 2048 -> 2016 would match
                          // exactly"
    std::vector<Mend> mends = {};  // what would mend it, the best first; empty where only the user can tell
};

struct PointPreview {
    VariantPoint point;
    model::ParameterCounts parameters;
    model::FlopCounts flops;
    model::MemoryEstimate memory;
    std::vector<ConfigDifference> differences;  // to the baseline, at the same grid point
    double parameter_mismatch = 0;              // relative to the baseline
    std::optional<model::StartPlan> start{};    // of a run that begins from given weights
};

struct Preview {
    std::vector<PointPreview> points;
    std::vector<Finding> findings;
};
// Of every point of a study, also of those that PlanOptions::only leaves out. Nothing is allocated. Invalid
// configurations are findings of severity error, not exceptions. The weights that runs start from are looked for in
// `workspace`, so the study comes here before it finds its starts. `early_findings`: with data::early_findings().
// Whoever prepares the data next leaves them out, because PreparedData::findings has them for the whole data.
Preview preview(const ResolvedStudy& study, const std::filesystem::path& workspace, bool early_findings = true);

}  // namespace ablate::study
