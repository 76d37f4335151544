#include "core/plan/launch.h"

#include "core/base/error.h"
#include "core/base/workspace_layout.h"
#include "core/config/variant_names.h"
#include "core/model/transformer.h"
#include "core/plan/option_findings.h"
#include "core/plan/plan_recording.h"
#include "core/run/known_keys.h"

#include <algorithm>
#include <map>
#include <set>
#include <thread>

namespace ablate::study {

namespace {

const RunConfig& baseline_of(const std::vector<VariantPoint>& points, const std::string& grid_point) {
    for (const VariantPoint& point : points)
        if (point.variant == kBaseline && point.grid_point == grid_point) return point.config;
    throw std::logic_error("a grid point without a baseline");
}

Json model_of(const VariantPoint& point) { return to_json(point.config).at("model"); }

std::vector<StepZero> find_no_ops(const std::vector<VariantPoint>& points, const std::vector<PlannedRun>& to_train,
                                  const data::PreparedData& data, const data::Progress& progress) {
    std::set<std::string> variants{kBaseline};
    for (const PlannedRun& planned : to_train) variants.insert(planned.point.variant);
    if (variants.size() < 2) return {};
    std::vector<VariantPoint> chosen;
    std::copy_if(points.begin(), points.end(), std::back_inserter(chosen),
                 [&](const VariantPoint& point) { return variants.contains(point.variant); });
    const auto seed = static_cast<std::uint64_t>(to_train.front().seed);
    std::vector<StepZero> results = step_zero_of_study(chosen, data, seed, progress);
    std::erase_if(results, [](const StepZero& result) { return !result.same_as_baseline; });
    return results;
}

// A variant found idle at one grid point is idle at those grid points that leave its model as it is.
bool is_idle(const PlannedRun& planned, const std::vector<VariantPoint>& points, const std::vector<StepZero>& no_ops) {
    return std::any_of(no_ops.begin(), no_ops.end(), [&](const StepZero& no_op) {
        const auto found =
            std::find_if(points.begin(), points.end(), [&](const VariantPoint& p) { return p.name == no_op.point; });
        return found != points.end() && found->variant == planned.point.variant &&
               model_of(*found) == model_of(planned.point) &&
               decided_at_step_zero(baseline_of(points, planned.point.grid_point), planned.point.config);
    });
}

// Before any data is prepared: what cannot be built, and what the machine's memory cannot hold. No more runs train at
// once than there are.
void require_trainable(const ResolvedStudy& study, int jobs) {
    const std::vector<VariantPoint> points = study.chosen();
    const std::size_t runs = points.size() * study.seeds().size();
    const int at_once = static_cast<int>(std::min(runs, static_cast<std::size_t>(std::max(jobs, 1))));
    for (const VariantPoint& point : points) {
        require_valid(point.config, point.name);
        require_memory(point.config, at_once, point.name);
    }
}

// Calls act(planned) for each run and tells how far that is.
template <class Act>
void for_each_run(const std::vector<PlannedRun>& runs, const char* what, const data::Progress& progress, Act act) {
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (progress) progress(what, static_cast<double>(i) / static_cast<double>(runs.size()));
        act(runs[i]);
    }
}

// Before anything trains, so that nothing disturbs it: what the runs' utilization is measured against.
void measure_peaks(const std::vector<PlannedRun>& runs, const std::filesystem::path& workspace,
                   const data::Progress& progress) {
    for_each_run(runs, "measuring the machine", progress, [&](const PlannedRun& planned) {
        const TrainConfig& train = planned.point.config.train;
        measured_peak(train.precision, static_cast<int>(train.threads), train.device, cache_folder(workspace));
    });
}

// All of them or, when it throws, none.
std::vector<run::RunDirectory> directories_of(const ResolvedStudy& study, const std::vector<PlannedRun>& runs,
                                              const run::RunStore& store, const data::Progress& progress) {
    std::vector<run::RunDirectory> directories, fresh;
    try {
        for_each_run(runs, "creating runs", progress, [&](const PlannedRun& planned) {
            if (planned.open_run) {
                directories.push_back(store.find(*planned.open_run).directory);
                return directories.back().request("");  // an old request to pause has been served
            }
            fresh.push_back(run::create_run(store.workspace(), run_info(study.config(), planned, study.data())));
            directories.push_back(fresh.back());
        });
    } catch (...) {
        std::error_code left_behind;  // what stopped it is told
        for (const run::RunDirectory& directory : fresh) std::filesystem::remove_all(directory.folder(), left_behind);
        throw;
    }
    return directories;
}

// What earlier runs of the study were trained on.
std::vector<data::RecordedTokens> tokens_of(const StudyConfig& study, const run::RunStore& store) {
    std::vector<data::RecordedTokens> tokens;
    std::set<std::string> seen;
    for (const run::ListedRun& listed : store.list().runs)
        if (listed.info.study == study.name && !run::is_imported_log(listed.info) &&
            seen.insert(listed.info.data_folder + listed.info.data_sha256).second)
            tokens.push_back({listed.info.data_folder, listed.info.data_sha256});
    return tokens;
}

// What a launch tells of its study before it prepares the data.
std::vector<std::string> warnings_of(const Preview& preview) {
    std::vector<std::string> warnings;
    for (const Finding& finding : preview.findings)
        if (finding.severity == Severity::warning)
            warnings.push_back(
                fmt::format("{}{}{}", finding.variant, finding.variant.empty() ? "" : ": ", finding.text));
    return warnings;
}

void leave_out(const PlannedRun& planned, Launch& result) {
    if (std::find(result.left_out.begin(), result.left_out.end(), planned.point.name) == result.left_out.end())
        result.left_out.push_back(planned.point.name);
}

// Notes in `result` what is left alone, and returns the rest.
std::vector<PlannedRun> still_to_train(std::vector<PlannedRun> plan, bool keep_no_ops, Launch& result) {
    std::vector<PlannedRun> rest;
    std::map<std::string, std::string> baseline_hash;  // by grid point; a baseline is planned before its variants
    for (PlannedRun& planned : plan) {
        const std::string& hash = baseline_hash.emplace(planned.point.grid_point, planned.config_hash).first->second;
        if (!keep_no_ops && planned.point.variant != kBaseline && planned.config_hash == hash)
            leave_out(planned, result);  // differs in options its configuration does not use
        else if (planned.running_run)
            result.elsewhere.push_back(std::move(planned));
        else if (planned.finished_run)
            result.finished.push_back(std::move(planned));
        else
            rest.push_back(std::move(planned));
    }
    return rest;
}

}  // namespace

std::vector<StepZero> step_zero_of_study(const std::vector<VariantPoint>& points, const data::PreparedData& data,
                                         std::uint64_t seed, const data::Progress& progress) {
    std::vector<StepZero> results;
    std::set<std::string> seen;
    for (const VariantPoint& baseline : points) {
        if (baseline.variant != kBaseline || !seen.insert(model_of(baseline).dump()).second) continue;
        std::vector<VariantPoint> group{baseline};
        for (const VariantPoint& point : points)
            if (point.variant != kBaseline && point.grid_point == baseline.grid_point) group.push_back(point);
        for (StepZero& result : step_zero(group, data, seed, progress)) results.push_back(std::move(result));
    }
    return results;
}

int default_jobs(const RunConfig& config) {
    if (model::resolve_device(config.train.device).is_cuda()) return 1;
    const int cores = std::max(1u, std::thread::hardware_concurrency());
    return std::max(1, cores / static_cast<int>(config.train.threads));
}

Launch launch(ResolvedStudy study, const run::RunStore& store, int jobs, const data::Progress& progress) {
    require_trainable(study, jobs);
    std::vector<std::string> notes = warnings_of(preview(study, store.workspace(), false));
    study.find_starts(store.workspace());  // before the data, which take long

    const RunConfig baseline = study.points().front().config;
    const auto data = std::make_shared<const data::PreparedData>(
        data::prepare_data(baseline.data, cache_folder(store.workspace()), progress, tokens_of(study.config(), store)));
    notes.insert(notes.end(), data->remarks.begin(), data->remarks.end());
    for (std::string& line : overlapping_windows(baseline, *data)) notes.push_back(std::move(line));
    notes.insert(notes.end(), data->findings.begin(), data->findings.end());
    study.use_data(data);

    Launch result{std::move(study), {}, {}, {}, {}, {}, std::move(notes)};
    const std::vector<VariantPoint>& points = result.study.points();
    const bool keep_no_ops = result.study.options().keep_no_ops;
    std::vector<PlannedRun> to_train = still_to_train(plan(result.study, store), keep_no_ops, result);
    result.no_ops = find_no_ops(points, to_train, *data, progress);
    if (!keep_no_ops)
        std::erase_if(to_train, [&](const PlannedRun& planned) {
            const bool idle = is_idle(planned, points, result.no_ops);
            if (idle) leave_out(planned, result);
            return idle;
        });
    measure_peaks(to_train, store.workspace(), progress);
    record_start(result.study, store);
    result.runs = directories_of(result.study, to_train, store, progress);
    return result;
}

}  // namespace ablate::study
