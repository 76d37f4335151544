#include "core/plan/option_findings.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/config/study_edits.h"
#include "core/config/train_kinds.h"
#include "core/config/variant_names.h"
#include "core/data/batches.h"
#include "core/plan/finding_mends.h"
#include "core/plan/resolve.h"
#include "core/train/collapse.h"
#include "core/train/schedule.h"

#include <algorithm>
#include <cmath>

namespace ablate::study {
namespace {

std::string in_digits(double value) { return fmt::format("{:.6g}", value); }

// Whether the option belongs to some of the optimizers or schedules.
template <class Row>
bool any_reads(const std::string& option) {
    const auto& rows = TrainKindTable<Row>::instance().rows();
    return std::any_of(rows.begin(), rows.end(), [&](const auto& named) { return named.second.reads(option); });
}

// The ways to mend a finding: each sets some options.
using Remedies = std::vector<std::vector<OptionEdit>>;

struct Remark {
    Severity severity = Severity::note;
    std::string text;
    Remedies remedies;
};

// What is to be said of one configuration, in a fixed order.
class Remarks {
  public:
    explicit Remarks(const RunConfig& config) : config_(config), train_(config.train) {
        unused_options();
        schedule();
        observation();
        judgments();
        optimizer();
    }
    const std::vector<Remark>& all() const { return remarks_; }

  private:
    template <class... Args>
    void add(Severity severity, fmt::format_string<Args...> text, Args&&... args) {
        remarks_.push_back({severity, fmt::format(text, std::forward<Args>(args)...), {}});
    }
    // Of the last remark: a way to mend it.
    void mend_by(std::vector<OptionEdit> edits) { remarks_.back().remedies.push_back(std::move(edits)); }
    std::int64_t share_of_steps(std::int64_t parts) const { return std::max<std::int64_t>(1, train_.steps / parts); }

    // An option that another one switches off, set all the same.
    void unused_options() {
        const Json json = to_json(config_), defaults = to_json(RunConfig());
        for (const ListedField& field : run_config_fields()) {
            const Json& group = json.at(field.group);
            const Json& value = *schema_detail::find(json, field.key);
            if (field.info->visible(group)) {
                if (field.info->type == FieldType::kind) unused_options_of_kind(field, value);
                continue;
            }
            const Json& usual = *schema_detail::find(defaults, field.key);
            if (value == usual) continue;
            const bool other_kind = field.info->type == FieldType::kind && value.at("kind") != usual.at("kind");
            add(Severity::note, "{} is set to {}, but nothing reads it with these settings: {}", field.key,
                other_kind ? value.at("kind").get<std::string>() : value.dump(), why_unused(field.key));
            mend_by({{field.key, nullptr}});
        }
    }

    void unused_options_of_kind(const ListedField& field, const Json& choice) {
        const std::string kind = choice.at("kind").get<std::string>();
        for (const FieldInfo& option : KindTable::instance().get(field.info->category, kind, field.key).options)
            if (!option.visible(choice) && choice.at(option.key) != option.default_value) {
                add(Severity::note, "{}.{} is set to {}, but nothing reads it with these settings: {}", field.key,
                    option.key, choice.at(option.key).dump(), why_unused(field.key + "." + option.key));
                mend_by({{field.key + "." + option.key, nullptr}});
            }
    }

    std::string why_unused(const std::string& key) const {
        const std::string option = key.substr(key.find('.') + 1);
        if (key == "train.schedule")
            return fmt::format("the optimizer {} holds the learning rate constant after the warm-up", train_.optimizer);
        if (key.starts_with("train.") && any_reads<OptimizerRow>(option)) return "the optimizer is " + train_.optimizer;
        if (key.starts_with("train.") && any_reads<ScheduleRow>(option))
            return "the schedule is " + schedule_of(train_).name;
        if (key == "train.steps") return "train.epochs decides the number of steps";
        if (key == "train.eval_batches") return "train.eval_windows decides the validation text";
        if (key.starts_with("model.position.") && config_.model.position.kind == "rope")
            return "model.position.scaling is " + config_.model.position.text("scaling");
        if (key.starts_with("model.norm.")) return "the placement " + config_.model.placement + " has no norm there";
        if (key == "data.token_type") return "data.tokens is not set";
        if (key.starts_with("data.")) return "data.tokens or data.tokenizer takes its place";
        return "another option switches it off";
    }

    void schedule() {
        if (train_.epochs > 0) return;  // the steps are not known yet
        if (!schedule_of(train_).decaying_steps) return;
        decay();
        if (train_.lr_min_ratio != 1) return;
        add(Severity::warning,
            "train.lr_min_ratio is 1, so the schedule {} holds the learning rate constant: lower it, or use the "
            "schedule constant",
            train_.schedule);
        mend_by({{"train.lr_min_ratio", TrainConfig().lr_min_ratio}});
        mend_by({{"train.schedule", "constant"}});
    }

    // A schedule that never decays, or later than it is set to.
    void decay() {
        TrainConfig cut = train_;
        const bool overlaps = decay_after_warmup(cut);
        const bool has_share = schedule_of(train_).reads("decay_share");
        if (train_.warmup >= train_.steps && train_.warmup > 0) {
            add(Severity::warning,
                "the warm-up of {} steps takes all {} steps, so the {} schedule never acts: lower train.warmup",
                with_thousands(train_.warmup), with_thousands(train_.steps), train_.schedule);
            mend_by({{"train.warmup", train_.steps / 10}});
        } else if (has_share && train_.decay_share == 0) {
            add(Severity::warning,
                "train.decay_share is 0, so the schedule {} never decays and train.lr_min_ratio is never reached: "
                "raise it, or use the schedule constant",
                train_.schedule);
            mend_by({{"train.decay_share", TrainConfig().decay_share}});
            mend_by({{"train.schedule", "constant"}});
        } else if (train_.steps > 1 && train_.steps - train_.warmup == 1) {
            add(Severity::warning,
                "the warm-up takes all but one of the {} steps, so the schedule {} never decays: lower train.warmup or "
                "raise train.steps",
                with_thousands(train_.steps), train_.schedule);
            mend_by({{"train.warmup", train_.steps / 10}});
        } else if (overlaps) {
            add(Severity::warning,
                "the warm-up of {} steps overlaps the decay over the last {:.4g} % of {} steps. The decay begins after "
                "the warm-up, so train.decay_share becomes {:.4g}: set it so, or lower train.warmup",
                with_thousands(train_.warmup), 100 * train_.decay_share, with_thousands(train_.steps), cut.decay_share);
            mend_by({{"train.decay_share", cut.decay_share}});
        } else if (train_.steps > 1 && train::decaying_steps(train_) <= 1) {
            add(Severity::warning,
                "the decay over the last {:.4g} % of {} steps begins at the last step or later, so the schedule {} "
                "never decays: raise train.decay_share above {:.4g}, or use the schedule constant",
                100 * train_.decay_share, with_thousands(train_.steps), train_.schedule,
                1 / static_cast<double>(train_.steps));
            mend_by({{"train.schedule", "constant"}});
        }
    }

    void observation() {
        if (train_.epochs > 0) return;
        if (train_.checkpoint_every > train_.steps) {
            add(Severity::note,
                "train.checkpoint_every {} exceeds train.steps {}: only the end is saved, and a run that is killed "
                "starts again",
                with_thousands(train_.checkpoint_every), with_thousands(train_.steps));
            mend_by({{"train.checkpoint_every", share_of_steps(4)}});
        }
        if (train_.stats_every > train_.steps) {
            add(Severity::note, "train.stats_every {} exceeds train.steps {}: statistics are taken at step 0 only",
                with_thousands(train_.stats_every), with_thousands(train_.steps));
            mend_by({{"train.stats_every", share_of_steps(20)}});
        }
    }

    void judgments() {
        const double no_preference = std::log(static_cast<double>(config_.data.vocab_size));
        if (train_.dead_margin >= no_preference) {
            add(Severity::warning,
                "train.dead_margin {:.4g} nats is not below ln of the vocabulary, {:.4g}: every run would be called "
                "dead, since no loss falls below 0",
                train_.dead_margin, no_preference);
            if (TrainConfig().dead_margin < no_preference) mend_by({{"train.dead_margin", TrainConfig().dead_margin}});
        }
        if (train_.epochs > 0) return;
        if (train_.steps < train::kShortestJudged) {
            add(Severity::note, "a run of {} steps is too short to be judged dead, which takes {} steps", train_.steps,
                train::kShortestJudged);
            mend_by({{"train.steps", train::kShortestJudged}});
        }
        if (train_.spike_recovery >= train_.steps) {
            add(Severity::note,
                "train.spike_recovery {} is not below train.steps {}: no run can be called exploding before its end",
                with_thousands(train_.spike_recovery), with_thousands(train_.steps));
            if (train_.steps > 1) mend_by({{"train.spike_recovery", share_of_steps(4)}});
        }
    }

    void optimizer() {
        const OptimizerRow& row = optimizer_of(train_);
        if (row.adam_moments && train_.beta1 > 0 && train_.beta1 >= std::sqrt(train_.beta2)) {
            add(Severity::warning,
                "train.beta1 {} is not below the square root of train.beta2, {:.4g}: {}'s updates can grow far "
                "beyond the learning rate. Raise train.beta2 or lower train.beta1",
                in_digits(train_.beta1), std::sqrt(train_.beta2), row.reads("adam_lr") ? "AdamW" : row.label);
            const double usual = TrainConfig().beta2;
            if (train_.beta1 < std::sqrt(usual)) mend_by({{"train.beta2", usual}});
            if (TrainConfig().beta1 < std::sqrt(train_.beta2)) mend_by({{"train.beta1", TrainConfig().beta1}});
        }
        published_values(row);
        if (train_.decay_all && train_.weight_decay == 0) {
            add(Severity::note, "train.decay_all has no effect, since train.weight_decay is 0");
            mend_by({{"train.decay_all", false}});
        }
        if (row.coupled_decay && train_.weight_decay > 0 && train_.momentum > 0)
            add(Severity::note,
                "{} adds weight decay to the gradient, so momentum {} multiplies its effect by about {:.3g}; "
                "train.weight_decay {} does not mean what it means for AdamW",
                row.label, in_digits(train_.momentum), 1 / (1 - train_.momentum), in_digits(train_.weight_decay));
    }

    // The optimizers share their options, so the default of one is not what another was published with.
    void published_values(const OptimizerRow& row) {
        const Json values = to_json(config_).at("train");
        for (const auto& [key, published] : row.published)
            if (const double value = values.at(key).get<double>(); value != published) {
                add(Severity::note,
                    "train.{0} is {1}, and {2} was published with {3}: set train.{0} to {3} unless you want the "
                    "difference",
                    key, in_digits(value), row.label, in_digits(published));
                mend_by({{fmt::format("train.{}", key), published}});
            }
    }

    const RunConfig& config_;
    const TrainConfig& train_;
    std::vector<Remark> remarks_;
};

std::string text_of(const RunConfig& config) {
    return fmt::format("{} windows of {} tokens", with_thousands(data::evaluation_windows(config.train)),
                       with_thousands(config.data.context));
}

bool is_in_grid(const StudyConfig& study, const char* key) {
    return std::any_of(study.grid.begin(), study.grid.end(), [&](const auto& axis) { return axis.first == key; });
}

// Of baseline and variant alike: the windows of both are counted, and no longer follow from their batches.
std::vector<Mend> equal_windows(const StudyConfig& study, const std::string& variant, std::int64_t windows) {
    const auto wanted = std::find_if(study.variants.begin(), study.variants.end(),
                                     [&](const VariantConfig& own) { return own.name == variant; });
    if (wanted == study.variants.end() || is_in_grid(study, "train.eval_windows")) return {};
    StudyConfig after = with_option(study, kBaseline, "train.eval_windows", windows);
    after = with_option(std::move(after), variant, "train.eval_windows", windows);
    return listed({mend_between(fmt::format("Set {} to {} for both", option_in_words("train.eval_windows"), windows),
                                study, after)});
}

// The baseline's validation text, and the point's where it is another.
void compare_validation_text(const StudyConfig& study, const VariantPoint& point, const RunConfig& baseline,
                             std::vector<Finding>& findings) {
    const std::string own = text_of(point.config), wanted = text_of(baseline);
    if (own == wanted) return;
    const bool can_be_equal = point.config.data.context == baseline.data.context;
    findings.push_back(
        {Severity::warning, point.name,
         fmt::format("is validated on {}, the baseline on {}: the losses are means over different texts{}", own, wanted,
                     can_be_equal ? fmt::format(". Set train.eval_windows to {} for both",
                                                data::evaluation_windows(baseline.train))
                                  : ""),
         can_be_equal ? equal_windows(study, point.variant, data::evaluation_windows(baseline.train))
                      : std::vector<Mend>()});
}

// The same change for both rates.
std::vector<Mend> scaled_adam_rate(const StudyConfig& study, const VariantPoint& point, const RunConfig& baseline) {
    const double rate = point.config.train.adam_lr * (point.config.train.lr / baseline.train.lr);
    return listed({mend_options(study, point.variant, {{"train.adam_lr", std::stod(in_digits(rate))}})});
}

// A change of Muon's own rate leaves that of AdamW, which trains embeddings and head, as it is.
void look_at_rates(const StudyConfig& study, const VariantPoint& point, const RunConfig& baseline,
                   std::vector<Finding>& findings) {
    if (!optimizer_of(point.config.train).reads("adam_lr")) return;
    const bool by_grid = is_in_grid(study, "train.lr") && !is_in_grid(study, "train.adam_lr");
    const bool by_patch = point.config.train.lr != baseline.train.lr &&
                          point.config.train.optimizer == baseline.train.optimizer &&
                          point.config.train.adam_lr == baseline.train.adam_lr;
    if (by_grid || by_patch)
        findings.push_back(
            {Severity::note, point.name,
             fmt::format("train.lr changes the rate of the hidden matrices only; embeddings, head, gains "
                         "and biases keep train.adam_lr {}",
                         in_digits(point.config.train.adam_lr)),
             by_patch ? scaled_adam_rate(study, point, baseline) : std::vector<Mend>()});
}

// At a rate that suits the baseline's optimizer, a comparison with another one mostly compares the rate.
void look_at_shared_rate(const StudyConfig& study, const VariantPoint& point, const RunConfig& baseline,
                         std::vector<Finding>& findings) {
    const TrainConfig &own = point.config.train, &usual = baseline.train;
    if (own.optimizer == usual.optimizer || own.lr != usual.lr || is_in_grid(study, "train.lr")) return;
    findings.push_back(
        {Severity::note, point.name,
         fmt::format("trains with {} at the learning rate {} of the baseline, whose optimizer is {}. The best learning "
                     "rates of two optimizers usually differ: set train.lr, or add a grid over it",
                     optimizer_of(own).label, in_digits(own.lr), optimizer_of(usual).label),
         listed({mend_by_rate_grid(study, usual.lr)})});
}

}  // namespace

std::vector<Finding> option_findings(const StudyConfig& study, const VariantPoint& point, const RunConfig& baseline) {
    const Remarks own(point.config), usual(baseline);
    const bool is_baseline = &point.config == &baseline;
    std::vector<Finding> findings;
    for (const Remark& remark : own.all()) {
        const bool of_baseline = std::any_of(usual.all().begin(), usual.all().end(), [&](const Remark& other) {
            return other.severity == remark.severity && other.text == remark.text;
        });
        if (!is_baseline && of_baseline) continue;
        Finding finding{remark.severity, point.name, remark.text, {}};
        for (const std::vector<OptionEdit>& edits : remark.remedies)
            if (auto mend = mend_options(study, point.variant, edits)) finding.mends.push_back(*std::move(mend));
        findings.push_back(std::move(finding));
    }
    compare_validation_text(study, point, baseline, findings);
    look_at_rates(study, point, baseline, findings);
    look_at_shared_rate(study, point, baseline, findings);
    return findings;
}

std::vector<std::string> overlapping_windows(const RunConfig& baseline, const data::PreparedData& data) {
    const std::int64_t windows = data::evaluation_windows(baseline.train), context = baseline.data.context;
    std::vector<std::string> lines;
    for (const data::ValidationSet& set : data.validation) {
        const double read = static_cast<double>(windows) * static_cast<double>(context);
        const auto present = static_cast<double>(set.tokens->size());
        if (read <= present) continue;
        lines.push_back(fmt::format(
            "validation set {} has {} tokens, and its {} read {:.3g} times as many: the windows overlap, so the loss "
            "counts some of the text more than once. Set train.eval_windows to {} or less",
            set.name, with_thousands(set.tokens->size()), text_of(baseline), read / present,
            std::max<std::int64_t>(1, set.tokens->size() / context)));
    }
    return lines;
}

}  // namespace ablate::study
