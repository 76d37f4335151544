#include "core/interop/norm_ablation/metrics.h"

#include "core/io/numbers.h"
#include "core/model/tensor_table.h"
#include "core/run/metrics.h"

#include <cmath>
#include <map>

namespace ablate::interop::norm_ablation {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// The number of a summary, which io writes as a text where it is not finite; null where there is none.
Json number_of(const Json& object, const std::string& key) {
    const auto found = object.find(key);
    return found != object.end() && io::is_number(*found) ? Json(io::number_from_json(*found)) : Json();
}

using Lines = std::map<std::int64_t, Json>;  // by updates done

void add_series(Lines& lines, const run::Series& series, const char* key) {
    for (std::size_t i = 0; i < series.step.size(); ++i) lines[series.step[i] + 1][key] = series.value[i];
}

// "eval_loss", and "eval_wiki_loss" of a set with another name: so the Trainer calls them.
Lines evaluation_lines(const run::RunMetrics& metrics) {
    Lines lines;
    for (const std::string& set : run::evaluation_sets(metrics))
        for (const char* field : {"loss", "bpb"}) {
            const std::string key = "eval_" + (set == "val" ? "" : set + "_") + field;
            const run::Series series = run::evaluations(metrics, set, field);
            for (std::size_t i = 0; i < series.step.size(); ++i)
                if (std::string(field) == "loss" || std::isfinite(series.value[i]))
                    lines[series.step[i]][key] = series.value[i];
        }
    return lines;
}

// Over all steps; NaN when one of them is.
double mean(const run::Series& series) {
    if (series.value.empty()) return kNone;
    double sum = 0;
    for (const double value : series.value) sum += value;
    return sum / static_cast<double>(series.value.size());
}

}  // namespace

Json log_history(const run::RunDirectory& run, const run::RunInfo& info, const run::RunState& state) {
    run::RunMetrics metrics(run.folder());
    metrics.refresh();
    Lines training;
    add_series(training, metrics[run::kTrainLoss], "loss");
    add_series(training, metrics[run::kGradNorm], "grad_norm");
    add_series(training, metrics[run::kLearningRate], "learning_rate");
    Lines evaluation = evaluation_lines(metrics);

    Json history = Json::array();
    const auto append = [&](std::int64_t step, Json line) {
        line["step"] = step;
        history.push_back(std::move(line));
    };
    for (auto& [step, line] : training) {
        for (auto before = evaluation.begin(); before != evaluation.end() && before->first < step;
             before = evaluation.erase(before))
            append(before->first, before->second);
        append(step, std::move(line));
    }
    for (const auto& [step, line] : evaluation) append(step, line);

    const double steps = static_cast<double>(state.step);
    Json closing = {{"train_loss", mean(metrics[run::kTrainLoss])},
                    {"total_flos", 3 * info.flops_per_token * tokens_per_step(info.config) * steps}};
    if (const Json seconds = number_of(state.summary, "seconds"); seconds.is_number() && seconds > 0) {
        closing["train_runtime"] = seconds;
        closing["train_steps_per_second"] = steps / seconds.get<double>();
        closing["train_samples_per_second"] = steps / seconds.get<double>() * tokens_per_step(info.config) /
                                              static_cast<double>(info.config.data.context);
    }
    append(state.step, std::move(closing));
    return history;
}

Json trainer_state(const Json& history, const run::RunInfo& info, std::int64_t step) {
    const TrainConfig& train = info.config.train;
    Json lines = Json::array(), best, best_checkpoint;
    for (const Json& line : history) {
        const bool closing = line.contains("train_loss");
        if (line.at("step") > step || (closing && line.at("step") != step)) continue;
        lines.push_back(line);
        const Json loss = line.value("eval_loss", Json());
        if (loss.is_number() && std::isfinite(loss.get<double>()) && (best.is_null() || loss < best)) best = loss;
    }
    return {{"best_metric", best},
            {"best_model_checkpoint", nullptr},
            {"epoch", nullptr},
            {"eval_steps", train.eval_every},
            {"global_step", step},
            {"is_hyper_param_search", false},
            {"is_local_process_zero", true},
            {"is_world_process_zero", true},
            {"log_history", lines},
            {"logging_steps", 1},
            {"max_steps", train.steps},
            {"num_input_tokens_seen", static_cast<std::int64_t>(tokens_per_step(info.config)) * step},
            {"num_train_epochs", train.epochs},
            {"save_steps", train.checkpoint_every},
            {"stateful_callbacks", Json::object()},
            {"total_flos", 3 * info.flops_per_token * tokens_per_step(info.config) * static_cast<double>(step)},
            {"train_batch_size", train.batch},
            {"trial_name", nullptr},
            {"trial_params", nullptr}};
}

Json final_metrics(const Json& history, const run::RunInfo& info, const run::RunState& state) {
    const Json& summary = state.summary;
    const train::Verdict verdict = state.verdict.value_or(train::Verdict{});
    const auto losses = [&](const char* key) {
        Json numbers = Json::object();
        const Json sets = summary.value(key, Json::object());
        for (const auto& [set, loss] : sets.items())
            if (io::is_number(loss)) numbers[set] = io::number_from_json(loss);
        return numbers;
    };
    return {{"train_loss", history.back().at("train_loss")},
            {"final_train_loss", number_of(summary, "final_train_loss")},
            {"final_eval_loss", losses("final_val")},
            {"best_eval_loss", losses("best_val")},
            {"status", train::to_string(verdict.outcome)},
            {"verdict", train::to_json(verdict)},
            {"collapse_step", verdict.outcome == train::Outcome::collapsed ? Json(verdict.step) : Json()},
            {"steps", state.step},
            {"train_runtime", number_of(summary, "seconds")},
            {"num_params", info.parameters},
            {"seed", info.seed}};
}

}  // namespace ablate::interop::norm_ablation
