#include "core/plan/plan.h"

#include "core/base/text.h"
#include "core/model/tensor_table.h"
#include "core/plan/preflight.h"
#include "core/run/known_keys.h"

namespace ablate::study {

namespace {

void note_earlier_run(PlannedRun& planned, const run::ListedRun& earlier) {
    const std::string id = earlier.directory.id();
    switch (earlier.status) {
        case run::Status::healthy:
        case run::Status::collapsed:
        case run::Status::stopped:
            planned.finished_run = id;
            break;
        case run::Status::running:
            planned.running_run = id;
            break;
        case run::Status::queued:
        case run::Status::paused:
        case run::Status::interrupted:
        case run::Status::failed:
            planned.open_run = id;
            break;
    }
}

}  // namespace

std::vector<PlannedRun> plan(const ResolvedStudy& study, const run::RunStore& store) {
    const std::vector<VariantPoint> points = study.chosen();
    const run::RunList list = study.options().again ? run::RunList{} : store.list();
    std::vector<PlannedRun> runs;
    for (const std::int64_t seed : study.seeds())
        for (const VariantPoint& point : points) {
            PlannedRun planned{point, seed, config_hash(point.config, study.data().sha256), {}, {}, {}};
            for (const run::ListedRun& earlier : list.runs)
                if (!run::is_imported_log(earlier.info) && earlier.info.study == study.config().name &&
                    earlier.info.seed == seed && earlier.info.config_hash == planned.config_hash)
                    note_earlier_run(planned, earlier);
            runs.push_back(std::move(planned));
        }
    return runs;
}

run::RunInfo run_info(const StudyConfig& study, const PlannedRun& planned, const data::PreparedData& data) {
    run::RunInfo info;
    info.study = study.name;
    info.variant = planned.point.variant;
    info.label = planned.point.label;
    info.grid_point = planned.point.grid_point;
    info.seed = planned.seed;
    info.config = planned.point.config;
    info.config_hash = planned.config_hash;
    info.data_folder = data.folder.string();
    info.data_sha256 = data.sha256;
    info.data_note = join(data.remarks, "; ");
    info.unigram_entropy = data.unigram_entropy;
    info.parameters = model::parameter_counts(info.config).unique;
    info.flops_per_token = model::forward_flops_per_token(info.config).six_n;
    info.versions = run::program_versions();
    info.versions["processor"] = cpu_model();
    return info;
}

}  // namespace ablate::study
