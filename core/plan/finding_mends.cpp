#include "core/plan/finding_mends.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/config/study_edits.h"
#include "core/config/variant_names.h"
#include "core/data/batches.h"
#include "core/model/counts.h"
#include "core/model/match_d_ff.h"
#include "core/model/tensor_table.h"
#include "core/plan/preflight.h"

#include <algorithm>
#include <cmath>

namespace ablate::study {
namespace {

bool is_valid(const RunConfig& config) {
    try {
        require_valid(config, "mend");
        return true;
    } catch (const InputError&) {
        return false;
    }
}

// The largest number of heads up to `most` that divides the width; RoPE turns pairs, so its heads are even.
std::int64_t fitting_heads(const ModelConfig& model, std::int64_t most) {
    for (std::int64_t heads = std::min(most, model.d_model); heads > 1; --heads)
        if (model.d_model % heads == 0 && (model.position.kind != "rope" || model.d_model / heads % 2 == 0))
            return heads;
    return 1;
}

// Options that often are what is wrong, with the value nearest to the present one.
std::vector<OptionEdit> candidates(const RunConfig& config) {
    const ModelConfig& model = config.model;
    const std::string q = model.norm_at(NormSite::q).kind, k = model.norm_at(NormSite::k).kind;
    return {{"model.heads", fitting_heads(model, model.heads)},
            {"model.kv_heads", 0},
            {"model.head_dim", std::max<std::int64_t>(2, (model.head_width() + 1) / 2 * 2)},
            {"model.d_model", model.d_model + model.d_model % 2},
            {"model.norm.k.kind", q},
            {"model.norm.q.kind", k},
            {"train.warmup", config.train.steps / 10},
            {"train.device", "auto"}};
}

}  // namespace

std::vector<Mend> listed(std::initializer_list<std::optional<Mend>> mends) {
    std::vector<Mend> found;
    for (const std::optional<Mend>& mend : mends)
        if (mend) found.push_back(*mend);
    return found;
}

std::vector<Mend> mends_of_invalid(const StudyConfig& study, const VariantPoint& point) {
    std::vector<Mend> mends;
    for (const OptionEdit& edit : candidates(point.config)) {
        const RunConfig config = patched(point.config, patch_from_dotted(edit.key, edit.value), "mend");
        if (!is_valid(config)) continue;
        if (auto mend = mend_options(study, point.variant, {edit})) mends.push_back(*std::move(mend));
    }
    return mends;
}

std::vector<Mend> mends_of_width(const StudyConfig& study, const VariantPoint& point, const RunConfig& baseline) {
    std::vector<model::WidthMatch> matches = model::width_matches(point.config, baseline);
    matches.insert(matches.begin(), model::proposed_width(point.config, baseline));
    const auto wanted = static_cast<double>(model::parameter_counts(baseline).unique);
    const double present = static_cast<double>(model::parameter_counts(point.config).unique) / wanted - 1;
    std::vector<Mend> mends;
    std::vector<std::int64_t> offered{point.config.model.d_ff};
    for (const model::WidthMatch& match : matches) {
        const std::int64_t d_ff = match.width.d_ff;
        if (match.by == model::MatchBy::parameters && std::abs(match.width.mismatch) >= std::abs(present)) continue;
        if (std::find(offered.begin(), offered.end(), d_ff) != offered.end()) continue;
        offered.push_back(d_ff);
        const std::string title =
            fmt::format("Set {} to {} ({})", option_in_words("model.d_ff"), d_ff, model::in_words(match));
        if (auto mend = mend_options(study, point.variant, {{"model.d_ff", d_ff}}, title))
            mends.push_back(*std::move(mend));
    }
    return mends;
}

std::vector<Mend> mends_of_memory(const StudyConfig& study, const VariantPoint& point) {
    if (point.variant != kBaseline) return {};
    RunConfig config = point.config;
    const std::int64_t windows = data::evaluation_windows(config.train);
    const double available = available_memory(config.train.device);
    while (config.train.batch % 2 == 0) {
        config.train.batch /= 2;
        config.train.accumulate *= 2;
        if (model::memory_estimate(config).total() > available) continue;
        return listed({mend_options(
            study, kBaseline,
            {{"train.batch", config.train.batch},
             {"train.accumulate", config.train.accumulate},
             {"train.eval_windows", windows}},  // the same validation text as before
            fmt::format("Set batch to {} and accumulation to {}", config.train.batch, config.train.accumulate))});
    }
    return {};
}

std::vector<Mend> mends_of_start(const StudyConfig& study, const RunConfig& from, const RunConfig& to,
                                 const std::vector<std::string>& silent, const std::string& name) {
    std::vector<OptionEdit> edits;
    for (const ConfigDifference& one : difference(from, to))
        if (!one.before.is_null() && std::find(silent.begin(), silent.end(), ablate::in_words(one)) != silent.end())
            edits.push_back({one.key, one.before});
    // A kind discards the options that were set before it.
    std::stable_partition(edits.begin(), edits.end(), [](const auto& edit) { return edit.key.ends_with(".kind"); });
    try {
        return listed({mend_options(study, kBaseline, edits, "Use the options of " + name)});
    } catch (const InputError&) {  // they do not fit together without the others
        return {};
    }
}

std::vector<Mend> mends_of_one_seed(const StudyConfig& study) {
    StudyConfig after = study;
    const std::int64_t first = study.seeds.front();
    after.seeds = {first, first + 1, first + 2};
    return listed({mend_between(fmt::format("Train seeds {}, {} and {}", first, first + 1, first + 2), study, after)});
}

std::vector<Mend> mends_of_short_text(const StudyConfig& study, const DataConfig& data, const data::ShortText& text) {
    std::vector<Mend> mends;
    const auto offer = [&](const char* key, std::int64_t value) {
        if (auto mend = mend_options(study, kBaseline, {{key, value}})) mends.push_back(*std::move(mend));
    };
    const bool none_held_out = text.documents <= data.val_every / 2;
    if (none_held_out && text.documents > 1) offer("data.val_every", 2 * text.documents - 1);
    // Document val_every / 2 is the first that is held out.
    if (none_held_out && text.cut_by_lines && text.lines > data.val_every)
        offer("data.block_lines", text.lines / data.val_every);
    return mends;
}

std::vector<Mend> mends_of_data(const StudyConfig& study, const std::string& finding) {
    const auto asks = [&](const char* words) { return finding.find(words) != std::string::npos; };
    if (asks("Set data.byte_fallback to true"))
        return listed({mend_options(study, kBaseline, {{"data.byte_fallback", true}})});
    if (asks("leave data.val empty")) return listed({mend_options(study, kBaseline, {{"data.val", nullptr}})});
    return {};
}

}  // namespace ablate::study
