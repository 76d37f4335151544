#include "core/plan/study_power.h"

#include "core/base/text.h"
#include "core/config/variant_names.h"
#include "core/statistics/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace ablate::study {

namespace {

Family family_of(const ResolvedStudy& study) {
    std::set<std::string> variants, points;
    for (const VariantPoint& point : study.chosen()) {
        if (point.variant != kBaseline) variants.insert(point.variant);
        points.insert(point.grid_point);
    }
    Family family;
    family.comparisons = std::max<std::int64_t>(1, std::ssize(variants));
    family.grid_points = std::max<std::int64_t>(1, std::ssize(points));
    return family;
}

std::string nats(double difference) { return significant(difference, 2) + " nats"; }

std::string judged(const Family& family) {
    std::string words = family.comparisons == 1 ? "one variant" : fmt::format("{} variants", family.comparisons);
    if (family.grid_points > 1) words += fmt::format(" at {} grid points", family.grid_points);
    return words;
}

PlannedFamily planned(const StudyPower& power, double deviation, double block_deviation) {
    return {.error = power.family.error(), .deviation = deviation, .block_deviation = block_deviation};
}

std::string sentence_of(const StudyPower& power) {
    if (power.seeds < 2) return "One seed gives no interval, so this study can tell no difference from noise.";
    std::string said = fmt::format("{} seeds find a difference of {} with a chance of 80 %, for {} judged together",
                                   power.seeds, nats(power.detectable), judged(power.family));
    if (power.variants.size() > 1) {
        const auto [least, most] =
            std::minmax_element(power.variants.begin(), power.variants.end(),
                                [](const auto& a, const auto& b) { return a.detectable < b.detectable; });
        if (most->detectable > 1.05 * least->detectable)
            said += fmt::format(" ({} for {} to {} for {})", significant(least->detectable, 2), least->variant,
                                significant(most->detectable, 2), most->variant);
    }
    said += ".";
    if (!power.wanted) return said;
    if (power.half_width_of_text >= *power.wanted)
        return said + fmt::format(" No number of seeds finds {}: the validation text alone leaves ± {}.",
                                  nats(*power.wanted), significant(power.half_width_of_text, 2));
    return said +
           (power.seeds_for_wanted
                ? fmt::format(" A difference of {} takes {} seeds.", nats(*power.wanted), *power.seeds_for_wanted)
                : fmt::format(" A difference of {} takes more than 1,000 seeds.", nats(*power.wanted)));
}

std::optional<Mend> mend_by_seeds(const StudyConfig& study, std::int64_t count) {
    StudyConfig more = study;
    std::int64_t next = *std::max_element(study.seeds.begin(), study.seeds.end());
    while (std::ssize(more.seeds) < count) more.seeds.push_back(++next);
    return mend_between(fmt::format("Use {} seeds", count), study, more);
}

void add_findings(const ResolvedStudy& study, StudyPower& power) {
    constexpr std::int64_t most_offered = 50;  // a longer list of seeds is no mend that anybody wants at a click
    const auto add = [&](std::string text, std::optional<Mend> mend) {
        Finding finding{Severity::warning, "", std::move(text)};
        if (mend) finding.mends.push_back(*std::move(mend));
        power.findings.push_back(std::move(finding));
    };
    if (power.seeds < 2) return;  // preflight says it of one seed
    if (power.wanted && power.half_width_of_text >= *power.wanted) {
        const std::int64_t batches = study.points().front().config.train.eval_batches;
        add(fmt::format(
                "cannot find a difference of {}: the validation text alone leaves ± {}, so more of it is needed, "
                "not more seeds",
                nats(*power.wanted), significant(power.half_width_of_text, 2)),
            mend_options(study.config(), kBaseline, {{"train.eval_batches", 4 * batches}}));
    } else if (power.wanted && power.detectable > *power.wanted) {
        const auto& needed = power.seeds_for_wanted;
        add(fmt::format("cannot be expected to find a difference of {}: {} seeds find {} with a chance of 80 %, and {}",
                        nats(*power.wanted), power.seeds, nats(power.detectable),
                        needed ? fmt::format("{} seeds are needed", *needed) : "more than 1,000 seeds are needed"),
            needed && *needed <= most_offered ? mend_by_seeds(study.config(), *needed) : std::nullopt);
    } else if (!power.wanted && power.seeds == 2) {
        add(fmt::format("two seeds find only differences of {} or more with a chance of 80 %", nats(power.detectable)),
            mend_by_seeds(study.config(), 3));
    }
}

}  // namespace

std::optional<StudyPower> study_power(const ResolvedStudy& study, const run::RunList& runs) {
    const auto spreads = earlier_spreads(study.config(), study.points().front().config, runs);
    if (!spreads) return {};
    StudyPower power{.family = family_of(study), .seeds = std::ssize(study.seeds())};
    power.wanted = study.config().smallest_difference;
    power.source = spreads->source;
    std::set<std::string> names;
    std::vector<double> detectable, deviations;
    for (const VariantPoint& point : study.chosen()) {
        if (point.variant == kBaseline || !names.insert(point.variant).second) continue;
        const auto own = spreads->variants.find(point.variant);
        const auto deviation = planning_deviation(
            spreads->pooled, own == spreads->variants.end() ? std::nullopt : std::optional(own->second));
        if (!deviation) return {};
        const PlannedFamily family = planned(power, *deviation, spreads->block_deviation);
        power.variants.push_back({point.variant, *deviation, detectable_difference(power.seeds, family, kPower)});
        detectable.push_back(power.variants.back().detectable);
        deviations.push_back(*deviation);
    }
    if (power.variants.empty()) return {};
    power.detectable = median(detectable);
    const PlannedFamily middling = planned(power, median(deviations), spreads->block_deviation);
    power.half_width_of_text = half_width_of_blocks(middling);
    if (power.wanted && power.half_width_of_text < *power.wanted)
        power.seeds_for_wanted = seeds_to_detect(*power.wanted, middling, kPower);
    power.sentence = sentence_of(power);
    add_findings(study, power);
    return power;
}

std::string unknown_power(const StudyConfig& study) {
    const std::string& variant = study.variants.empty() ? std::string("VARIANT") : study.variants.front().name;
    return fmt::format(
        "No earlier runs of this size tell how much seeds vary. A pilot would: ablate run {} --only {} "
        "--seeds 1-3; its runs belong to the study.",
        study.name, variant);
}

}  // namespace ablate::study
