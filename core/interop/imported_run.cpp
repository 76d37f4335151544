#include "core/interop/imported_run.h"

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/base/workspace_layout.h"
#include "core/config/run_config_schema.h"
#include "core/io/json_file.h"
#include "core/io/json_lines.h"
#include "core/io/numbers.h"
#include "core/model/tensor_table.h"
#include "core/run/identity.h"
#include "core/run/known_keys.h"
#include "core/run/metrics.h"
#include "core/run/run_store.h"
#include "core/train/checkpoint.h"
#include "core/train/progress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>

namespace ablate::interop {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kLastSteps = train::kFinalTrainSteps;

run::RunInfo info_of(const ImportedRun& run) {
    run::RunInfo info;
    info.study = run.study;
    info.variant = run.variant;
    info.label = run.label;
    info.grid_point = run.grid_point;
    info.seed = run.seed;
    info.config = run.config;
    info.origin = fs::absolute(run.path).string();
    info.data_folder = run.data_folder.string();
    info.unigram_entropy = kUnknown;
    info.parameters = run.parameters.value_or(0);
    info.flops_per_token = kUnknown;
    info.versions = {{"imported by", std::string("ablate ") + kVersion}};
    info.source = {{"format", run.format},
                   {"path", info.origin},
                   {"sha256", run.sha256},
                   {"config", run.stated},
                   {"known", run.known},
                   {"remarks", run.remarks},
                   {"seed", run.knows_seed ? Json(run.seed) : Json()}};
    if (run.is_mean) info.source["mean"] = true;
    info.config_hash = run::identity_hash(info);
    return info;
}

// The mean of the finite training losses of the last ten steps that end with one, not of the last ten lines: how often
// a run was logged says nothing. Absent where the log has no training loss, NaN where none is finite.
std::optional<double> final_train_loss(const ImportedRun& run) {
    if (run.verdict.collapse == train::Collapse::contradicted_loss) return {};
    double sum = 0;
    std::size_t count = 0;
    std::optional<std::int64_t> last;
    bool any = false;
    for (auto event = run.metrics.rbegin(); event != run.metrics.rend(); ++event) {
        if (last && event->step <= *last - kLastSteps) break;
        for (const auto& [tag, value] : event->values) {
            if (tag != run::kTrainLoss) continue;
            any = true;
            if (!std::isfinite(value)) continue;
            if (!last) last = event->step;
            sum += value;
            ++count;
        }
    }
    if (!any) return {};
    return count > 0 ? sum / static_cast<double>(count) : kUnknown;
}

// A file of results alone tells none.
bool tells_steps(const ImportedRun& run) {
    return run.steps > 0 || !run.metrics.empty() ||
           std::any_of(run.evaluations.begin(), run.evaluations.end(),
                       [](const ImportedEvaluation& one) { return one.step != kUnknownStep; });
}

Json summary_of(const ImportedRun& run) {
    Json summary = run.summary;
    summary["verdict"] = train::to_json(run.verdict);
    if (tells_steps(run)) summary["steps_done"] = run.steps;
    if (const auto loss = final_train_loss(run)) summary["final_train_loss"] = io::number_to_json(*loss);
    Json final_val = Json::object(), best_val = Json::object(), best_step = Json::object();
    for (const ImportedEvaluation& one : run.evaluations) {
        if (!one.loss) continue;
        final_val[one.set] = io::number_to_json(*one.loss);
        const bool better = !best_val.contains(one.set) || *one.loss < io::number_from_json(best_val[one.set]);
        if (!std::isfinite(*one.loss) || !better) continue;
        best_val[one.set] = *one.loss;
        if (one.step != kUnknownStep) best_step[one.set] = one.step;
    }
    summary["final_val"] = std::move(final_val);
    summary["best_val"] = std::move(best_val);
    summary["best_step"] = std::move(best_step);
    if (!std::isnan(run.seconds)) summary["seconds"] = run.seconds;
    if (!std::isnan(run.tokens_per_second)) summary["tokens_per_second"] = run.tokens_per_second;
    return summary;
}

std::optional<double> last_value(const ImportedRun& run, const char* tag) {
    for (auto event = run.metrics.rbegin(); event != run.metrics.rend(); ++event)
        for (const auto& [name, value] : event->values)
            if (name == tag) return value;
    return {};
}

run::RunState state_of(const ImportedRun& run) {
    run::RunState state;
    state.phase = "ended";
    state.step = run.steps;
    state.last_loss = last_value(run, run::kTrainLoss);
    state.last_grad_norm = last_value(run, run::kGradNorm);
    state.verdict = run.verdict;
    state.summary = summary_of(run);
    state.updated = unix_now();
    return state;
}

train::Event event_of(const ImportedEvaluation& evaluation) {
    train::EvaluationEvent told{.set = evaluation.set, .loss = evaluation.loss, .bpb = evaluation.bpb};
    if (told.loss) told.perplexity = std::exp(*told.loss);
    train::Event event{evaluation.step, std::move(told)};
    if (std::isfinite(evaluation.time)) event.time = evaluation.time;
    return event;
}

// Evaluations go into both logs, as our own trainer's sink writes them.
io::ScalarEvent dense_event_of(const ImportedEvaluation& evaluation) {
    io::ScalarEvent event{evaluation.time, evaluation.step, {}};
    const auto add = [&](run::MetricId id, const std::optional<double>& value) {
        if (value) event.values.emplace_back(run::evaluation_tag(evaluation.set, id), static_cast<float>(*value));
    };
    add(run::MetricId::val_loss, evaluation.loss);
    add(run::MetricId::val_bpb, evaluation.bpb);
    return event;
}

void write_logs(const fs::path& folder, const ImportedRun& run) {
    io::TensorBoardWriter metrics(folder);
    for (const io::ScalarEvent& event : run.metrics) metrics.append(event);
    for (const ImportedEvaluation& evaluation : run.evaluations)
        if (evaluation.step != kUnknownStep) metrics.append(dense_event_of(evaluation));
    metrics.sync();
    io::JsonLinesWriter events(folder / run_files::kEvents);
    for (const ImportedEvaluation& evaluation : run.evaluations) events.append(train::to_json(event_of(evaluation)));
    for (const train::Event& event : run.events) events.append(train::to_json(event));
    events.sync();
}

void write_checkpoint(const fs::path& folder, const ImportedRun& run, const run::RunInfo& info) {
    for (const char* key : {"model", "data.vocab_size", "data.context"})
        if (std::find(run.known.begin(), run.known.end(), key) == run.known.end())
            throw std::logic_error("weights of a configuration that is not known");
    std::vector<train::NamedTensor> weights;
    for (const TensorSpec& tensor : model::tensor_table(run.config))
        weights.push_back({tensor.name, run.weights(tensor).to(at::kFloat).contiguous()});
    train::CheckpointStore(folder / run_files::kCheckpoints, 1)
        .save(run.steps, "end", weights, {},
              {{"format", train::kCheckpointFormat},
               {"step", run.steps},
               {"reason", "end"},
               {"config", to_json(run.config)},
               {"config_hash", info.config_hash},
               {"data_folder",
                (run.data_folder.empty() ? fs::absolute(run.path).parent_path() : fs::absolute(run.data_folder))
                    .string()},
               {"seed", run.seed}});
}

bool holds(const run::ListedRun& listed, const std::string& sha256) {
    const Json& source = listed.info.source;
    return source.is_object() && source.contains("sha256") && source["sha256"] == sha256;
}

// Runs of one variant whose seeds nobody told are different ones: each gets a number that no other has. The same file
// once more is the same run.
std::vector<ImportedRun> with_seeds(const fs::path& workspace, std::vector<ImportedRun> runs) {
    if (std::all_of(runs.begin(), runs.end(), std::mem_fn(&ImportedRun::knows_seed))) return runs;
    using Point = std::array<std::string, 3>;
    std::map<Point, std::map<std::int64_t, std::pair<std::string, std::string>>> taken;  // seed -> origin, sha256
    for (const run::ListedRun& listed : run::RunStore(workspace).list().runs) {
        const run::RunInfo& info = listed.info;
        const Json sha256 = info.source.is_object() ? info.source.value("sha256", Json()) : Json();
        taken[{info.study, info.variant, info.grid_point}][info.seed] = {
            info.origin, sha256.is_string() ? sha256.get<std::string>() : ""};
    }
    for (ImportedRun& run : runs) {
        auto& seeds = taken[{run.study, run.variant, run.grid_point}];
        const std::pair own{fs::absolute(run.path).string(), run.sha256};
        const auto same = std::find_if(seeds.begin(), seeds.end(), [&](const auto& one) {
            return one.second.first == own.first || (!own.second.empty() && one.second.second == own.second);
        });
        if (!run.knows_seed && same != seeds.end()) {
            run.seed = same->first;
        } else if (!run.knows_seed) {
            while (seeds.contains(run.seed)) ++run.seed;
        }
        seeds[run.seed] = own;
    }
    return runs;
}

// A name out of a file that a stranger wrote becomes one a run can bear.
void require_names(const ImportedRun& run) {
    for (const auto& [what, name] : {std::pair("study", &run.study), std::pair("variant", &run.variant)})
        if (!is_plain_name(*name))
            throw InputError("{} {}: a name has 1 to 64 letters, digits, '.', '_' and '-'", what, quote(*name));
    if (!run.grid_point.empty() && !is_plain_name(run.grid_point))
        throw InputError("grid point {}: a name has 1 to 64 letters, digits, '.', '_' and '-'", quote(run.grid_point));
}

}  // namespace

void derive(ImportedRun& run, const std::string& key, const Json& value) {
    try {
        run.config = patched(run.config, patch_from_dotted(key, value), key);
        run.known.push_back(key);
    } catch (const InputError& error) {
        run.remarks.push_back(fmt::format("its {} is left unknown: {}", key, error.what()));
    }
}

std::string verdict_in_words(const ImportedRun& run) {
    const std::string outcome = train::to_string(run.verdict.outcome);
    return one_line(run.verdict.cause.empty() ? outcome : outcome + ": " + run.verdict.cause);
}

SplitRuns split_known(const fs::path& workspace, std::vector<ImportedRun> runs) {
    const std::vector<run::ListedRun> there = run::RunStore(workspace).list().runs;
    SplitRuns split;
    for (ImportedRun& run : runs) {
        const run::ListedRun* before = nullptr;
        for (const run::ListedRun& listed : there)
            if (holds(listed, run.sha256) &&
                (!before || (before->info.variant != run.variant && listed.info.variant == run.variant)))
                before = &listed;
        if (before)
            split.known.push_back({run.path, before->directory});
        else
            split.fresh.push_back(std::move(run));
    }
    return split;
}

run::RunDirectory write_imported_run(const fs::path& workspace, const ImportedRun& imported) {
    require_names(imported);
    ImportedRun run = imported;
    // The budget is at least what was done: without it, "1,200 of 1,000 steps" would be shown.
    const bool knows_budget = std::find(run.known.begin(), run.known.end(), "train.steps") != run.known.end();
    if (!knows_budget) run.config.train.steps = std::max<std::int64_t>(run.steps, 1);
    const run::RunInfo info = info_of(run);
    return run::create_run(workspace, info, [&](const fs::path& beside) {
        write_logs(beside, run);
        if (run.weights) write_checkpoint(beside, run, info);
        run::RunDirectory(beside).write_state(state_of(run));
        // What was written is what will be read: a value no reader takes must fail here, not in every listing.
        run::RunDirectory(beside).info();
        run::RunDirectory(beside).state();
    });
}

std::vector<run::RunDirectory> write_imported_runs(const fs::path& workspace,
                                                   const std::vector<ImportedRun>& imported) {
    std::vector<run::RunDirectory> written;
    try {
        for (const ImportedRun& run : with_seeds(workspace, imported))
            written.push_back(write_imported_run(workspace, run));
    } catch (...) {
        std::error_code ignored;
        for (const run::RunDirectory& run : written) fs::remove_all(run.folder(), ignored);
        throw;
    }
    return written;
}

}  // namespace ablate::interop
