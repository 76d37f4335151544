#include "core/plan/preflight.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/config/variant_names.h"
#include "core/data/corpus.h"
#include "core/data/short_text.h"
#include "core/data/token_sets.h"
#include "core/model/transformer.h"
#include "core/plan/finding_mends.h"
#include "core/plan/option_findings.h"
#include "core/train/start.h"

#include <algorithm>
#include <map>
#include <set>

// Lints: each looks at one thing that has made an ablation worthless before.
namespace ablate::study {

namespace {

// Of the parameters. A difference of 0.5 % moves the loss by less than the seeds do (about 0.04 % of it, by the
// exponent 0.076 of Kaplan et al. 2020, arXiv:2001.08361).
constexpr double kMismatchThatCounts = 0.005, kMismatchToMention = 0.001;

// What can be said of the data before they are read. What is missing is told by data::missing_data().
std::vector<std::string> remarks_on_data(const DataConfig& config) {
    try {
        if (!config.tokens.empty()) return data::find_token_sets(config.tokens, config.val, config.val_every).remarks;
        return config.text.empty() ? std::vector<std::string>() : data::text_remarks(config, {config.text});
    } catch (const InputError&) {
        return {};
    }
}

class Lints {
  public:
    Lints(const StudyConfig& study, const std::vector<VariantPoint>& points, const std::filesystem::path& workspace)
        : study_(study), points_(points), workspace_(workspace) {}

    Preview run(bool early_findings) {
        check_study();
        check_data(early_findings);
        for (const VariantPoint& point : points_) {
            try {
                require_valid(point.config, point.name);
            } catch (const InputError& error) {
                add(Severity::error, point.name, error.what(), mends_of_invalid(study_, point));
                continue;
            }
            preview_.points.push_back(describe(point));
            check_machine(preview_.points.back());
            check_start(preview_.points.back());
            check_head(point);
            for (const Finding& finding : option_findings(study_, point, baseline_of(point).config))
                add(finding.severity, finding.variant, finding.text, finding.mends);
            if (point.variant == points_.front().variant)
                check_baseline(point);
            else
                check_against_baseline(preview_.points.back());
        }
        return std::move(preview_);
    }

  private:
    // What holds at every grid point of a variant is said once.
    void add(Severity severity, const std::string& point, std::string text, std::vector<Mend> mends = {}) {
        if (said_.insert({point.substr(0, point.find('@')), text}).second)
            preview_.findings.push_back({severity, point, std::move(text), std::move(mends)});
    }
    std::vector<Mend> by_options(const VariantPoint& point, const std::vector<OptionEdit>& edits,
                                 const std::string& title = {}) const {
        return listed({mend_options(study_, point.variant, edits, title)});
    }
    // Nothing where the variant trains what no other does at some grid point: that would be lost.
    std::vector<Mend> by_removing(const std::string& variant) {
        const auto [copy, fresh] = is_copy_.try_emplace(variant, true);
        if (fresh)
            copy->second = std::all_of(points_.begin(), points_.end(), [&](const VariantPoint& point) {
                return point.variant != variant || trained_by_.at(what_is_trained(point)).size() > 1;
            });
        return copy->second ? listed({mend_by_removing(study_, variant)}) : std::vector<Mend>();
    }
    static std::pair<std::string, std::string> what_is_trained(const VariantPoint& point) {
        return {point.grid_point, config_hash(point.config, "")};
    }

    // The baseline comes first, so the first of a grid point is its baseline.
    const VariantPoint& baseline_of(const VariantPoint& point) const {
        return *std::find_if(points_.begin(), points_.end(),
                             [&](const VariantPoint& other) { return other.grid_point == point.grid_point; });
    }

    PointPreview describe(const VariantPoint& point) const {
        PointPreview preview{point, {}, {}, {}, {}, 0};
        const RunConfig& baseline = baseline_of(point).config;
        preview.parameters = model::parameter_counts(point.config);
        preview.flops = model::forward_flops_per_token(point.config);
        preview.memory = model::memory_estimate(point.config);
        preview.differences = difference(baseline, point.config);
        const auto reference = static_cast<double>(model::parameter_counts(baseline).unique);
        preview.parameter_mismatch = (static_cast<double>(preview.parameters.unique) - reference) / reference;
        return preview;
    }

    void check_data(bool early_findings) {
        const DataConfig& data = points_.front().config.data;
        for (std::string& missing : data::missing_data(data, cache_folder(workspace_)))
            add(Severity::error, "", std::move(missing));
        if (const auto found = data::short_text(data))
            add(Severity::error, "", found->line, mends_of_short_text(study_, data, *found));
        if (!early_findings) return;
        for (std::string& finding : data::early_findings(data, cache_folder(workspace_))) {
            std::vector<Mend> mends = mends_of_data(study_, finding);
            add(Severity::warning, "", std::move(finding), std::move(mends));
        }
    }

    void check_study() {
        if (study_.seeds.size() == 1)
            add(Severity::warning, "", "one seed: no interval can be given, so no difference can be told from noise",
                mends_of_one_seed(study_));
        for (const std::string& remark : remarks_on_data(points_.front().config.data)) add(Severity::note, "", remark);
        std::map<std::string, std::string> seen;
        for (const VariantPoint& point : points_) trained_by_[what_is_trained(point)].insert(point.variant);
        for (const VariantPoint& point : points_) {
            const auto [other, fresh] = seen.emplace(config_hash(point.config, ""), point.name);
            if (!fresh && baseline_of(point).name != other->second)
                add(Severity::warning, point.name, fmt::format("trains the same configuration as {}", other->second),
                    by_removing(point.variant));
        }
    }

    void check_machine(const PointPreview& preview) {
        const TrainConfig& train = preview.point.config.train;
        try {
            const bool on_cpu = model::resolve_device(train.device).is_cpu();
            require_memory(preview.point.config, 1, preview.point.name);
            if (train.precision == "bf16" && on_cpu && !has_bf16_products())
                add(Severity::note, "",
                    "this processor has neither AMX nor AVX512-BF16: train.precision bf16 rounds as it does elsewhere "
                    "but saves no time over fp32",
                    by_options(preview.point, {{"train.precision", "fp32"}}));
        } catch (const ResourceError& error) {
            add(Severity::error, preview.point.name, error.what(), mends_of_memory(study_, preview.point));
        } catch (const InputError& error) {  // a device this machine lacks
            add(Severity::error, preview.point.name, error.what(),
                by_options(preview.point, {{"train.device", "auto"}}));
        }
    }

    void check_start(PointPreview& preview) {
        const VariantPoint& point = preview.point;
        if (point.config.train.start.empty()) return;
        try {
            RunConfig resolved = point.config;
            train::resolve_start(resolved, workspace_, point.name);
            const train::StartWeights from = train::find_start(resolved.train.start, workspace_);
            preview.start = model::plan_start(from.config, resolved, point.name);
            add(Severity::note, point.name,
                fmt::format("starts from {}: {}", from.name, model::in_words(*preview.start)));
            const std::vector<std::string> silent = model::silent_changes(from.config, resolved);
            if (point.variant == points_.front().variant && !silent.empty())
                add(Severity::warning, point.name,
                    fmt::format("is not the model it starts from, whose weights were trained with other options: {}",
                                join(silent, "; ")),
                    mends_of_start(study_, from.config, resolved, silent, from.name));
        } catch (const InputError& error) {
            add(Severity::error, point.name, error.what());
        }
    }

    void check_head(const VariantPoint& point) {
        const ModelConfig& model = point.config.model;
        if (!point.config.train.start.empty()) return;  // its first values are not the initialization's
        if (model.tie_embeddings && model.init.kind == "cs336")
            add(Severity::warning, point.name,
                fmt::format("init cs336 gives the tied head the embedding's deviation of 1: logits start near "
                            "sqrt(d_model) = {:.1f}, and the first loss far above ln V; init gpt2 or normal suits it",
                            std::sqrt(static_cast<double>(model.d_model))),
                by_options(point, {{"model.init.kind", "gpt2"}}));
    }

    void check_baseline(const VariantPoint& point) {
        const RunConfig& config = point.config;
        if (config.train.epochs > 0)
            add(Severity::note, point.name,
                fmt::format(
                    "trains {} times the text: the steps are known once the text is tokenized; time and FLOPs here are "
                    "those of {} steps",
                    full_precision(config.train.epochs), with_thousands(config.train.steps)));
        else if (config.train.eval_every > config.train.steps)
            add(Severity::note, point.name,
                fmt::format("train.eval_every {} exceeds train.steps {}: validation is measured at the start and the "
                            "end only",
                            config.train.eval_every, config.train.steps),
                by_options(point, {{"train.eval_every", std::max<std::int64_t>(1, config.train.steps / 10)}}));
        if (config.data.context % 8 != 0)
            add(Severity::note, point.name,
                fmt::format("data.context {} is not a multiple of 8: matrix products run slower", config.data.context),
                by_options(point, {{"data.context", (config.data.context + 7) / 8 * 8}}));
        const model::ParameterCounts counts = model::parameter_counts(config);
        const std::int64_t embeddings =
            (config.model.tie_embeddings ? 1 : 2) * config.data.vocab_size * config.model.d_model;
        if (2 * embeddings > counts.unique)
            add(Severity::note, point.name,
                fmt::format("the vocabulary of {} holds {:.0f} % of the parameters{}",
                            with_thousands(config.data.vocab_size),
                            100.0 * static_cast<double>(embeddings) / static_cast<double>(counts.unique),
                            config.model.tie_embeddings ? "" : "; model.tie_embeddings would halve that"),
                config.model.tie_embeddings ? std::vector<Mend>()
                                            : by_options(point, {{"model.tie_embeddings", true}}));
    }

    void check_against_baseline(const PointPreview& preview) {
        const VariantPoint& point = preview.point;
        const VariantPoint& baseline = baseline_of(point);
        if (config_hash(point.config, "") == config_hash(baseline.config, "")) {
            std::vector<std::string> words;
            for (const ConfigDifference& difference : preview.differences) words.push_back(in_words(difference));
            add(Severity::warning, point.name,
                words.empty() ? "trains the baseline's configuration: the grid sets every option that it changes"
                              : fmt::format("changes only what this configuration does not use or what only observes: "
                                            "{}",
                                            join(words, "; ")),
                by_removing(point.variant));
            return;
        }
        check_parameters(preview, baseline.config);
        check_pairing(point, baseline.config);
        check_learning_rate(point, baseline.config);
    }

    void check_parameters(const PointPreview& preview, const RunConfig& baseline) {
        const double mismatch = std::abs(preview.parameter_mismatch);
        if (mismatch <= kMismatchToMention) return;
        const RunConfig& config = preview.point.config;
        std::string text =
            fmt::format("parameters differ by {:+.2f} % from the baseline", 100 * preview.parameter_mismatch);
        const model::MatchedWidth match = model::proposed_width(config, baseline).width;
        if (match.d_ff != config.model.d_ff && std::abs(match.mismatch) < mismatch)
            text += fmt::format(
                "; d_ff {} -> {} would match {}", config.model.d_ff, match.d_ff,
                match.mismatch == 0 ? "exactly" : fmt::format("within {:.2f} %", 100 * std::abs(match.mismatch)));
        add(mismatch > kMismatchThatCounts ? Severity::warning : Severity::note, preview.point.name, text,
            mends_of_width(study_, preview.point, baseline));
    }

    void check_pairing(const VariantPoint& point, const RunConfig& baseline) {
        const RunConfig& config = point.config;
        if (config.train.batch != baseline.train.batch || config.train.accumulate != baseline.train.accumulate ||
            config.data.context != baseline.data.context || config.data.vocab_size != baseline.data.vocab_size)
            add(Severity::warning, point.name,
                "reads other batches than the baseline: its runs cannot be paired by seed",
                by_options(point, {{"train.batch", nullptr}, {"train.accumulate", nullptr}, {"data.context", nullptr}},
                           "Read the baseline's batches"));
        if (config.train.steps != baseline.train.steps)
            add(Severity::warning, point.name,
                fmt::format("trains {} steps, the baseline {}", config.train.steps, baseline.train.steps),
                config.train.epochs > 0 ? std::vector<Mend>() : by_options(point, {{"train.steps", nullptr}}));
    }

    void check_learning_rate(const VariantPoint& point, const RunConfig& baseline) {
        const auto norms = [](const RunConfig& config) {
            return std::count_if(kNormSites.begin(), kNormSites.end(), [&](NormSite site) {
                return config.model.site_in_use(site) && config.model.norm_at(site).kind != "none";
            });
        };
        const bool lr_grid = std::any_of(study_.grid.begin(), study_.grid.end(),
                                         [](const auto& axis) { return axis.first == "train.lr"; });
        if (norms(point.config) < norms(baseline) && !lr_grid)
            add(Severity::note, point.name,
                "has fewer norms than the baseline. Its best learning rate often differs, so add a grid over train.lr",
                listed({mend_by_rate_grid(study_, baseline.train.lr)}));
    }

    const StudyConfig& study_;
    const std::vector<VariantPoint>& points_;
    const std::filesystem::path& workspace_;
    Preview preview_;
    std::set<std::pair<std::string, std::string>> said_;                               // variant, text
    std::map<std::pair<std::string, std::string>, std::set<std::string>> trained_by_;  // by what_is_trained: variants
    std::map<std::string, bool> is_copy_;                                              // by variant
};

}  // namespace

Preview preview(const ResolvedStudy& study, const std::filesystem::path& workspace, bool early_findings) {
    return Lints(study.config(), study.points(), workspace).run(early_findings);
}

}  // namespace ablate::study
