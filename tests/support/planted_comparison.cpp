#include "tests/support/planted_comparison.h"

#include "core/compare/comparison_internal.h"
#include "tests/support/synthetic_runs.h"

namespace ablate::test {
namespace {

constexpr double kLastStep = 100;

std::string variant_name(std::int64_t variant) {
    return variant == 0 ? "baseline" : fmt::format("variant-{}", variant);
}

std::string grid_point(const PlantedSetting& setting, std::int64_t point) {
    return setting.grid_points == 1 ? "" : fmt::format("train.lr=0.0{}", point + 1);
}

// What tells the configurations apart; nothing in it changes the data order.
Json patch_of(const PlantedSetting& setting, std::int64_t variant, std::int64_t point) {
    Json patch = {{"model", {{"d_ff", 344 + 8 * variant}}}};
    if (setting.grid_points > 1) patch["train"] = {{"lr", 0.01 * static_cast<double>(point + 1)}};
    return patch;
}

study::ComparedRun compared_run(const study::Group& group, const PlantedRun& planted, double resolution) {
    static const study::MetricsPtr no_metrics = std::make_shared<run::RunMetrics>(std::filesystem::path());
    run::ListedRun listed{run::RunDirectory({}), {}, {}};
    listed.info.study = "quick";
    listed.info.id = fmt::format("{}-{}", group.name, planted.seed);
    listed.info.variant = group.variant;
    listed.info.label = group.label;
    listed.info.grid_point = group.grid_point;
    listed.info.seed = planted.seed;
    listed.info.config = group.config;
    listed.info.config_hash = group.config_hash;
    listed.info.data_sha256 = "aaaa1111bbbb2222";
    study::ComparedRun compared{listed, no_metrics, {}, 0, 0, 0, 0, 0, kLastStep, kLastStep, {}};
    compared.best_step = static_cast<std::int64_t>(kLastStep);
    compared.resolution = resolution;
    return compared;
}

void set_values(study::ComparedRun& compared, const PlantedRun& planted) {
    compared.listed.status = planted.collapsed ? run::Status::collapsed : run::Status::healthy;
    compared.final_val = compared.best_val = planted.loss;
    compared.val = {{static_cast<std::int64_t>(kLastStep)}, {planted.loss}, {kLastStep}};
    compared.final_blocks = planted.blocks;
}

void summarize(const study::Comparison& comparison, study::Group& group) {
    std::vector<double> healthy;
    group.collapsed = 0;
    group.collapse_causes.clear();
    group.final_val_by_seed.clear();
    for (const std::size_t index : group.runs) {
        const study::ComparedRun& compared = comparison.runs[index];
        group.final_val_by_seed.push_back(compared.final_val);
        if (compared.healthy()) {
            healthy.push_back(compared.final_val);
        } else {
            ++group.collapsed;
            group.collapse_causes.push_back("loss is NaN at step 23");
        }
    }
    group.final_val = group.best_val = study::mean_interval(healthy);
    group.span = {};
    if (!healthy.empty()) group.span.at = {kLastStep};
}

}  // namespace

PlantedComparison::PlantedComparison(const PlantedSetting& setting) : setting_(setting) {
    train::register_kinds();
    comparison_.study = "quick";
    for (std::int64_t variant = 0; variant <= setting.variants; ++variant)
        for (std::int64_t point = 0; point < setting.grid_points; ++point) {
            study::Group group;
            group.variant = group.label = variant_name(variant);
            group.grid_point = grid_point(setting, point);
            group.name = group.variant + (group.grid_point.empty() ? "" : "@" + group.grid_point);
            group.config = synthetic_config(patch_of(setting, variant, point));
            group.config_hash = group.name;
            group.is_baseline = variant == 0;
            group.baseline = static_cast<std::size_t>(point);
            if (group.is_baseline) comparison_.baselines.push_back(comparison_.groups.size());
            for (std::int64_t seed = 1; seed <= setting.seeds; ++seed)
                comparison_.runs.push_back(compared_run(group, {variant, point, seed}, setting.resolution));
            comparison_.groups.push_back(std::move(group));
        }
}

const study::Comparison& PlantedComparison::judge(const PlantedStudy& study, const study::Rules& rules,
                                                  std::span<const std::int64_t> seeds) {
    for (std::size_t i = 0; i < study.runs.size(); ++i) set_values(comparison_.runs[i], study.runs[i]);
    for (std::size_t i = 0; i < comparison_.groups.size(); ++i) {
        study::Group& group = comparison_.groups[i];
        const std::size_t variant = i / static_cast<std::size_t>(setting_.grid_points);
        const std::int64_t count = seeds.empty() ? setting_.seeds : seeds[variant];
        group.runs.clear();
        for (std::int64_t seed = 0; seed < count; ++seed)
            group.runs.push_back(i * static_cast<std::size_t>(setting_.seeds) + static_cast<std::size_t>(seed));
        summarize(comparison_, group);
        group.judged = {};
        group.ranks = {0, 0};
    }
    choose_best();
    comparison_.rules = rules;
    comparison_.family = {};
    study::judge(comparison_);
    return comparison_;
}

void PlantedComparison::choose_best() {
    comparison_.best_of_variant.clear();
    const std::size_t points = static_cast<std::size_t>(setting_.grid_points);
    for (std::size_t first = 0; first < comparison_.groups.size(); first += points) {
        std::size_t best = first;
        for (std::size_t i = first; i < first + points; ++i) {
            const double here = comparison_.groups[i].final_val.mean, lowest = comparison_.groups[best].final_val.mean;
            if (here < lowest || (std::isfinite(here) && std::isnan(lowest))) best = i;
        }
        comparison_.best_of_variant.push_back(best);
    }
}

void write_planted_study(const std::filesystem::path& workspace, const PlantedSetting& setting,
                         const PlantedStudy& study) {
    for (const PlantedRun& planted : study.runs) {
        SyntheticRun run;
        run.variant = run.label = variant_name(planted.variant);
        run.grid_point = grid_point(setting, planted.point);
        run.patch = patch_of(setting, planted.variant, planted.point);
        run.seed = planted.seed;
        run.final_loss = planted.loss;
        run.final_blocks = planted.blocks;
        if (planted.collapsed) run.nan_at = 23;
        write_synthetic_run(workspace, run);
    }
}

const study::Group& judged_group(const study::Comparison& comparison, std::int64_t variant) {
    for (const std::size_t best : comparison.best_of_variant)
        if (comparison.groups[best].variant == variant_name(variant)) return comparison.groups[best];
    throw std::logic_error("judged_group: the comparison does not have this variant");
}

int claimed_direction(const study::Judgement& judged) {
    if (judged.outcome == study::Outcome::better) return -1;
    if (judged.outcome == study::Outcome::worse) return 1;
    if (judged.outcome == study::Outcome::unstable && judged.survivors_worse) return judged.interval.mean > 0 ? 1 : -1;
    return 0;
}

PlantedScore score(const study::Comparison& comparison, const PlantedStudy& study, std::optional<double> margin) {
    PlantedScore score;
    for (std::size_t variant = 0; variant < study.truth.size(); ++variant) {
        const study::Group& group = judged_group(comparison, static_cast<std::int64_t>(variant));
        const study::Judgement& judged = group.judged;
        const double truth = study.truth[variant];
        if (variant > 0) {
            const int direction = claimed_direction(judged);
            score.claims += direction != 0;
            score.false_claim |= direction != 0 && !(truth * direction > 0);
            if (judged.interval.half_width)
                score.covered &= std::abs(judged.interval.mean - truth) <= *judged.interval.half_width;
            const bool equivalent = judged.outcome == study::Outcome::equivalent;
            score.equivalent += equivalent;
            score.false_equivalence |= equivalent && !(margin && std::abs(truth) <= *margin);
        }
        if (group.ranks.best < 1) continue;
        std::int64_t better = 0, worse = 0;
        for (const double other : study.truth) better += other<truth, worse += other> truth;
        score.rank_error |=
            group.ranks.best > 1 + better || group.ranks.worst < static_cast<std::int64_t>(study.truth.size()) - worse;
    }
    return score;
}

}  // namespace ablate::test
