#include "core/interop/logs/reading.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/numbers.h"
#include "core/run/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ablate::interop::logs {

namespace {

constexpr double kLargestStep = 1e12;  // as train.steps has it
constexpr std::size_t kMostColumns = 10'000, kLongestName = 200;

std::string folded(const std::string& name) {
    std::string result;
    for (const char c : name)
        result += c == ' ' || c == '.' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

struct Alias {
    const char* name;
    Role role;
};
// Names as Hugging Face's Trainer, Lightning, Levanter, nanoGPT and Weights & Biases' exports write them, folded.
constexpr std::array kAliases{Alias{"step", Role::step},
                              Alias{"_step", Role::step},
                              Alias{"global_step", Role::step},
                              Alias{"train/global_step", Role::step},
                              Alias{"trainer/global_step", Role::step},
                              Alias{"iter", Role::step},
                              Alias{"iteration", Role::step},
                              Alias{"current_steps", Role::step},
                              Alias{"_timestamp", Role::time},
                              Alias{"wall_time", Role::time},
                              Alias{"timestamp", Role::time},
                              Alias{"loss", Role::train_loss},
                              Alias{"train/loss", Role::train_loss},
                              Alias{"train_loss", Role::train_loss},
                              Alias{"loss/train", Role::train_loss},
                              Alias{"training_loss", Role::train_loss},
                              Alias{"training/loss", Role::train_loss},
                              Alias{"grad_norm", Role::grad_norm},
                              Alias{"train/grad_norm", Role::grad_norm},
                              Alias{"grad/norm", Role::grad_norm},
                              Alias{"grad/norm/total", Role::grad_norm},
                              Alias{"gradient_norm", Role::grad_norm},
                              Alias{"gnorm", Role::grad_norm},
                              Alias{"lr", Role::learning_rate},
                              Alias{"learning_rate", Role::learning_rate},
                              Alias{"train/learning_rate", Role::learning_rate},
                              Alias{"train/lr", Role::learning_rate},
                              Alias{"optim/lr", Role::learning_rate},
                              Alias{"optim/learning_rate", Role::learning_rate},
                              Alias{"throughput/tokens_per_second", Role::tokens_per_second},
                              Alias{"tokens_per_second", Role::tokens_per_second},
                              Alias{"train/tokens_per_second", Role::tokens_per_second},
                              Alias{"tokens_per_sec", Role::tokens_per_second},
                              Alias{"train/train_loss", Role::average}};

// What --column names.
struct Named {
    const char* name;
    Meaning meaning;
};
const std::vector<Named>& named_meanings() {
    static const std::vector<Named> table = {{"step", {Role::step, ""}},
                                             {"time", {Role::time, ""}},
                                             {"loss", {Role::train_loss, run::kTrainLoss}},
                                             {"grad_norm", {Role::grad_norm, run::kGradNorm}},
                                             {"lr", {Role::learning_rate, run::kLearningRate}},
                                             {"tokens_per_second", {Role::tokens_per_second, run::kTokensPerSecond}},
                                             {"val_loss", {Role::val_loss, "val"}},
                                             {"val_bpb", {Role::val_bpb, "val"}}};
    return table;
}

Meaning with_tag(Role role) {
    for (const Named& named : named_meanings())
        if (named.meaning.role == role) return named.meaning;
    return {role, ""};
}

// The set that "eval/paloma/c4_en" or "eval_wiki" names; "" when it is no evaluation.
std::string set_of(const std::string& column) {
    const std::string name = folded(column);
    for (const char* own : {"eval", "val", "valid", "validation", "dev"}) {
        if (name == own) return "val";
        for (const char separator : {'/', '_'})
            if (name.starts_with(own + std::string(1, separator))) return column.substr(std::string(own).size() + 1);
    }
    return name == "test" ? "test" : "";
}

// "eval_loss", "eval/SET/loss", "loss/val", "eval/SET/bpb".
std::optional<Meaning> evaluation_meaning(const std::string& column) {
    const std::string name = folded(column);
    for (const auto& [word, role] : {std::pair(std::string("loss"), Role::val_loss), {"bpb", Role::val_bpb}}) {
        std::string set;
        for (const char separator : {'/', '_'}) {
            if (name.ends_with(separator + word)) set = set_of(column.substr(0, column.size() - word.size() - 1));
            if (set.empty() && name.starts_with(word + separator)) set = set_of(column.substr(word.size() + 1));
            if (!set.empty()) return Meaning{role, set};
        }
    }
    return {};
}

}  // namespace

std::vector<std::string> column_meanings() {
    std::vector<std::string> names;
    for (const Named& named : named_meanings()) names.emplace_back(named.name);
    return names;
}

Meaning meaning_of(const std::string& column, const std::map<std::string, std::string>& columns) {
    for (const Named& named : named_meanings())
        if (const auto given = columns.find(named.name); given != columns.end() && given->second == column)
            return named.meaning;
    const std::string name = folded(column);
    for (const Alias& alias : kAliases) {
        if (name != alias.name) continue;
        Meaning meaning = with_tag(alias.role);
        const bool given_otherwise =
            std::any_of(named_meanings().begin(), named_meanings().end(),
                        [&](const auto& one) { return one.meaning.role == alias.role && columns.contains(one.name); });
        return given_otherwise ? Meaning{Role::own, column} : meaning;
    }
    return evaluation_meaning(column).value_or(Meaning{Role::own, column});
}

void refuse_columns(const ReadOptions& options, const std::filesystem::path& path) {
    if (options.columns.empty()) return;
    const auto& [ours, theirs] = *options.columns.begin();
    throw InputError("{}: --column {}: its format has no columns to name", path.string(), quote(ours + "=" + theirs));
}

const Meaning& LogBuilder::known_meaning(const std::string& column) {
    const auto found = meanings_.find(column);
    if (found != meanings_.end()) return found->second;
    if (meanings_.size() == kMostColumns)
        throw InputError("{}: has more than {} columns; that is no log of one run", where_, kMostColumns);
    if (column.size() > kLongestName) throw InputError("{}: column {} has a name too long", where_, quote(column));
    Meaning meaning = meaning_of(column, options_.columns);
    // Of two columns that mean the same, the second keeps its own name.
    const std::string tag = fmt::format("{} {}", static_cast<int>(meaning.role), meaning.name);
    if (meaning.role != Role::own && !column_of_tag_.emplace(tag, column).second) meaning = {Role::own, column};
    return meanings_.emplace(column, std::move(meaning)).first->second;
}

void LogBuilder::add(std::int64_t step, double time, const std::string& column, double value) {
    if (step < 0 || static_cast<double>(step) > kLargestStep)
        throw InputError("{}: step {} is not between 0 and 1e12", where_, step);
    const Meaning& meaning = known_meaning(column);
    switch (meaning.role) {
        case Role::step:
        case Role::time:
            return;
        case Role::average:
            average_ = value;
            return;
        case Role::val_loss:
        case Role::val_bpb: {
            ImportedEvaluation& evaluation = evaluations_[{step, meaning.name}];
            evaluation.step = step;
            evaluation.set = meaning.name;
            evaluation.time = time;
            (meaning.role == Role::val_loss ? evaluation.loss : evaluation.bpb) = value;
            return;
        }
        default:
            break;
    }
    Record& record = records_[step];
    record.time = time;
    record.values[meaning.name] = static_cast<float>(value);
}

void LogBuilder::require_named_columns() const {
    std::vector<std::string> names;
    for (const auto& [column, meaning] : meanings_) names.push_back(column);
    for (const auto& [ours, theirs] : options_.columns) {
        if (ours == "step" || ours == "time")
            throw InputError("{}: --column {}: the format itself says which that is", where_,
                             quote(ours + "=" + theirs));
        if (!meanings_.contains(theirs))
            throw InputError("{}: has no column {}{}", where_, quote(theirs), did_you_mean(theirs, names));
    }
}

void LogBuilder::require_loss() const {
    if (average_ || !evaluations_.empty()) return;
    std::vector<std::string> names;
    for (const auto& [column, meaning] : meanings_) {
        if (meaning.role == Role::train_loss) return;
        if (names.size() < 8) names.push_back(column);
    }
    if (names.empty()) throw InputError("{}: holds no value of any step", where_);
    throw InputError("{}: holds no loss under a name known here ({}{}); name its column: --column loss=NAME", where_,
                     join(names, ", "), meanings_.size() > names.size() ? ", ..." : "");
}

void LogBuilder::finish(ImportedRun& run) const {
    require_loss();
    double first = kUnknown, last = kUnknown, rate = 0;
    std::int64_t rates = 0;
    const auto see_time = [&](double time) {
        if (!std::isfinite(time)) return;
        first = std::fmin(first, time);
        last = std::fmax(last, time);
    };
    for (const auto& [step, record] : records_) {
        run.metrics.push_back({record.time, step, {record.values.begin(), record.values.end()}});
        run.steps = std::max(run.steps, step);
        see_time(record.time);
        for (const auto& [tag, value] : record.values)
            if (tag == run::kTokensPerSecond && std::isfinite(value)) rate += value, ++rates;
    }
    for (const auto& [key, evaluation] : evaluations_) {
        run.evaluations.push_back(evaluation);
        run.steps = std::max(run.steps, evaluation.step);
        see_time(evaluation.time);
    }
    if (last > first && std::isnan(run.seconds)) {
        run.seconds = last - first;
        run.remarks.push_back(
            "its time is that between the first and the last line of the log, with validation and "
            "pauses");
    }
    if (rates > 0 && std::isnan(run.tokens_per_second)) run.tokens_per_second = rate / static_cast<double>(rates);
    if (average_) set_run_average(run, *average_, where_);
}

void set_run_average(ImportedRun& run, double loss, const std::string& where) {
    run.summary["run_average_train_loss"] = io::number_to_json(loss);
    run.remarks.push_back(fmt::format("train_loss {} in {} is the average over all steps of the run, not a final loss",
                                      full_precision(loss), std::filesystem::path(where).filename().string()));
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

std::int64_t checked_step(double step, const std::string& where) {
    if (!(step >= 0 && step <= kLargestStep) || std::floor(step) != step)
        throw InputError("{}: step {} is not a whole number from 0 to 1e12", where, full_precision(step));
    return static_cast<std::int64_t>(step);
}

}  // namespace ablate::interop::logs
