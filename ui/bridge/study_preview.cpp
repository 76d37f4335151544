#include "ui/bridge/study_preview.h"

#include "core/base/error.h"
#include "core/study/launch.h"

#include <cmath>
#include <limits>
#include <queue>

namespace ablate::ui {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

const study::Finding* first_error(const study::Preview& preview) {
    for (const study::Finding& finding : preview.findings)
        if (finding.severity == study::Severity::error) return &finding;
    return nullptr;
}

bool peak_is_known(const TrainConfig& train, const std::filesystem::path& workspace) {
    try {
        return study::known_peak(train.precision, static_cast<int>(train.threads), train.device, workspace / "cache")
            .has_value();
    } catch (const InputError&) {
        return true;  // a device this machine lacks, which is a finding of the preview: nothing to measure
    }
}

bool any_running(const run::RunList& runs) {
    return std::any_of(runs.runs.begin(), runs.runs.end(),
                       [](const run::ListedRun& listed) { return listed.status == run::Status::running; });
}

// What a run's time depends on: runs that agree in it are estimated once.
std::string cost_of(const study::PointPreview& point) {
    const TrainConfig& train = point.point.config.train;
    return fmt::format("{} {} {} {} {} {} {} {}", point.flops.six_n, train.steps, train.batch, train.accumulate,
                       point.point.config.data.context, train.precision, train.threads, train.device);
}

// Without the variants that cannot be expanded: one that changes nothing yet does not hide what is known of the others.
StudyConfig without_broken_variants(const StudyConfig& study) {
    StudyConfig sound = study;
    std::erase_if(sound.variants, [&](const VariantConfig& variant) {
        StudyConfig alone = study;
        alone.variants = {variant};
        alone.grid.clear();
        try {
            expand(alone);
            return false;
        } catch (const InputError&) {
            return true;
        }
    });
    return sound;
}

// Runs begin in order, each as soon as one of the `jobs` places is free.
double span_of(const std::vector<study::TimeEstimate>& times, std::size_t seeds, int jobs) {
    std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
    for (int place = 0; place < jobs; ++place) free_at.push(0);
    double end = 0;
    for (std::size_t seed = 0; seed < seeds; ++seed)
        for (const study::TimeEstimate& time : times) {
            if (!std::isfinite(time.seconds)) return kUnknown;
            const double done = free_at.top() + time.seconds;
            free_at.pop();
            free_at.push(done);
            end = std::max(end, done);
        }
    return end;
}

}  // namespace

bool StudyPreview::can_start() const { return error.isEmpty() && !preview.points.empty() && !first_error(preview); }

QString StudyPreview::why_not() const {
    if (!error.isEmpty()) return error;
    if (const study::Finding* finding = first_error(preview)) {
        // "no-norm.model.heads: ..." names its variant already.
        const bool named = finding->variant.empty() || finding->text.starts_with(finding->variant + ".");
        return QString::fromStdString(named ? finding->text : finding->variant + ": " + finding->text);
    }
    return {};
}

StudyPreview quick_preview(StudyConfig study) {
    StudyPreview preview;
    preview.study = std::move(study);
    try {
        preview.preview = study::preview(preview.study);
    } catch (const std::exception& error) {
        preview.error = QString::fromStdString(one_line(error.what()));
        try {
            preview.preview = study::preview(without_broken_variants(preview.study));
        } catch (const std::exception&) {
            preview.preview = {};  // it is not a variant's fault: the error says what is wrong
        }
    }
    preview.times.assign(preview.preview.points.size(), {kUnknown, true});
    preview.study_seconds = kUnknown;
    return preview;
}

bool peaks_are_known(const StudyPreview& preview, const std::filesystem::path& workspace) {
    const std::vector<study::PointPreview>& points = preview.preview.points;
    return std::all_of(points.begin(), points.end(), [&](const study::PointPreview& point) {
        return peak_is_known(point.point.config.train, workspace);
    });
}

void add_times(StudyPreview& preview, run::RunListing& listing, const std::function<bool()>& wanted) {
    listing.refresh();
    const run::RunList& runs = listing.list();
    const std::filesystem::path& workspace = listing.workspace();
    const bool may_measure = !any_running(runs);
    std::map<std::string, study::TimeEstimate> by_cost;
    const std::vector<study::PointPreview>& points = preview.preview.points;
    for (std::size_t i = 0; i < points.size() && wanted(); ++i) {
        const RunConfig& config = points[i].point.config;
        const auto [known, fresh] = by_cost.emplace(cost_of(points[i]), preview.times[i]);
        try {
            if (fresh && (may_measure || peak_is_known(config.train, workspace)))
                known->second = study::estimated_time(config, workspace, runs);
        } catch (const std::exception&) {
            // Of a device this machine lacks: its time stays unknown.
        }
        preview.times[i] = known->second;
    }
    if (!points.empty() && wanted())
        preview.study_seconds =
            span_of(preview.times, preview.study.seeds.size(), study::default_jobs(points.front().point.config));
}

}  // namespace ablate::ui
