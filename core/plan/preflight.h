#pragma once
#include "core/model/start_plan.h"
#include "core/model/tensor_table.h"
#include "core/plan/resolved_study.h"

#include <optional>

// All that is known of a study before compute is spent. No torch in this header.
namespace ablate::study {

enum class Severity { note, warning, error };
struct Finding {
    Severity severity = Severity::note;
    std::string variant;  // point name, or "" for the study
    std::string text;     // one line: "parameters differ by +0.58 % from the baseline; d_ff 2048 -> 1984 would match
                          // within 0.02 %"
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

// What step 0 tells: the loss on a real batch before any update, and whether the variant computes anything else than
// the baseline.
struct StepZero {
    std::string point;
    double loss = 0;  // nats; ln V is what an untrained model of no preference gives
    double grad_norm = 0;
    // Logits and every gradient equal the baseline's: the variant does not change the computation.
    bool same_as_baseline = false;
    std::string first_non_finite;  // "" when all is finite
};
// Whether step 0 can tell two configurations apart at all: it sees neither optimizer nor schedule, and one batch of the
// data.
bool decided_at_step_zero(const RunConfig& baseline, const RunConfig& variant);
// Same seed and batch for every variant; the baseline first. Frees each model before the next.
std::vector<StepZero> step_zero(const std::vector<VariantPoint>& points, const data::PreparedData& data,
                                std::uint64_t seed, const data::Progress& progress = {});

// The machine's matrix-product peak, FLOP/s, at a precision and number of threads; measured once and kept in `cache`.
double measured_peak(const std::string& precision, int threads, const std::string& device,
                     const std::filesystem::path& cache);
// The same when it has been measured before, without measuring.
std::optional<double> known_peak(const std::string& precision, int threads, const std::string& device,
                                 const std::filesystem::path& cache);

// The processor's name, and whether it multiplies bfloat16 matrices itself (AMX or AVX512-BF16), as /proc/cpuinfo says.
std::string cpu_model();
bool has_bf16_products();

// Memory a run may take here: of the host (what is available, within the control group's limit) or the device, in
// bytes. ResourceError from require_memory names both figures.
double available_memory(const std::string& device);
void require_memory(const RunConfig& config, int jobs, const std::string& where);

}  // namespace ablate::study
