#include "ui/collapse/remedies.h"

#include "core/base/names.h"
#include "core/base/text.h"
#include "core/config/study_edits.h"
#include "core/config/variant_names.h"
#include "core/run/known_keys.h"
#include "ui/bridge/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace ablate::ui {

namespace {

constexpr auto kRateKey = "train.lr";
constexpr double kClip = 1;
constexpr std::int64_t kLongerWarmup = 3;  // times as long
constexpr std::array kActions{"Retry at a third of the learning rate", "Add gradient clipping", "Longer warm-up",
                              "Add QK-norm"};
enum Kind { rate, clipping, warmup, qk_norm };

// What a remedy sets, or why it sets nothing.
struct Change {
    Json patch = Json::object();
    QString why_not;
    std::string suffix, label;  // of the variant
};

// To two digits, as people choose learning rates: 0.0033.
double third(double value) {
    const double unit = std::pow(10.0, std::floor(std::log10(value / 3)) - 1);
    const double digits = std::round(value / 3 / unit);
    return unit < 1 ? digits / std::round(1 / unit) : digits * unit;
}

Change lower_rate(const TrainConfig& train) {
    Change change{{}, {}, "-lower-lr", {}};
    if (!(train.lr > 0)) return {{}, "The learning rate is 0", {}, {}};
    const double lower = third(train.lr);
    change.patch = {{"train", {{"lr", lower}}}};
    if (train.optimizer == "muon" && train.adam_lr > 0) change.patch["train"]["adam_lr"] = third(train.adam_lr);
    change.label = fmt::format("learning rate {}", full_precision(lower));
    return change;
}

Change add_clipping(const TrainConfig& train) {
    if (train.clip > 0)
        return {{}, text(fmt::format("Gradient clipping is on already, at {}", full_precision(train.clip))), {}, {}};
    return {{{"train", {{"clip", kClip}}}}, {}, "-clip", fmt::format("clipped at {}", full_precision(kClip))};
}

Change longer_warmup(const TrainConfig& train) {
    const std::int64_t longest = train.steps / 2, tenth = (train.steps + 9) / 10;
    const std::int64_t steps = std::min(std::max(kLongerWarmup * train.warmup, tenth), longest);
    if (steps <= train.warmup) return {{}, "The warm-up takes half of the steps already", {}, {}};
    return {{{"train", {{"warmup", steps}}}}, {}, "-warmup", fmt::format("warm-up of {} steps", steps)};
}

Change add_qk_norm(const ModelConfig& model) {
    Json norms = Json::object();
    for (const NormSite site : {NormSite::q, NormSite::k})
        if (model.norm_at(site).kind == "none") norms[to_string(site)] = {{"kind", "rms"}};
    if (norms.empty()) return {{}, "Queries and keys are normalized already", {}, {}};
    return {{{"model", {{"norm", norms}}}}, {}, "-qk-norm", "QK-norm"};
}

Change change_of(Kind kind, const RunConfig& config) {
    switch (kind) {
        case rate:
            return lower_rate(config.train);
        case clipping:
            return add_clipping(config.train);
        case warmup:
            return longer_warmup(config.train);
        case qk_norm:
            break;
    }
    return add_qk_norm(config.model);
}

// The variant as the study has it now; where the study has no such variant (it was renamed, or it is a combination),
// the run's configuration without what a study shares or its grid sets.
RunConfig config_before(const run::RunInfo& run, const StudyConfig& study, const RunConfig& baseline) {
    if (run.variant == kBaseline) return baseline;
    for (const VariantConfig& variant : study.variants)
        if (variant.name == run.variant) return patched(baseline, variant.patch, run.variant);
    RunConfig config = run.config;
    const std::int64_t context = config.data.context;
    config.data = baseline.data;
    config.data.context = context;
    const Json values = to_json(baseline);
    for (const auto& [key, grid] : study.grid)
        if (const Json* value = schema_detail::find(values, key))
            config = patched(config, patch_from_dotted(key, *value), run.variant);
    return config;
}

std::string plain_name(const std::string& variant, const std::string& suffix) {
    std::string name = variant;
    for (char& letter : name) {
        const bool plain = std::isalnum(static_cast<unsigned char>(letter)) ||
                           std::string_view("._-").find(letter) != std::string_view::npos;
        if (!plain) letter = '-';
    }
    return name.substr(0, kLongestName - suffix.size()) + suffix;
}

const std::vector<Json>* grid_of(const StudyConfig& study, const std::string& key) {
    for (const auto& [of, values] : study.grid)
        if (of == key) return &values;
    return nullptr;
}

QString in_words_of(const RunConfig& before, const RunConfig& after) {
    QStringList words;
    for (const ConfigDifference& one : difference(before, after)) words += text(in_words(one));
    return words.join("; ");
}

// "train.lr=1,train.warmup=5" with another learning rate.
std::string with_rate(const std::string& grid_point, double value) {
    std::vector<std::string> parts = split(grid_point, ',');
    const std::string prefix = std::string(kRateKey) + "=";
    for (std::string& part : parts)
        if (part.starts_with(prefix)) part = prefix + full_precision(value);
    return join(parts, ",");
}

// The grid sets the learning rate of every variant: a patch of a variant would be without effect.
void extend_grid(const run::RunInfo& run, const Json& patch, Remedy& remedy) {
    const double lower = patch.at("train").at("lr").get<double>();
    for (auto& [key, values] : remedy.study.grid) {
        if (key != kRateKey) continue;
        for (const Json& value : values)
            if (value.is_number() && std::abs(value.get<double>() - lower) <= 0.1 * lower) {
                remedy.why_not = text(fmt::format("The study's grid has the learning rate {} already",
                                                  full_precision(value.get<double>())));
                return;
            }
        values.push_back(lower);
        std::sort(values.begin(), values.end());
    }
    remedy.trains = point_name(run.variant, with_rate(run.grid_point, lower));
    remedy.name = text(remedy.trains);
    remedy.changes = text(fmt::format("Adds the learning rate {} to the study's grid, below {}", full_precision(lower),
                                      full_precision(run.config.train.lr)));
    remedy.name_of_edit = text(fmt::format("Add the learning rate {}", full_precision(lower)));
}

void add_variant(const run::RunInfo& run, const Change& change, Remedy& remedy) {
    const RunConfig baseline = baseline_config(remedy.study);
    const RunConfig before = config_before(run, remedy.study, baseline);
    const RunConfig after = patched(before, change.patch, run.variant);
    const Json wanted = to_json(after);
    if (wanted == to_json(before)) {
        remedy.why_not = "The variant has been changed so since this run";
        return;
    }
    for (const VariantConfig& variant : remedy.study.variants)
        if (to_json(patched(baseline, variant.patch, variant.name)) == wanted) {
            remedy.why_not = "The study has this variant already: " + text(variant.name);
            return;
        }
    VariantConfig variant;
    variant.name = free_variant_name(remedy.study, plain_name(run.variant, change.suffix));
    variant.label = (run.label.empty() ? run.variant : run.label) + ", " + change.label;
    variant.patch = patch_between(baseline, after);
    remedy.trains = point_name(variant.name, run.grid_point);
    remedy.name = text(remedy.trains);
    remedy.changes = in_words_of(before, after);
    remedy.name_of_edit = "Add " + text(variant.name);
    remedy.study.variants.push_back(std::move(variant));
}

// A grid key wins over a variant's patch.
std::optional<std::string> key_of_grid(const StudyConfig& study, const Json& patch) {
    for (const auto& [key, values] : study.grid)
        if (schema_detail::find(patch, key)) return key;
    return {};
}

Remedy remedy_of(Kind kind, const run::RunInfo& run, const StudyConfig& study) {
    Remedy remedy;
    remedy.action = kActions[kind];
    remedy.study = study;
    const Change change = change_of(kind, run.config);
    remedy.why_not = change.why_not;
    if (!remedy.why_not.isEmpty()) return remedy;
    const auto grid_key = key_of_grid(study, change.patch);
    if (kind == rate && grid_of(study, kRateKey) && run.grid_point.find(kRateKey) != std::string::npos) {
        extend_grid(run, change.patch, remedy);
    } else if (grid_key) {
        remedy.why_not = "The study's grid sets this option for every variant: " + text(label_of(*grid_key));
    } else if (study.combine == "leave-one-out") {
        remedy.why_not = "The study trains all changes but one, so a further variant would change every run";
    } else {
        add_variant(run, change, remedy);
    }
    return remedy;
}

}  // namespace

std::vector<Remedy> remedies(const run::RunInfo& run, const StudyConfig& study) {
    if (run::is_imported_log(run)) return no_remedies("An imported log cannot be trained");
    std::vector<Remedy> all;
    for (std::size_t kind = 0; kind < kActions.size(); ++kind)
        all.push_back(remedy_of(static_cast<Kind>(kind), run, study));
    return all;
}

std::vector<Remedy> no_remedies(const QString& why_not) {
    std::vector<Remedy> all(kActions.size());
    for (std::size_t kind = 0; kind < kActions.size(); ++kind) {
        all[kind].action = kActions[kind];
        all[kind].why_not = why_not;
    }
    return all;
}

}  // namespace ablate::ui
