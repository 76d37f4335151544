#include "core/plan/earlier_spreads.h"

#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/config/study_config.h"
#include "core/config/variant_names.h"
#include "core/data/batches.h"
#include "core/data/prepare.h"
#include "core/io/json_file.h"
#include "core/model/counts.h"
#include "core/run/json_fields.h"
#include "core/run/known_keys.h"
#include "core/run/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace ablate::study {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kSizeFactor = 2;  // of the parameters, up and down
constexpr std::int64_t kFormat = 1;

double variance(const std::vector<double>& values) {
    double mean = 0, squares = 0;
    for (const double value : values) mean += value / static_cast<double>(values.size());
    for (const double value : values) squares += (value - mean) * (value - mean);
    return squares / static_cast<double>(values.size() - 1);
}

bool near_in_size(std::int64_t ours, std::int64_t theirs) {
    const double ratio = static_cast<double>(ours) / static_cast<double>(theirs);
    return ratio >= 1 / kSizeFactor && ratio <= kSizeFactor;
}

bool same_budget(const RunConfig& one, const RunConfig& other) {
    return one.train.steps == other.train.steps && one.train.batch == other.train.batch &&
           one.train.accumulate == other.train.accumulate && to_json(one).at("data") == to_json(other).at("data");
}

// One run for each seed: the newest.
using Seeds = std::map<std::int64_t, const run::ListedRun*>;

struct Side {
    Seeds seeds;
    const RunConfig* config = nullptr;
};

// The runs that can be paired: those of one study at one grid point on the same data.
struct Pairable {
    std::map<std::string, Side> baselines, variants;  // by configuration hash
};

std::size_t shared_seeds(const Seeds& ours, const Seeds& theirs) {
    return static_cast<std::size_t>(
        std::count_if(ours.begin(), ours.end(), [&](const auto& entry) { return theirs.contains(entry.first); }));
}

// The baseline may have been trained with several settings: the one whose seeds the variant shares is its own.
const Side* partner_of(const Side& variant, const std::map<std::string, Side>& baselines) {
    const Side* best = nullptr;
    for (const auto& [hash, side] : baselines)
        if (!best || shared_seeds(variant.seeds, side.seeds) > shared_seeds(variant.seeds, best->seeds)) best = &side;
    return best && shared_seeds(variant.seeds, best->seeds) >= 2 ? best : nullptr;
}

// Sums up what variants showed, one after the other.
class Pool {
  public:
    explicit Pool(std::int64_t windows) : windows_(static_cast<double>(windows)) {}

    std::optional<SpreadOfVariant> add(const MeasuredVariant& measured, std::int64_t windows) {
        if (measured.differences.size() < 2) return {};
        const SpreadOfVariant spread{variance(measured.differences), std::ssize(measured.differences) - 1};
        spreads_.pooled.push_back(spread);
        spreads_.differences += std::ssize(measured.differences);
        if (measured.block_deviation && windows_ > 0) {
            squares_ += *measured.block_deviation * *measured.block_deviation * static_cast<double>(windows) / windows_;
            ++with_blocks_;
            spreads_.blocks = measured.blocks;
        }
        return spread;
    }
    EarlierSpreads& spreads() { return spreads_; }
    EarlierSpreads result(SpreadSource source) {
        if (!spreads_.pooled.empty()) spreads_.source = source;
        if (with_blocks_ > 0) spreads_.block_deviation = std::sqrt(squares_ / with_blocks_);
        return std::move(spreads_);
    }

  private:
    double windows_, squares_ = 0, with_blocks_ = 0;
    EarlierSpreads spreads_;
};

// A study can be planned without the presets.
std::filesystem::path spreads_file_if_any() {
    try {
        return measured_spreads_file();
    } catch (const InputError&) {
        return {};
    }
}

EarlierSpreads shipped_spreads(const RunConfig& baseline) {
    Pool pool(data::evaluation_windows(baseline.train));
    // They were measured on the text that the presets find by themselves.
    const bool usual_text = baseline.data.text.empty() && baseline.data.tokens.empty();
    const std::filesystem::path file = usual_text ? spreads_file_if_any() : std::filesystem::path();
    if (!is_file(file)) return {};
    for (const MeasuredSize& size : load_measured_spreads(file))
        if (size.vocab_size == baseline.data.vocab_size && size.context == baseline.data.context &&
            size.steps == baseline.train.steps && size.batch == baseline.train.batch * baseline.train.accumulate &&
            near_in_size(size.parameters, model::parameter_counts(baseline).unique))
            for (const MeasuredVariant& variant : size.variants) {
                pool.add(variant, size.evaluation_windows);
                pool.spreads().validation_tokens = size.validation_tokens;
            }
    return pool.result(SpreadSource::shipped);
}

// Of the tokens that a run was trained on, as its data.json counts them; 0 where that does not tell.
std::int64_t validation_tokens(const run::ListedRun& listed) {
    try {
        const std::filesystem::path cache = data::cache_of_run(listed.directory.folder());
        const std::filesystem::path folder = data::recorded_tokens(listed.info.data_folder, cache);
        if (folder.empty() || !is_file(folder / "data.json")) return 0;
        return io::read_json(folder / "data.json").at("sets").at("val").at("tokens").get<std::int64_t>();
    } catch (const std::exception&) {  // tokens that another program wrote have no such file
        return 0;
    }
}

std::vector<double> numbers(const Json& list, const std::string& where) {
    std::vector<double> values;
    if (!list.is_array()) throw InputError("{}: a list of numbers is missing", where);
    for (const Json& value : list) {
        if (!io::is_number(value)) throw InputError("{}: a list of differences holds something else", where);
        values.push_back(io::number_from_json(value));
    }
    return values;
}

MeasuredVariant measured_variant(const Json& json, const std::string& where) {
    if (!json.is_object() || !json.contains("differences")) throw InputError("{}: differences is missing", where);
    MeasuredVariant variant;
    variant.differences = numbers(json.at("differences"), where);
    if (json.contains("block_deviation")) {
        variant.block_deviation = run::field<double>(json, "block_deviation", where);
        variant.blocks = run::field<std::int64_t>(json, "blocks", where);
    }
    return variant;
}

}  // namespace

const char* to_string(SpreadSource source) {
    switch (source) {
        case SpreadSource::none:
            return "none";
        case SpreadSource::workspace:
            return "workspace";
        case SpreadSource::shipped:
            return "shipped";
    }
    return "none";
}

std::filesystem::path measured_spreads_file() { return presets_folder().parent_path() / "measured-spreads.json"; }

std::vector<MeasuredSize> load_measured_spreads(const std::filesystem::path& file) {
    const Json json = io::read_json(file);
    const std::string where = file.string();
    if (!json.is_object() || run::field<std::int64_t>(json, "format", where) > kFormat)
        throw InputError("{}: made by a newer version of Ablate", where);
    if (!json.contains("sizes") || !json.at("sizes").is_array()) throw InputError("{}: sizes is missing", where);
    std::vector<MeasuredSize> sizes;
    for (const Json& one : json.at("sizes")) {
        const auto number = [&](const char* key) { return run::field<std::int64_t>(one, key, where); };
        MeasuredSize size{number("vocab_size"),
                          number("context"),
                          number("steps"),
                          number("batch"),
                          number("parameters"),
                          number("evaluation_windows"),
                          number("validation_tokens")};
        if (!one.contains("variants") || !one.at("variants").is_array())
            throw InputError("{}: variants is missing", where);
        for (const Json& variant : one.at("variants")) size.variants.push_back(measured_variant(variant, where));
        sizes.push_back(std::move(size));
    }
    return sizes;
}

const SpreadReader::Final& SpreadReader::final_of(const run::ListedRun& listed) {
    const auto [kept, fresh] = kept_.try_emplace(listed.directory.folder());
    if (!fresh && kept->second.updated == listed.state.updated) return kept->second;
    run::RunMetrics metrics(listed.directory.folder());
    Final last{listed.state.updated, kNaN};
    try {
        metrics.refresh();
    } catch (const InputError&) {  // a damaged run says nothing here; the Runs page tells what is wrong with it
        return kept->second = std::move(last);
    }
    std::int64_t step = -1;
    for (const train::Event& event : metrics.events()) {
        const auto* evaluation = std::get_if<train::EvaluationEvent>(&event.what);
        if (!evaluation || evaluation->set != "val" || !evaluation->loss || event.step < step) continue;
        step = event.step;
        last.loss = *evaluation->loss;
        last.blocks = evaluation->blocks.value_or(std::vector<double>());
    }
    return kept->second = std::move(last);
}

EarlierSpreads SpreadReader::read(const run::RunList& runs, const RunConfig& baseline) {
    const std::int64_t parameters = model::parameter_counts(baseline).unique;
    std::map<std::tuple<std::string, std::string, std::string>, Pairable> pairable;
    for (const run::ListedRun& listed : runs.runs) {
        const run::RunInfo& info = listed.info;
        if (listed.status != run::Status::healthy || run::is_imported_log(info) || info.parameters <= 0) continue;
        if (!near_in_size(info.parameters, parameters) || !same_budget(info.config, baseline)) continue;
        Pairable& beside = pairable[{info.study, info.grid_point, info.data_sha256}];
        Side& side = (info.variant == kBaseline ? beside.baselines : beside.variants)[info.config_hash];
        side.seeds[info.seed] = &listed;
        side.config = &info.config;
    }
    const std::string own_baseline = config_hash(baseline, "");
    Pool pool(data::evaluation_windows(baseline.train));
    for (const auto& [where, beside] : pairable)
        for (const auto& [hash, variant] : beside.variants) {
            const Side* partner = partner_of(variant, beside.baselines);
            if (!partner) continue;
            MeasuredVariant measured;
            std::vector<double> blocks;
            bool has_blocks = true;
            for (const auto& [seed, run] : variant.seeds) {
                const auto other = partner->seeds.find(seed);
                if (other == partner->seeds.end()) continue;
                const Final ours = final_of(*run), theirs = final_of(*other->second);
                if (!std::isfinite(ours.loss) || !std::isfinite(theirs.loss)) continue;
                measured.differences.push_back(ours.loss - theirs.loss);
                if (blocks.empty()) blocks.assign(ours.blocks.size(), 0);
                has_blocks = has_blocks && ours.blocks.size() > 1 && ours.blocks.size() == blocks.size() &&
                             theirs.blocks.size() == blocks.size();
                for (std::size_t i = 0; has_blocks && i < blocks.size(); ++i)
                    blocks[i] += ours.blocks[i] - theirs.blocks[i];
            }
            if (has_blocks && blocks.size() > 1) {
                measured.block_deviation =
                    std::sqrt(variance(blocks)) / static_cast<double>(measured.differences.size());
                measured.blocks = std::ssize(blocks);
            }
            const auto spread = pool.add(measured, data::evaluation_windows(variant.config->train));
            if (spread && config_hash(*partner->config, "") == own_baseline)
                pool.spreads().own[config_hash(*variant.config, "")] = *spread;
            if (spread && pool.spreads().validation_tokens == 0)
                pool.spreads().validation_tokens = validation_tokens(*variant.seeds.begin()->second);
        }
    EarlierSpreads found = pool.result(SpreadSource::workspace);
    return found.source == SpreadSource::none ? shipped_spreads(baseline) : found;
}

}  // namespace ablate::study
