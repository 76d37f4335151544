#include "core/plan/earlier_spreads.h"

#include "core/base/error.h"
#include "core/config/variant_names.h"
#include "core/io/json_file.h"
#include "core/io/numbers.h"
#include "core/model/counts.h"
#include "core/run/known_keys.h"
#include "core/run/metrics.h"
#include "core/statistics/statistics.h"

#include <cmath>
#include <limits>

namespace ablate::study {

namespace {

namespace fs = std::filesystem;

constexpr double kLargestRatio = 2;         // of the parameters
constexpr std::size_t kMostRunsRead = 200;  // whose losses by block are read: the newest

bool same_size(const RunConfig& a, std::int64_t a_parameters, const RunConfig& b, std::int64_t b_parameters) {
    const double ratio = static_cast<double>(a_parameters) / static_cast<double>(b_parameters);
    return a.train.steps == b.train.steps && a.train.batch == b.train.batch &&
           a.train.accumulate == b.train.accumulate && a.data.context == b.data.context && ratio <= kLargestRatio &&
           ratio >= 1 / kLargestRatio;
}

bool same_data(const RunConfig& a, const RunConfig& b) {
    return a.data.text == b.data.text && a.data.tokens == b.data.tokens && a.data.vocab_size == b.data.vocab_size;
}

double final_loss(const run::ListedRun& listed) {
    const Json& summary = listed.state.summary;
    if (!summary.is_object() || !summary.contains("final_val") || !summary["final_val"].is_object())
        return std::numeric_limits<double>::quiet_NaN();
    const auto found = summary["final_val"].find("val");
    return found == summary["final_val"].end() || !io::is_number(*found) ? std::numeric_limits<double>::quiet_NaN()
                                                                         : io::number_from_json(*found);
}

std::vector<double> final_blocks(const run::ListedRun& listed) {
    run::RunMetrics metrics(listed.directory.folder());
    metrics.refresh();
    std::vector<double> blocks;
    for (const train::Event& event : metrics.events())
        if (const auto* evaluation = std::get_if<train::EvaluationEvent>(&event.what))
            if (evaluation->set == "val") blocks = evaluation->blocks.value_or(std::vector<double>());
    return blocks;
}

struct Pair {
    const run::ListedRun *variant = nullptr, *baseline = nullptr;
};

// By study, grid point, configuration of the baseline's and of the variant's, and name of the variant.
using Key = std::tuple<std::string, std::string, std::string, std::string, std::string>;

std::map<Key, std::vector<Pair>> pairs_of(const std::vector<const run::ListedRun*>& runs) {
    std::map<std::tuple<std::string, std::string, std::int64_t>, const run::ListedRun*> baselines;
    for (const run::ListedRun* one : runs)
        if (one->info.variant == kBaseline) baselines[{one->info.study, one->info.grid_point, one->info.seed}] = one;
    std::map<Key, std::vector<Pair>> pairs;
    for (const run::ListedRun* one : runs) {
        if (one->info.variant == kBaseline) continue;
        const auto baseline = baselines.find({one->info.study, one->info.grid_point, one->info.seed});
        if (baseline == baselines.end() || baseline->second->info.data_sha256 != one->info.data_sha256) continue;
        pairs[{one->info.study, one->info.grid_point, baseline->second->info.config_hash, one->info.config_hash,
               one->info.variant}]
            .push_back({one, baseline->second});
    }
    return pairs;
}

// The deviation over the blocks of the difference, a mean over the seeds; NaN where they are not known.
double block_deviation(const std::vector<Pair>& pairs) {
    std::vector<double> means;
    for (const Pair& pair : pairs) {
        const std::vector<double> ours = final_blocks(*pair.variant), theirs = final_blocks(*pair.baseline);
        if (means.empty()) means.assign(ours.size(), 0);
        if (ours.empty() || ours.size() != means.size() || theirs.size() != means.size())
            return std::numeric_limits<double>::quiet_NaN();
        for (std::size_t i = 0; i < means.size(); ++i)
            means[i] += (ours[i] - theirs[i]) / static_cast<double>(pairs.size());
    }
    return mean_interval(means).sd;
}

std::optional<EarlierSpreads> of_workspace(const StudyConfig& study, const RunConfig& baseline,
                                           const run::RunList& list) {
    const std::int64_t parameters = model::parameter_counts(baseline).unique;
    std::vector<const run::ListedRun*> runs;
    for (const run::ListedRun& one : list.runs)
        if (one.status == run::Status::healthy && !run::is_imported_log(one.info) && std::isfinite(final_loss(one)) &&
            same_data(one.info.config, baseline) &&
            same_size(one.info.config, one.info.parameters, baseline, parameters))
            runs.push_back(&one);
    if (runs.size() > kMostRunsRead) runs.erase(runs.begin(), runs.end() - kMostRunsRead);
    EarlierSpreads spreads;
    std::int64_t differences = 0;
    std::vector<double> blocks;
    for (const auto& [key, pairs] : pairs_of(runs)) {
        if (pairs.size() < 2) continue;
        std::vector<double> values;
        for (const Pair& pair : pairs) values.push_back(final_loss(*pair.variant) - final_loss(*pair.baseline));
        const Interval interval = mean_interval(values);
        const SpreadOfVariant spread{interval.sd * interval.sd, interval.n - 1};
        spreads.pooled.push_back(spread);
        differences += interval.n;
        const std::string& variant = std::get<4>(key);
        const auto known = spreads.variants.find(variant);
        const bool of_study = std::get<0>(key) == study.name;
        if (of_study && (known == spreads.variants.end() || known->second.degrees < spread.degrees))
            spreads.variants[variant] = spread;
        if (const double deviation = block_deviation(pairs); std::isfinite(deviation)) blocks.push_back(deviation);
    }
    if (spreads.pooled.empty()) return {};
    if (!blocks.empty()) spreads.block_deviation = median(blocks);
    spreads.source = fmt::format("{} earlier differences of this workspace at this size", differences);
    return spreads;
}

// A list of {"d_model": ..., "parameters": ..., "steps": ..., "batch": ..., "context": ..., "vocab_size": ...,
// "how": ..., "variants": {NAME: {"deviation": nats, "seeds": n}}, "block_deviation": nats}.
std::optional<EarlierSpreads> as_measured(const RunConfig& baseline) {
    const fs::path file = presets_folder().parent_path() / "measured-spreads.json";
    std::error_code error;
    if (!fs::exists(file, error)) return {};
    const std::int64_t parameters = model::parameter_counts(baseline).unique;
    for (const Json& entry : io::read_json(file).at("measured")) {
        RunConfig measured = baseline;
        measured.train.steps = entry.at("steps").get<std::int64_t>();
        measured.train.batch = entry.at("batch").get<std::int64_t>();
        measured.train.accumulate = 1;
        measured.data.context = entry.at("context").get<std::int64_t>();
        measured.data.vocab_size = entry.at("vocab_size").get<std::int64_t>();
        measured.data.text = entry.at("text").get<std::string>();
        measured.data.tokens.clear();
        if (!same_data(measured, baseline) ||
            !same_size(measured, entry.at("parameters").get<std::int64_t>(), baseline, parameters))
            continue;
        EarlierSpreads spreads;
        for (const auto& [name, one] : entry.at("variants").items()) {
            const double deviation = one.at("deviation").get<double>();
            spreads.pooled.push_back({deviation * deviation, one.at("seeds").get<std::int64_t>() - 1});
            spreads.variants[name] = spreads.pooled.back();
        }
        spreads.block_deviation = entry.at("block_deviation").get<double>();
        spreads.source = entry.at("how").get<std::string>();
        return spreads;
    }
    return {};
}

}  // namespace

std::optional<EarlierSpreads> earlier_spreads(const StudyConfig& study, const RunConfig& baseline,
                                              const run::RunList& runs) {
    if (auto found = of_workspace(study, baseline, runs)) return found;
    return as_measured(baseline);
}

}  // namespace ablate::study
