#include "core/interop/logs/reading.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/interop/logs/table.h"
#include "core/io/numbers.h"
#include "core/run/metric_table.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ablate::interop::logs {

namespace {

constexpr double kLargestStep = 1e12;  // as train.steps has it

struct Alias {
    const char* name;
    Role role;
};
// Names that Hugging Face's Trainer, Lightning, Levanter, nanoGPT and the exports of Weights & Biases write, as
// comparable_name returns them. The tags of our own logs are in the table of metrics.
constexpr std::array kAliases{Alias{"step", Role::step},
                              Alias{"_step", Role::step},
                              Alias{"global_step", Role::step},
                              Alias{"train/global_step", Role::step},
                              Alias{"trainer/global_step", Role::step},
                              Alias{"train/step", Role::step},
                              Alias{"trainer/step", Role::step},
                              Alias{"iter", Role::step},
                              Alias{"iteration", Role::step},
                              Alias{"current_steps", Role::step},
                              Alias{"_timestamp", Role::time},
                              Alias{"wall_time", Role::time},
                              Alias{"timestamp", Role::time},
                              Alias{"loss", Role::train_loss},
                              Alias{"train_loss", Role::train_loss},
                              Alias{"train_loss_step", Role::train_loss},
                              Alias{"train_loss_epoch", Role::train_loss},
                              Alias{"train/loss_step", Role::train_loss},
                              Alias{"train/loss_epoch", Role::train_loss},
                              Alias{"loss/train", Role::train_loss},
                              Alias{"training_loss", Role::train_loss},
                              Alias{"training/loss", Role::train_loss},
                              Alias{"grad_norm", Role::grad_norm},
                              Alias{"train/grad_norm", Role::grad_norm},
                              Alias{"grad/norm/total", Role::grad_norm},
                              Alias{"gradient_norm", Role::grad_norm},
                              Alias{"gnorm", Role::grad_norm},
                              Alias{"lr", Role::learning_rate},
                              Alias{"learning_rate", Role::learning_rate},
                              Alias{"train/learning_rate", Role::learning_rate},
                              Alias{"train/lr", Role::learning_rate},
                              Alias{"optim/learning_rate", Role::learning_rate},
                              Alias{"tokens_per_second", Role::tokens_per_second},
                              Alias{"train/tokens_per_second", Role::tokens_per_second},
                              Alias{"tokens_per_sec", Role::tokens_per_second},
                              Alias{"train/train_loss", Role::average}};

Role role_of(run::MetricId id) {
    switch (id) {
        case run::MetricId::train_loss:
            return Role::train_loss;
        case run::MetricId::val_loss:
            return Role::val_loss;
        case run::MetricId::val_bpb:
            return Role::val_bpb;
        case run::MetricId::grad_norm:
            return Role::grad_norm;
        case run::MetricId::learning_rate:
            return Role::learning_rate;
        case run::MetricId::tokens_per_second:
            return Role::tokens_per_second;
    }
    throw std::logic_error("a metric without a role");
}

// The role of a comparable name; Role::own where it is not known.
Role role_of_name(const std::string& name) {
    for (const run::Metric& metric : run::kMetrics)
        if (!metric.is_evaluation() && name == metric.tag) return role_of(metric.id);
    for (const Alias& alias : kAliases)
        if (name == alias.name) return alias.role;
    return Role::own;
}

// What --column names.
struct Named {
    const char* name;
    Meaning meaning;
};
const std::vector<Named>& named_meanings() {
    static const std::vector<Named> table = [] {
        std::vector<Named> all{{"step", {Role::step, ""}}, {"time", {Role::time, ""}}};
        for (const run::Metric& metric : run::kMetrics)
            all.push_back({metric.column, {role_of(metric.id), metric.is_evaluation() ? "val" : metric.tag}});
        return all;
    }();
    return table;
}

Meaning with_tag(Role role) {
    for (const Named& named : named_meanings())
        if (named.meaning.role == role) return named.meaning;
    return {role, ""};
}

constexpr std::array kEvaluationWords{"eval", "evaluation", "val", "valid", "validation", "dev", "heldout", "holdout"};
// Parts of a training objective, which are no losses of a data set.
constexpr std::array kAuxiliaryLosses{"aux",
                                      "auxiliary",
                                      "z",
                                      "router",
                                      "load_balancing",
                                      "load_balance",
                                      "balance",
                                      "balancing",
                                      "lb",
                                      "moe",
                                      "kl",
                                      "kld",
                                      "reg",
                                      "l1",
                                      "l2",
                                      "regularization",
                                      "distill",
                                      "distillation",
                                      "mtp",
                                      "vq",
                                      "commitment",
                                      "entropy",
                                      "contrastive",
                                      "policy",
                                      "value",
                                      "critic",
                                      "actor",
                                      "reward"};

// The set that "eval/paloma/c4_en" or "eval_wiki" names; "" when it is no evaluation.
std::string set_of(const std::string& column) {
    const std::string name = comparable_name(column);
    for (const char* own : kEvaluationWords) {
        if (name == own) return "val";
        for (const char separator : {'/', '_'})
            if (name.starts_with(own + std::string(1, separator))) return column.substr(std::string(own).size() + 1);
    }
    return name == "test" ? "test" : "";
}

bool is_auxiliary(const std::string& set) {
    const std::string name = comparable_name(set);
    return std::any_of(kAuxiliaryLosses.begin(), kAuxiliaryLosses.end(), [&](const std::string word) {
        return name == word || name.ends_with("_" + word) || name.ends_with("/" + word);
    });
}

// "eval_loss", "eval/SET/loss", "loss/val", "eval/SET/bpb"; Lightning's "val_loss_epoch" and
// "val_loss/dataloader_idx_1".
std::optional<Meaning> evaluation_meaning(const std::string& column) {
    const std::string name = comparable_name(column);
    if (const auto loader = name.find("/dataloader_idx_"); loader != std::string::npos) {
        std::optional<Meaning> meaning = evaluation_meaning(column.substr(0, loader));
        if (meaning) meaning->name += "_" + name.substr(loader + 1);
        return meaning;
    }
    if (name.ends_with("_epoch")) return evaluation_meaning(column.substr(0, column.size() - 6));
    for (const auto& [word, role] : {std::pair(std::string("loss"), Role::val_loss), {"bpb", Role::val_bpb}}) {
        std::string set;
        for (const char separator : {'/', '_'}) {
            if (name.ends_with(separator + word)) set = set_of(column.substr(0, column.size() - word.size() - 1));
            if (set.empty() && name.starts_with(word + separator)) set = set_of(column.substr(word.size() + 1));
            if (!set.empty() && is_auxiliary(set)) return {};
            if (!set.empty()) return Meaning{role, set};
        }
    }
    return {};
}

}  // namespace

std::string comparable_name(const std::string& name) {
    std::string result = lower_case(name);
    for (char& c : result)
        if (c == ' ' || c == '.') c = '_';
    return result;
}

std::vector<std::string> column_meanings() {
    std::vector<std::string> names;
    for (const Named& named : named_meanings()) names.emplace_back(named.name);
    return names;
}

Meaning meaning_of(const std::string& column, const std::map<std::string, std::string>& columns) {
    for (const Named& named : named_meanings())
        if (const auto given = columns.find(named.name); given != columns.end() && given->second == column)
            return named.meaning;
    const Role role = role_of_name(comparable_name(column));
    if (role == Role::own) return evaluation_meaning(column).value_or(Meaning{Role::own, column});
    const bool given_otherwise = std::any_of(named_meanings().begin(), named_meanings().end(), [&](const auto& one) {
        return one.meaning.role == role && columns.contains(one.name);
    });
    return given_otherwise ? Meaning{Role::own, column} : with_tag(role);
}

StepOrder step_order(const std::string& column, const std::map<std::string, std::string>& columns) {
    if (meaning_of(column, columns).role != Role::step) return {};
    const std::string name = comparable_name(column);
    const bool is_iteration = name == "iter" || name == "iteration";
    if (columns.contains("step") || name.ends_with("global_step")) return {kRankOfUpdates, is_iteration};
    return {name == "_step" ? kRankOfCalls : kRankOfSteps, is_iteration};
}

bool is_step_of_evaluation(const std::string& column) {
    if (!column.ends_with("/step") && !column.ends_with("/global_step")) return false;
    return meaning_of(column.substr(0, column.rfind('/') + 1) + "loss", {}).role == Role::val_loss;
}

bool is_epoch(const std::string& column) {
    const std::string name = comparable_name(column);
    return name == "epoch" || name == "train/epoch" || name == "trainer/epoch";
}

bool is_bookkeeping(const std::string& column) {
    static constexpr std::array kParts{"runtime",    "per_second", "per_sec",     "throughput", "elapsed",
                                       "total_flos", "percentage", "tokens_seen", "timestamp",  "epoch"};
    return std::any_of(kParts.begin(), kParts.end(),
                       [&](const char* part) { return column.find(part) != std::string::npos; });
}

void refuse_columns(const ReadOptions& options, const std::filesystem::path& path) {
    if (options.restarts != Restarts::automatic)
        throw InputError("{}: --restarts: its format has no lines whose steps could begin again", path.string());
    if (options.columns.empty()) return;
    const auto& [ours, theirs] = *options.columns.begin();
    throw InputError("{}: --column {}: its format has no columns to name", path.string(), quote(ours + "=" + theirs));
}

void set_run_average(ImportedRun& run, double loss, const std::string& where) {
    run.summary["run_average_train_loss"] = io::number_to_json(loss);
    run.remarks.push_back(fmt::format("train_loss {} in {} is the average over all steps of the run, not a final loss",
                                      full_precision(loss), std::filesystem::path(where).filename().string()));
}

double unix_seconds(double time) {
    // Seconds reach 1e11 in the year 5138.
    return time >= 1e17 ? time / 1e9 : time >= 1e14 ? time / 1e6 : time >= 1e11 ? time / 1e3 : time;
}

std::string plain_name(std::string_view name) {
    std::string plain;
    for (const char c : name.substr(0, 64)) plain += is_plain_name(std::string(1, c)) || c == '.' ? c : '-';
    return is_plain_name(plain) ? plain : "run";
}

void name_after(ImportedRun& run, const std::string& name) {
    run.variant = plain_name(name);
    if (run.variant != name) run.label = one_line(name);
}

std::optional<double> number_in(const Json& object, const char* key, const std::string& where) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return {};
    if (!io::is_number(*found)) throw InputError("{}: {} is not a number", where, key);
    return io::number_from_json(*found);
}

std::optional<std::int64_t> whole_in(const Json& object, const char* key, const std::string& where) {
    const auto value = number_in(object, key, where);
    if (!value) return {};
    if (!(std::abs(*value) <= 9e15) || std::floor(*value) != *value)
        throw InputError("{}: {} is not a whole number", where, key);
    return static_cast<std::int64_t>(*value);
}

std::string text_in(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

void read_numbers_in_text(Json& line) {
    constexpr const char* kProgress = "global_step/max_steps";
    if (const std::string progress = text_in(line, kProgress); !progress.empty() && !line.contains("global_step")) {
        const auto step = number_of(trim(progress.substr(0, progress.find('/'))), Comma::none);
        if (step) {
            line.erase(kProgress);
            line["global_step"] = *step;
        }
    }
    for (Json& value : line) {
        if (!value.is_string() || io::is_number(value)) continue;
        if (const auto number = number_of(trim(value.get_ref<const std::string&>()), Comma::none))
            value = io::number_to_json(*number);
    }
}

std::int64_t checked_step(double step, const std::string& where) {
    if (!(step >= 0 && step <= kLargestStep) || std::floor(step) != step)
        throw InputError("{}: step {} is not a whole number from 0 to 1e12", where, full_precision(step));
    return static_cast<std::int64_t>(step);
}

}  // namespace ablate::interop::logs
