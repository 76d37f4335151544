#include "ui/bridge/study_preview.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/config/train_kinds.h"
#include "core/plan/launch.h"
#include "core/plan/step_timing.h"
#include "ui/bridge/run_status.h"
#include "ui/bridge/text.h"

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <queue>
#include <set>
#include <tuple>

namespace ablate::ui {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

const study::Finding* first_error(const study::Preview& preview) {
    for (const study::Finding& finding : preview.findings)
        if (finding.severity == study::Severity::error) return &finding;
    return nullptr;
}

// The machine's peak, looked up once for all points that train alike.
class Peaks {
  public:
    Peaks(const std::filesystem::path& workspace, bool measure) : cache_(cache_folder(workspace)), measure_(measure) {}

    // Absent: not measured yet. NaN: of a device this machine lacks, so there is nothing to measure.
    std::optional<double> of(const TrainConfig& train) {
        const auto [place, fresh] = peaks_.try_emplace({train.precision, train.threads, train.device});
        if (fresh) place->second = look_up(train);
        return place->second;
    }

  private:
    std::optional<double> look_up(const TrainConfig& train) const {
        const auto threads = static_cast<int>(train.threads);
        try {
            if (measure_) return study::measured_peak(train.precision, threads, train.device, cache_);
            return study::known_peak(train.precision, threads, train.device, cache_);
        } catch (const std::exception&) {
            return kUnknown;
        }
    }

    std::filesystem::path cache_;
    bool measure_;
    std::map<std::tuple<std::string, std::int64_t, std::string>, std::optional<double>> peaks_;
};

// The time of a run whose step has been timed, or is timed now. Nothing: not timed, or no device to time it on.
std::optional<study::TimeEstimate> step_time(const RunConfig& config, const TimeSources& sources) {
    try {
        if (const auto known = study::known_time(config, *sources.runs)) return known;
        if (!sources.measure) return {};
        // Not read back from the user's cache, which may not be writable.
        return study::measured_time(config);
    } catch (const std::exception&) {
        return {};
    }
}

// What a run's time depends on: runs that agree in it are estimated once.
std::string cost_of(const study::PointPreview& point) {
    const TrainConfig& train = point.point.config.train;
    return fmt::format("{} {} {} {} {} {} {} {} {} {} {}", to_json(point.point.config).at("model").dump(),
                       point.point.config.data.vocab_size, train.steps, train.batch, train.accumulate,
                       point.point.config.data.context, train.precision, train.threads, train.device, train.optimizer,
                       own_options_of_optimizer(train).dump());
}

// By variant that cannot be expanded by itself: why.
std::map<std::string, QString> broken_variants(const StudyConfig& study) {
    std::map<std::string, QString> broken;
    StudyConfig alone = study;
    alone.combine = "none";
    alone.grid.clear();
    for (const VariantConfig& variant : study.variants) {
        alone.variants = {variant};
        try {
            expand(alone);
        } catch (const InputError& error) {
            broken[variant.name] = text(one_line(error.what()));
        }
    }
    return broken;
}

std::vector<CombinedVariant> combined_variants(StudyConfig study) {
    if (study.combine == "none") return {};
    study.grid.clear();
    const std::vector<VariantPoint> points = expand(study);
    std::set<std::string> own{points.front().variant};  // the baseline
    for (const VariantConfig& variant : study.variants) own.insert(variant.name);
    std::vector<CombinedVariant> combined;
    for (const VariantPoint& point : points)
        if (!own.contains(point.variant)) combined.push_back({point, difference(points.front().config, point.config)});
    return combined;
}

StudyConfig without(StudyConfig study, const std::map<std::string, QString>& broken) {
    std::erase_if(study.variants, [&](const VariantConfig& variant) { return broken.contains(variant.name); });
    if (study.variants.size() < 2) study.combine = "none";  // of one nothing can be left out
    return study;
}

// Runs begin in order, each as soon as one of the `jobs` places is free.
double span_of(const std::vector<study::TimeEstimate>& times, std::size_t seeds, int jobs) {
    std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
    for (int place = 0; place < jobs; ++place) free_at.push(0);
    double end = 0;
    for (std::size_t seed = 0; seed < seeds; ++seed)
        for (const study::TimeEstimate& time : times) {
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

StudyPreview quick_preview(StudyConfig study, const std::filesystem::path& workspace) {
    StudyPreview preview;
    preview.study = std::move(study);
    const auto look_at = [&](const StudyConfig& study) {
        preview.preview = study::preview(study::resolve_study(study), workspace);
        preview.combined = combined_variants(study);
    };
    try {
        look_at(preview.study);
    } catch (const std::exception& error) {
        preview.error = text(one_line(error.what()));
        try {
            // One that changes nothing yet does not hide what is known of the others.
            preview.broken = broken_variants(preview.study);
            look_at(without(preview.study, preview.broken));
        } catch (const std::exception&) {
            preview.preview = {};  // it is not a variant's fault: the error says what is wrong
        }
    }
    preview.times.assign(preview.preview.points.size(), {kUnknown, true});
    preview.study_seconds = kUnknown;
    return preview;
}

void add_power(StudyPreview& preview, const TimeSources& sources, study::SpreadReader& reader) {
    if (!sources.runs || !preview.error.isEmpty()) return;
    const study::ResolvedStudy resolved = study::resolve_study(preview.study);
    preview.power = study::study_power(resolved, reader.read(*sources.runs, resolved.points().front().config),
                                       run::read_plan_record(sources.workspace, preview.study.name));
    std::vector<study::Finding>& findings = preview.preview.findings;
    findings.insert(findings.end(), preview.power->findings.begin(), preview.power->findings.end());
}

bool TimeSources::can_measure() const { return runs && !run::any_running(*runs); }

bool add_times(StudyPreview& preview, const TimeSources& sources, const std::function<bool()>& wanted) {
    const std::vector<study::PointPreview>& points = preview.preview.points;
    if (points.empty() || !sources.runs) return true;
    Peaks peaks(sources.workspace, sources.measure);
    std::map<std::string, study::TimeEstimate> by_cost;
    bool all_timed = true;
    for (std::size_t i = 0; i < points.size() && wanted(); ++i) {
        const RunConfig& config = points[i].point.config;
        const auto [known, fresh] = by_cost.emplace(cost_of(points[i]), preview.times[i]);
        if (fresh) {
            const auto time = step_time(config, sources);
            const auto peak = time ? std::nullopt : peaks.of(config.train);
            if (time) known->second = *time;
            if (peak) known->second = study::estimated_time(config, *peak, *sources.runs);
            all_timed = all_timed && (time || (peak && std::isnan(*peak)));
        }
        preview.times[i] = known->second;
    }
    const bool all_known =
        std::all_of(preview.times.begin(), preview.times.end(), [](const auto& t) { return std::isfinite(t.seconds); });
    if (all_known) {
        const int jobs = sources.jobs > 0 ? sources.jobs : study::default_jobs(points.front().point.config);
        preview.study_seconds = span_of(preview.times, preview.study.seeds.size(), jobs);
    }
    return all_timed || !sources.can_measure();
}

}  // namespace ablate::ui
