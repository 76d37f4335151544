#include "tests/support/planted_rates.h"

#include "core/compare/comparison_internal.h"
#include "core/statistics/power.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ablate::test {
namespace {

using study::Outcome;

study::Rules rules_of(const PlantedSetting& setting) {
    study::Rules rules;
    rules.margin = setting.margin;
    rules.recorded = true;
    return rules;
}

bool decided(Outcome outcome) {
    return outcome == Outcome::better || outcome == Outcome::worse || outcome == Outcome::equivalent;
}

bool is_false(const study::Judgement& judged, double truth, std::optional<double> margin) {
    if (judged.outcome == Outcome::equivalent) return !(margin && std::abs(truth) <= *margin);
    const int direction = claimed_direction(judged);
    return direction != 0 && !(truth * direction > 0);
}

// One study through all of its looks.
void look_at(const PlantedStudy& planted, PlantedComparison& comparison, const PlantedSetting& setting,
             const std::vector<std::int64_t>& looks, PlantedRates& rates) {
    study::Rules rules = rules_of(setting);
    rules.looks = looks;
    std::vector<std::int64_t> seeds(planted.truth.size(), looks.front());
    std::vector<std::optional<Outcome>> kept(planted.truth.size());
    bool wrong = false, wrong_equivalence = false;
    for (const std::int64_t look : looks) {
        for (std::size_t variant = 0; variant < seeds.size(); ++variant)
            if (!kept[variant]) seeds[variant] = look;
        const study::Comparison& judged = comparison.judge(planted, rules, seeds);
        for (std::size_t variant = 1; variant < seeds.size(); ++variant) {
            const study::Group& group = judged_group(judged, static_cast<std::int64_t>(variant));
            if (kept[variant] || !decided(group.judged.outcome)) continue;
            kept[variant] = group.judged.outcome;
            rules.kept.push_back({group.variant, to_string(group.judged.outcome), look});
            const bool of_equivalence = group.judged.outcome == Outcome::equivalent;
            rates.claims += !of_equivalence, rates.equivalent += of_equivalence;
            if (is_false(group.judged, planted.truth[variant], setting.margin))
                (of_equivalence ? wrong_equivalence : wrong) = true;
        }
    }
    const study::Comparison& last = comparison.judge(planted, rules, seeds);
    bool lost = false;
    for (std::size_t variant = 1; variant < seeds.size(); ++variant)
        if (kept[variant])
            lost |= judged_group(last, static_cast<std::int64_t>(variant)).judged.outcome != *kept[variant];
    ++rates.studies;
    rates.false_claims += wrong, rates.false_equivalences += wrong_equivalence, rates.lost += lost;
}

// What planning promises each variant: the difference that its seeds detect, from the spread of an earlier study.
std::vector<double> detectable_differences(const PlantedStudy& earlier, const PlantedSetting& setting,
                                           std::int64_t seeds) {
    std::vector<study::SpreadOfVariant> spreads;
    for (std::int64_t variant = 1; variant <= setting.variants; ++variant) {
        std::vector<double> differences;
        for (std::int64_t seed = 1; seed <= setting.seeds; ++seed)
            differences.push_back(earlier.run(setting, variant, 0, seed).loss - earlier.run(setting, 0, 0, seed).loss);
        const double deviation = study::mean_interval(differences).sd;
        spreads.push_back({deviation * deviation, setting.seeds - 1});
    }
    const double error = study::Family{.comparisons = setting.variants}.error();
    std::vector<double> detectable{0};
    for (const study::SpreadOfVariant& spread : spreads) {
        const double deviation = *study::planning_deviation(spreads, spread);
        detectable.push_back(study::detectable_difference(seeds, {.error = error, .deviation = deviation}));
    }
    return detectable;
}

}  // namespace

void PlantedRates::add(const PlantedScore& score) {
    ++studies;
    false_claims += score.false_claim, uncovered += !score.covered;
    false_equivalences += score.false_equivalence, rank_errors += score.rank_error;
    claims += score.claims, equivalent += score.equivalent;
}

double largest_share(std::int64_t studies, double rate, double least) {
    return std::max(least, rate + 3 * std::sqrt(rate * (1 - rate) / static_cast<double>(studies)));
}

PlantedRates rates_of(const PlantedSetting& setting, std::int64_t studies) {
    RandomStream random(1, setting.name);
    PlantedComparison comparison(setting);
    PlantedRates rates;
    for (std::int64_t i = 0; i < studies; ++i) {
        const PlantedStudy planted = draw_study(setting, random);
        rates.add(score(comparison.judge(planted, rules_of(setting)), planted, setting.margin));
    }
    return rates;
}

PlantedRates rates_of_looks(const PlantedSetting& setting, const std::vector<std::int64_t>& looks,
                            std::int64_t studies) {
    RandomStream random(1, setting.name + ", looks");
    PlantedComparison comparison(setting);
    PlantedRates rates;
    for (std::int64_t i = 0; i < studies; ++i) look_at(draw_study(setting, random), comparison, setting, looks, rates);
    return rates;
}

PlantedRates rates_of_additions(const PlantedSetting& setting, std::int64_t additions, std::int64_t studies) {
    RandomStream random(1, setting.name + ", additions");
    PlantedSetting all = setting;
    all.seeds += additions;
    PlantedComparison comparison(all);
    PlantedRates rates;
    for (std::int64_t i = 0; i < studies; ++i) {
        const PlantedStudy planted = draw_study(all, random);
        study::Rules rules = rules_of(all);
        PlantedScore any;
        for (rules.additions = 0; rules.additions <= additions; ++rules.additions) {
            const std::vector<std::int64_t> seeds(planted.truth.size(), setting.seeds + rules.additions);
            const PlantedScore now = score(comparison.judge(planted, rules, seeds), planted, all.margin);
            any.false_claim |= now.false_claim;
            any.covered &= now.covered;
            any.false_equivalence |= now.false_equivalence;
            any.claims = std::max(any.claims, now.claims);
        }
        rates.add(any);
    }
    return rates;
}

double delivered_power(const PlantedSetting& setting, std::int64_t earlier_seeds, std::int64_t studies) {
    RandomStream random(1, setting.name + ", planning");
    PlantedSetting earlier = setting, planned = setting;
    earlier.seeds = earlier_seeds;
    PlantedComparison comparison(planned);
    std::int64_t found = 0;
    for (std::int64_t i = 0; i < studies; ++i) {
        planned.truths = detectable_differences(draw_study(earlier, random), earlier, setting.seeds);
        const study::Comparison& judged = comparison.judge(draw_study(planned, random), rules_of(planned));
        for (std::int64_t variant = 1; variant <= setting.variants; ++variant)
            found += judged_group(judged, variant).judged.outcome == Outcome::worse;
    }
    return static_cast<double>(found) / static_cast<double>(studies * setting.variants);
}

PlantedRates rates_of_relabelings(const study::Comparison& comparison, std::int64_t variants, std::int64_t seeds,
                                  std::int64_t relabelings) {
    PlantedSetting setting{.name = "relabeled", .variants = variants, .seeds = seeds};
    std::vector<std::size_t> order(comparison.runs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (std::ssize(order) < (variants + 1) * seeds)
        throw std::invalid_argument("rates_of_relabelings: there are fewer runs than the relabeled study needs");
    RandomStream random(1, "relabelings");
    PlantedComparison relabeled(setting);
    PlantedRates rates;
    for (std::int64_t i = 0; i < relabelings; ++i) {
        for (std::size_t last = order.size() - 1; last > 0; --last)
            std::swap(order[last], order[random.below(last + 1)]);
        PlantedStudy planted;
        planted.truth.assign(static_cast<std::size_t>(variants + 1), 0.0);
        for (std::int64_t variant = 0; variant <= variants; ++variant)
            for (std::int64_t seed = 1; seed <= seeds; ++seed) {
                const study::ComparedRun& run = comparison.runs[order[planted.runs.size()]];
                planted.runs.push_back({variant, 0, seed, run.final_val, run.collapsed(), run.final_blocks});
            }
        rates.add(score(relabeled.judge(planted), planted, {}));
    }
    return rates;
}

}  // namespace ablate::test
