#include "core/plan/throughput.h"

#include "core/base/error.h"
#include "core/base/workspace_layout.h"
#include "core/plan/preflight.h"
#include "core/plan/step_timing.h"
#include "core/run/known_keys.h"
#include "core/run/summary.h"
#include "core/statistics/statistics.h"

#include <cmath>
#include <limits>

namespace ablate::study {

namespace {

constexpr double kUsualUtilization = 0.2;  // of small models on a CPU: between a tenth and a half of the peak

std::optional<double> peak_of(const RunConfig& config, const std::filesystem::path& workspace) {
    try {
        return known_peak(config.train.precision, static_cast<int>(config.train.threads), config.train.device,
                          cache_folder(workspace));
    } catch (const InputError&) {
        return {};  // a run of another machine: its device is not here
    }
}

bool alike(const TrainConfig& a, const TrainConfig& b) {
    return a.precision == b.precision && a.threads == b.threads && a.device == b.device;
}

// NaN without a throughput.
double share_of(double peak, const run::ListedRun& listed) {
    const double rate = run::tokens_per_second(listed.state);
    if (!(rate > 0)) return std::numeric_limits<double>::quiet_NaN();
    return 3 * listed.info.flops_per_token * rate / peak;
}

TimeEstimate of_all_steps(const RunConfig& config, const StepTime& step) {
    return {static_cast<double>(config.train.steps) * step.seconds, step.rough};
}

}  // namespace

std::optional<TimeEstimate> known_time(const RunConfig& config, const run::RunList& runs) {
    const auto timed = timed_step_seconds(config, runs);
    const auto step = timed ? std::optional(StepTime{*timed, false}) : known_step_time(config);
    if (!step) return {};
    TimeEstimate time = of_all_steps(config, *step);
    time.rough = time.rough || run::any_running(runs);
    return time;
}

TimeEstimate measured_time(const RunConfig& config) { return of_all_steps(config, measured_step_time(config)); }

double model_flops_utilization(const run::ListedRun& listed) {
    if (run::is_imported_log(listed.info)) return std::numeric_limits<double>::quiet_NaN();
    const auto peak = peak_of(listed.info.config, listed.directory.workspace());
    return peak ? share_of(*peak, listed) : std::numeric_limits<double>::quiet_NaN();
}

TimeEstimate estimated_time(const RunConfig& config, const run::RunStore& store) {
    const run::RunList runs = store.list();
    if (const auto timed = known_time(config, runs)) return *timed;
    if (!run::any_running(runs)) {
        try {
            return measured_time(config);
        } catch (const InputError&) {
            throw;
        } catch (const std::exception&) {  // no memory for it now: a rough estimate is better than none
        }
    }
    const double peak = measured_peak(config.train.precision, static_cast<int>(config.train.threads),
                                      config.train.device, cache_folder(store.workspace()));
    return estimated_time(config, peak, runs);
}

TimeEstimate estimated_time(const RunConfig& config, double peak, const run::RunList& runs) {
    std::vector<double> shares;
    for (const run::ListedRun& listed : runs.runs) {
        if (run::is_imported_log(listed.info) || !alike(listed.info.config.train, config.train)) continue;
        const double share = share_of(peak, listed);
        if (std::isfinite(share)) shares.push_back(share);
    }
    const double share = shares.empty() ? kUsualUtilization : median(std::move(shares));
    return {model::training_flops(config) / (share * peak), true};
}

}  // namespace ablate::study
