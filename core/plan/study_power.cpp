#include "core/plan/study_power.h"

#include "core/base/text.h"
#include "core/config/seeds.h"
#include "core/config/variant_names.h"
#include "core/data/batches.h"
#include "core/io/numbers.h"
#include "core/plan/finding_mends.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace ablate::study {

namespace {

// More validation text leaves at most this share of the difference wanted to its noise.
constexpr double kShareOfText = 0.5;

std::string nats(double difference) { return significant(difference, 2) + " nats"; }

std::string counted(std::int64_t count, const char* what) {
    return fmt::format("{} {}{}", with_thousands(count), what, count == 1 ? "" : "s");
}

Family family_of(const ResolvedStudy& study, const std::optional<run::PlanRecord>& record) {
    std::set<std::string> variants, grid_points;
    for (const VariantPoint& point : study.points()) {
        variants.insert(point.variant);
        grid_points.insert(point.grid_point);
    }
    Family family;
    family.comparisons = std::max<std::int64_t>(1, std::ssize(variants) - 1);
    family.grid_points = std::max<std::int64_t>(1, std::ssize(grid_points));
    if (!record) return family;
    family.comparisons = std::max<std::int64_t>(family.comparisons, std::ssize(record->family));
    family.looks = std::max<std::int64_t>(1, std::ssize(record->looks));
    family.additions = std::count_if(record->additions.begin(), record->additions.end(),
                                     [](const run::SeedAddition& addition) { return !addition.planned; });
    return family;
}

std::vector<std::int64_t> enough_seeds(const StudyConfig& study, std::int64_t count) {
    std::vector<std::int64_t> seeds = study.seeds;
    std::int64_t next = seeds.empty() ? 0 : *std::max_element(seeds.begin(), seeds.end());
    while (std::ssize(seeds) < count) seeds.push_back(++next);
    return seeds;
}

std::vector<Mend> mends_of_seeds(const StudyConfig& study, std::int64_t count) {
    if (count > static_cast<std::int64_t>(kMostSeeds)) return {};
    StudyConfig after = study;
    after.seeds = enough_seeds(study, count);
    return listed({mend_between(fmt::format("Use {} seeds", count), study, after)});
}

// The noise of the text is inverse to the root of its windows. None where the validation set has no more text.
std::vector<Mend> mends_of_text(const ResolvedStudy& study, const StudyPower& power) {
    const RunConfig& baseline = study.points().front().config;
    const double ratio = power.half_width_of_text / (kShareOfText * *power.wanted);
    const auto windows = static_cast<double>(data::evaluation_windows(baseline.train)) * ratio * ratio;
    const double tokens = windows * static_cast<double>(baseline.data.context);
    if (!(tokens <= static_cast<double>(power.spreads.validation_tokens))) return {};
    const auto wanted = static_cast<std::int64_t>(std::ceil(windows));
    const std::int64_t batch = baseline.train.batch;
    if (baseline.train.eval_windows > 0)
        return listed({mend_options(study.config(), kBaseline, {{"train.eval_windows", wanted}})});
    return listed({mend_options(study.config(), kBaseline, {{"train.eval_batches", (wanted + batch - 1) / batch}})});
}

void add_variants(const ResolvedStudy& study, StudyPower& power) {
    std::map<double, PowerOfVariant> by_deviation;  // most variants share the pooled one
    std::set<std::string> seen{study.points().front().variant};
    for (const VariantPoint& point : study.points()) {
        if (!seen.insert(point.variant).second) continue;
        const auto own = power.spreads.own.find(config_hash(point.config, ""));
        const auto deviation = planning_deviation(
            power.spreads.pooled, own == power.spreads.own.end() ? std::optional<SpreadOfVariant>()
                                                                 : std::optional<SpreadOfVariant>(own->second));
        if (!deviation) continue;
        const auto [known, fresh] = by_deviation.try_emplace(*deviation);
        if (fresh) {
            const PlannedFamily planned{power.family.error(), *deviation, power.spreads.block_deviation,
                                        power.spreads.blocks};
            known->second.deviation = *deviation;
            known->second.detectable = detectable_difference(power.seeds, planned, kPlannedPower);
            if (power.wanted) known->second.seeds_needed = seeds_to_detect(*power.wanted, planned, kPlannedPower);
        }
        power.variants.push_back(known->second);
        power.variants.back().variant = point.variant;
    }
}

void sum_up(StudyPower& power) {
    power.detectable = power.known() ? 0 : std::numeric_limits<double>::quiet_NaN();
    bool all_can = power.known() && power.wanted.has_value();
    std::int64_t most = 0;
    for (const PowerOfVariant& one : power.variants) {
        power.detectable = std::max(power.detectable, one.detectable);
        all_can = all_can && one.seeds_needed.has_value();
        most = std::max(most, one.seeds_needed.value_or(0));
    }
    if (all_can) power.seeds_needed = most;
    const PlannedFamily text{power.family.error(), 0, power.spreads.block_deviation, power.spreads.blocks};
    power.half_width_of_text = half_width_of_blocks(text);
    power.needs_text = power.wanted && power.half_width_of_text >= *power.wanted;
}

std::string origin_of(const EarlierSpreads& spreads) {
    return fmt::format(
        "{} {}", counted(spreads.differences, "paired difference"),
        spreads.source == SpreadSource::workspace ? "in this workspace" : "measured for Ablate at this size");
}

std::string sentence_of(const ResolvedStudy& study, const StudyPower& power) {
    if (study.points().size() < 2) return "Nothing is compared yet: the study has no variant.";
    if (!power.known())
        return "Nothing is known of the spread between seeds at this size, so what the study can find cannot be told. "
               "A pilot of three seeds tells it.";
    if (!std::isfinite(power.detectable)) return "One seed gives no interval, so the study can find no difference.";
    const std::string judged = power.family.comparisons == 1
                                   ? "one variant"
                                   : counted(power.family.comparisons, "variant") + " judged together";
    std::string said =
        fmt::format("{} find a difference of {} with a power of 80 %, with {} (spread from {}).",
                    counted(power.seeds, "seed"), nats(power.detectable), judged, origin_of(power.spreads));
    if (power.half_width_of_text > 0)
        said += fmt::format(" The validation text alone leaves ±{}.", nats(power.half_width_of_text));
    if (!power.wanted) return said;
    if (power.needs_text) return said + fmt::format(" To find {} it takes more validation text.", nats(*power.wanted));
    return said +
           (power.seeds_needed
                ? fmt::format(" To find {} it takes {}.", nats(*power.wanted), counted(*power.seeds_needed, "seed"))
                : fmt::format(" To find {} it takes more than 1,000 seeds.", nats(*power.wanted)));
}

void add_finding(const ResolvedStudy& study, StudyPower& power) {
    if (!power.known() || !power.wanted || power.detectable <= *power.wanted) return;
    if (power.needs_text) {
        power.findings.push_back(
            {Severity::warning, "",
             fmt::format("the noise of the validation text alone (±{}) exceeds the difference of {} that the study "
                         "shall find: it needs more validation text, and more seeds would not help",
                         nats(power.half_width_of_text), nats(*power.wanted)),
             mends_of_text(study, power)});
        return;
    }
    const std::string finds = std::isfinite(power.detectable)
                                  ? fmt::format("{} find differences from {} with a power of 80 %",
                                                counted(power.seeds, "seed"), nats(power.detectable))
                                  : std::string("one seed finds no difference");
    const std::string needs = power.seeds_needed ? "it needs " + counted(*power.seeds_needed, "seed")
                                                 : std::string("more than 1,000 seeds would be needed");
    power.findings.push_back(
        {Severity::warning, "",
         fmt::format("the study cannot find the difference of {} that it shall find: {}; {}", nats(*power.wanted),
                     finds, needs),
         power.seeds_needed ? mends_of_seeds(study.config(), *power.seeds_needed) : std::vector<Mend>()});
}

}  // namespace

StudyPower study_power(const ResolvedStudy& study, const EarlierSpreads& spreads,
                       const std::optional<run::PlanRecord>& record) {
    StudyPower power;
    power.seeds = std::ssize(study.seeds());
    power.family = family_of(study, record);
    power.spreads = spreads;
    power.wanted = study.config().smallest_difference;
    add_variants(study, power);
    sum_up(power);
    power.offers_pilot = !power.known() && pilot_of(study.config());
    power.sentence = sentence_of(study, power);
    add_finding(study, power);
    return power;
}

Json to_json(const StudyPower& power) {
    const auto optional = [](const std::optional<std::int64_t>& value) { return value ? Json(*value) : Json(); };
    Json variants = Json::array();
    for (const PowerOfVariant& one : power.variants)
        variants.push_back({{"variant", one.variant},
                            {"deviation", one.deviation},
                            {"detectable_difference", io::number_to_json(one.detectable)},
                            {"seeds_needed", optional(one.seeds_needed)}});
    return {{"seeds", power.seeds},
            {"power", kPlannedPower},
            {"comparisons", power.family.comparisons},
            {"grid_points", power.family.grid_points},
            {"looks", power.family.looks},
            {"spread_from", to_string(power.spreads.source)},
            {"earlier_differences", power.spreads.differences},
            {"smallest_difference", power.wanted ? Json(*power.wanted) : Json()},
            {"detectable_difference", io::number_to_json(power.detectable)},
            {"seeds_needed", optional(power.seeds_needed)},
            {"half_width_of_text", power.half_width_of_text},
            {"needs_text", power.needs_text},
            {"variants", variants},
            {"sentence", power.sentence}};
}

std::optional<Pilot> pilot_of(const StudyConfig& study) {
    if (study.variants.empty()) return {};
    std::vector<std::int64_t> seeds = enough_seeds(study, kPilotSeeds);
    seeds.resize(static_cast<std::size_t>(kPilotSeeds));
    return Pilot{study.variants.front().name, std::move(seeds)};
}

}  // namespace ablate::study
