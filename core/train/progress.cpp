#include "core/train/progress.h"

#include "core/io/numbers.h"

#include <cmath>

namespace ablate::train {
namespace {

Json numbers_to_json(const std::map<std::string, double>& numbers) {
    Json json = Json::object();
    for (const auto& [name, value] : numbers) json[name] = io::number_to_json(value);
    return json;
}

std::map<std::string, double> numbers_from_json(const Json& json) {
    std::map<std::string, double> numbers;
    for (const auto& [name, value] : json.items()) numbers[name] = io::number_from_json(value);
    return numbers;
}

}  // namespace

void Progress::took(double loss) {
    if (!std::isfinite(loss)) return;
    recent_losses.push_back(loss);
    if (recent_losses.size() > kFinalTrainSteps) recent_losses.pop_front();
}

bool Progress::evaluated(const Evaluation& evaluation) {
    evaluated_at = evaluation.step;
    last_val[evaluation.set] = evaluation.loss;
    const auto best = best_val.find(evaluation.set);
    if (!std::isfinite(evaluation.loss) || (best != best_val.end() && best->second <= evaluation.loss)) return false;
    best_val[evaluation.set] = evaluation.loss;
    best_step[evaluation.set] = evaluation.step;
    return true;
}

Json to_json(const Progress& progress) {
    return {{"step", progress.step},
            {"skipped_steps", progress.skipped_steps},
            {"last_non_finite", progress.last_non_finite},
            {"evaluated_at", progress.evaluated_at},
            {"seconds", progress.seconds},
            {"recent_losses", std::vector<double>(progress.recent_losses.begin(), progress.recent_losses.end())},
            {"last_val", numbers_to_json(progress.last_val)},
            {"best_val", numbers_to_json(progress.best_val)},
            {"best_step", progress.best_step}};
}

Progress progress_from_json(const Json& json) {
    Progress progress;
    progress.step = json.at("step").get<std::int64_t>();
    progress.skipped_steps = json.at("skipped_steps").get<std::int64_t>();
    progress.last_non_finite = json.at("last_non_finite").get<std::int64_t>();
    progress.evaluated_at = json.at("evaluated_at").get<std::int64_t>();
    progress.seconds = json.at("seconds").get<double>();
    progress.recent_losses = json.at("recent_losses").get<std::deque<double>>();
    progress.last_val = numbers_from_json(json.at("last_val"));
    progress.best_val = numbers_from_json(json.at("best_val"));
    progress.best_step = json.at("best_step").get<std::map<std::string, std::int64_t>>();
    return progress;
}

Json to_json(const TrainSummary& summary) {
    return {{"verdict", to_json(summary.verdict)},
            {"steps_done", summary.steps_done},
            {"final_train_loss", io::number_to_json(summary.final_train_loss)},
            {"final_val", numbers_to_json(summary.final_val)},
            {"best_val", numbers_to_json(summary.best_val)},
            {"best_step", summary.best_step},
            {"seconds", summary.seconds},
            {"tokens_per_second", summary.tokens_per_second},
            {"peak_memory", summary.peak_memory},
            {"weights_sha256", summary.weights_sha256},
            {"skipped_steps", summary.skipped_steps}};
}

}  // namespace ablate::train
