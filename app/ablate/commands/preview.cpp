#include "app/ablate/command.h"
#include "app/ablate/interrupt.h"
#include "app/ablate/progress.h"
#include "app/ablate/rules_option.h"
#include "app/ablate/train_runs.h"
#include "app/ablate/workspace.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/io/numbers.h"
#include "core/model/norm_counts.h"
#include "core/plan/finding_mends.h"
#include "core/plan/kept_study.h"
#include "core/plan/launch.h"
#include "core/plan/study_power.h"
#include "core/plan/throughput.h"
#include "core/report/text_table.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>

namespace ablate::app {

namespace {

struct Options {
    std::string study, workspace;
    std::vector<std::string> settings;
    std::vector<double> mfu = {0.5, 0.2};
    RulesOptions rules;  // in place of the study's
    bool step_zero = false, tensors = false, json = false, pilot = false;
};

const char* to_text(study::Severity severity) {
    switch (severity) {
        case study::Severity::note:
            return "note";
        case study::Severity::warning:
            return "warning";
        case study::Severity::error:
            return "error";
    }
    throw std::logic_error("a severity without a name");
}

struct StepZeroResults {
    std::vector<study::StepZero> points;
    double ln_vocab = 0;
    std::vector<std::string> data_remarks, data_findings;
};

StepZeroResults look_at_step_zero(study::ResolvedStudy study, const std::filesystem::path& workspace) {
    const Interrupt interrupt;
    ProgressBoard board(false);
    const auto progress = [&](const std::string& what, double share) {
        interrupt.check();
        board.preparing(what, share);
    };
    study.find_starts(workspace);
    const DataConfig& data = study.points().front().config.data;
    const auto seed = static_cast<std::uint64_t>(study.seeds().front());
    const data::PreparedData prepared = data::prepare_data(data, cache_folder(workspace), progress);
    return {study::step_zero_of_study(study.points(), prepared, seed, progress),
            std::log(static_cast<double>(data.vocab_size)), prepared.remarks, prepared.findings};
}

// NaN for a point that cannot be trained: too large for the memory, or its device is not here.
study::TimeEstimate estimate(const study::Preview& preview, const study::PointPreview& point,
                             const run::RunStore& store) {
    const study::TimeEstimate none{std::numeric_limits<double>::quiet_NaN(), true};
    const auto is_error = [&](const study::Finding& finding) {
        return finding.severity == study::Severity::error &&
               (finding.variant.empty() || finding.variant == point.point.name);
    };
    if (std::any_of(preview.findings.begin(), preview.findings.end(), is_error)) return none;
    try {
        return study::estimated_time(point.point.config, store);
    } catch (const InputError&) {  // what holds at each grid point is a finding of the first alone
        return none;
    } catch (const ResourceError&) {
        return none;
    }
}

Json norms_json(const RunConfig& config) {
    const std::vector<model::NormCount> counts = model::norm_counts(config);
    Json json = {{"total", model::total(counts)}, {"by_site", Json::object()}};
    for (const model::NormCount& at : counts) json["by_site"][to_string(at.site)] = at.count;
    return json;
}

Json hardware_flops_json(double model_flops, const std::vector<double>& mfu) {
    Json json = Json::array();
    for (const double share : mfu) json.push_back({{"mfu", share}, {"flops", model_flops / share}});
    return json;
}

Json point_json(const study::PointPreview& p, const study::TimeEstimate& time, const std::vector<double>& mfu) {
    const double model_flops = model::model_flops_levanter(p.point.config);
    Json differences = Json::array();
    for (const ConfigDifference& d : p.differences)
        differences.push_back({{"key", d.key}, {"before", d.before}, {"after", d.after}, {"text", in_words(d)}});
    return {{"name", p.point.name},
            {"variant", p.point.variant},
            {"label", p.point.label},
            {"grid_point", p.point.grid_point},
            {"parameters",
             {{"unique", p.parameters.unique},
              {"tied_head_twice", p.parameters.tied_head_twice},
              {"non_embedding", p.parameters.non_embedding},
              {"levanter", p.parameters.levanter}}},
            {"norms", norms_json(p.point.config)},
            {"flops_per_token", {{"levanter", p.flops.levanter}, {"six_n", p.flops.six_n}}},
            {"training_flops", model::training_flops(p.point.config)},
            {"model_flops_levanter", model_flops},
            {"hardware_flops", hardware_flops_json(model_flops, mfu)},
            {"estimated_seconds", std::isfinite(time.seconds) ? Json(time.seconds) : Json()},
            {"estimate_is_rough", time.rough},
            {"memory",
             {{"weights", p.memory.weights},
              {"gradients", p.memory.gradients},
              {"optimizer", p.memory.optimizer},
              {"activations", p.memory.activations},
              {"logits", p.memory.logits},
              {"overhead", p.memory.overhead},
              {"total", p.memory.total()}}},
            {"parameter_mismatch", io::number_to_json(p.parameter_mismatch)},
            {"differences", differences},
            {"start", p.start ? model::to_json(*p.start) : Json()}};
}

Json finding_json(const study::Finding& finding) {
    Json mends = Json::array();
    for (const study::Mend& mend : finding.mends) mends.push_back({{"title", mend.title}, {"patch", mend.patch}});
    return {{"severity", to_text(finding.severity)},
            {"variant", finding.variant},
            {"text", finding.text},
            {"mends", mends}};
}

Json to_json(const StudyConfig& study, const study::Preview& preview, const std::vector<study::TimeEstimate>& times,
             const study::StudyPower& power, const std::optional<StepZeroResults>& zero,
             const std::vector<double>& mfu) {
    Json json = {{"study", study.name}, {"seeds", study.seeds}, {"points", Json::array()}, {"findings", Json::array()}};
    json["power"] = study::to_json(power);
    for (std::size_t i = 0; i < preview.points.size(); ++i)
        json["points"].push_back(point_json(preview.points[i], times[i], mfu));
    for (const study::Finding& f : preview.findings) json["findings"].push_back(finding_json(f));
    if (!zero) return json;
    json["ln_vocab"] = zero->ln_vocab;
    json["data_note"] = join(zero->data_remarks, "; ");
    for (const std::string& finding : zero->data_findings)
        json["findings"].push_back(
            finding_json({study::Severity::warning, "", finding, study::mends_of_data(study, finding)}));
    json["step_zero"] = Json::array();
    for (const study::StepZero& z : zero->points)
        json["step_zero"].push_back({{"point", z.point},
                                     {"loss", io::number_to_json(z.loss)},
                                     {"grad_norm", io::number_to_json(z.grad_norm)},
                                     {"same_as_baseline", z.same_as_baseline},
                                     {"first_non_finite", z.first_non_finite}});
    return json;
}

using Rows = std::vector<std::vector<report::TextCell>>;

void print_table(std::vector<report::TextColumn> columns, Rows rows) {
    std::cout << report::text_table(std::move(columns), std::move(rows), false, 0);
}

void print_points(const study::Preview& preview, const std::vector<study::TimeEstimate>& times) {
    Rows rows;
    bool rough = false, timed = false;
    for (std::size_t i = 0; i < preview.points.size(); ++i) {
        const study::PointPreview& p = preview.points[i];
        std::vector<std::string> words;
        for (const ConfigDifference& d : p.differences) words.push_back(in_words(d));
        const bool is_timed = std::isfinite(times[i].seconds);
        rows.push_back({{p.point.name},
                        {with_thousands(p.parameters.unique)},
                        {fmt::format("{:+.2f} %", 100 * p.parameter_mismatch)},
                        {significant(model::training_flops(p.point.config), 3)},
                        {is_timed ? short_duration(times[i].seconds) : "–"},
                        {short_bytes(p.memory.total())},
                        {join(words, "; ")}});
        rough = rough || (is_timed && times[i].rough);
        timed = timed || is_timed;
    }
    print_table({{"variant"},
                 {"parameters", true},
                 {"mismatch", true},
                 {"train FLOPs", true},
                 {"time", true},
                 {"memory", true},
                 {"difference to the baseline"}},
                std::move(rows));
    if (timed)
        std::cout << "time: one run's training steps, without evaluations and checkpoints; "
                  << (rough
                          ? "a rough guess, because a run of this workspace is training, or a whole step could not be "
                            "measured\n"
                          : "from a step measured on this machine, or from runs of the same model\n");
    for (const study::Finding& f : preview.findings)
        std::cout << fmt::format("{}: {}{}{}\n", to_text(f.severity), f.variant, f.variant.empty() ? "" : ": ", f.text);
}

// What the norms of each point are, where they are not the baseline's, and a tied head counted as some tools do.
void print_counts(const study::Preview& preview) {
    if (preview.points.empty()) return;  // none of them can be built
    std::string baseline;
    for (const study::PointPreview& p : preview.points) {
        const std::vector<model::NormCount> counts = model::norm_counts(p.point.config);
        const std::string words = fmt::format("{} ({})", model::total(counts), model::in_words(counts));
        if (words != baseline) std::cout << fmt::format("norms: {}: {}\n", p.point.name, words);
        if (baseline.empty()) baseline = words;
    }
    const study::PointPreview& first = preview.points.front();
    if (first.point.config.model.tie_embeddings)
        std::cout << fmt::format("tied head: {}: {} parameters where the head is counted a second time\n",
                                 first.point.name, with_thousands(first.parameters.tied_head_twice));
}

// As marin prints it: what the hardware will have been asked for at an assumed utilization.
void print_hardware_flops(const study::Preview& preview, const std::vector<double>& mfu) {
    std::string before;
    for (const study::PointPreview& p : preview.points) {
        const double model_flops = model::model_flops_levanter(p.point.config);
        std::vector<std::string> words;
        for (const double share : mfu)
            words.push_back(fmt::format("{:.3e} at an MFU of {}", model_flops / share, full_precision(share)));
        const std::string line = fmt::format("{:.4e} model FLOPs a run (Levanter's count), hardware FLOPs: {}",
                                             model_flops, join(words, ", "));
        if (line != before) std::cout << p.point.name << ": " << line << '\n';
        before = line;
    }
}

// Tensor by tensor, in the order of the forward pass: what the start gives each point, and what it leaves out.
void print_tensors(const study::Preview& preview) {
    for (const study::PointPreview& p : preview.points) {
        std::cout << '\n' << p.point.name << '\n';
        Rows rows;
        const auto add = [&](const char* source, const TensorSpec& spec, const std::string& why) {
            rows.push_back({{source}, {spec.name}, {fmt::format("[{}]", fmt::join(spec.shape, ", "))}, {why}});
        };
        if (p.start) {
            for (const TensorSpec& spec : p.start->kept) add("kept", spec, "");
            for (const auto& [spec, why] : p.start->dropped) add("dropped", spec, why);
            for (const auto& [spec, why] : p.start->fresh) add("new", spec, why);
        } else {
            for (const TensorSpec& spec : model::tensor_table(p.point.config)) add("random", spec, "");
        }
        print_table({{"source"}, {"tensor"}, {"shape"}, {"reason"}}, std::move(rows));
    }
}

void print_step_zero(const StepZeroResults& zero, const study::Preview& preview) {
    for (const std::string& remark : zero.data_remarks) {
        const auto told = [&](const study::Finding& finding) {
            return finding.variant.empty() && finding.text == remark;
        };
        if (std::none_of(preview.findings.begin(), preview.findings.end(), told))
            std::cout << "note: " << remark << '\n';
    }
    for (const std::string& finding : zero.data_findings) std::cout << "warning: " << finding << '\n';
    std::cout << fmt::format("\nstep 0 (ln V = {}: the loss of a uniform guess)\n", fixed(zero.ln_vocab, 4));
    Rows rows;
    for (const study::StepZero& z : zero.points) {
        std::string remark;
        if (!z.first_non_finite.empty())
            remark = "not finite, first in " + z.first_non_finite;
        else if (z.same_as_baseline)
            remark = "does not change the computation";
        rows.push_back({{z.point}, {fixed(z.loss, 4)}, {significant(z.grad_norm, 4)}, {remark}});
    }
    print_table({{"variant"}, {"loss", true}, {"gradient norm", true}, {"remark"}}, std::move(rows));
}

void print_power(const study::StudyPower& power, const std::string& study) {
    std::cout << "seeds: " << power.sentence << '\n';
    if (power.offers_pilot) std::cout << fmt::format("pilot: ablate preview {} --pilot\n", study);
}

// CLI::Range lets NaN through.
void require_shares(const std::vector<double>& mfu) {
    for (const double share : mfu)
        if (!std::isfinite(share))
            throw InputError("--mfu: {} is not a utilization; name numbers from 0.001 to 1", full_precision(share));
}

StudyConfig study_of(const Options& options, const StudySource& source) {
    StudyConfig study = load_study(source.file);
    set_rules(study, options.rules);
    return study;
}

// What the study's seeds will be able to tell, by what earlier runs of the workspace tell of their spread.
study::StudyPower power_of_study(const study::ResolvedStudy& study, const std::filesystem::path& workspace) {
    study::SpreadReader reader;
    const run::RunList runs = run::RunStore(workspace).list();
    return study::study_power(study, reader.read(runs, study.points().front().config),
                              run::read_plan_record(workspace, study.config().name));
}

// The runs of the study that tell how far its seeds spread: trained as `ablate run` trains them.
int train_pilot(const Options& options) {
    const Interrupt interrupt;
    const std::filesystem::path workspace = make_workspace(options.workspace);
    const StudySource source = find_study(options.study, workspace);
    const StudyConfig study = study_of(options, source);
    const std::optional<study::Pilot> pilot = study::pilot_of(study);
    if (!pilot) throw InputError("study {}: --pilot trains its first variant, and it has none", study.name);
    study::PlanOptions whole;
    whole.settings = options.settings;
    study::PlanOptions plan = whole;
    plan.only = {pilot->variant};
    plan.seeds = pilot->seeds;
    study::ResolvedStudy resolved = study::resolve_study(study, plan);
    const int jobs = study::default_jobs(resolved.points().front().config);
    ProgressBoard board(options.json);
    const study::Launch launch =
        study::launch(std::move(resolved), run::RunStore(workspace), jobs, [&](const std::string& what, double share) {
            interrupt.check();
            board.preparing(what, share);
        });
    for (const std::string& note : launch.notes) board.line("note: " + note);
    // The study that is kept has all of its seeds.
    const std::string kept = study::keep_study(study::resolve_study(study, whole), source, workspace);
    if (!kept.empty()) board.line("note: " + kept);
    return train_runs(launch.runs, jobs, interrupt, board);
}

int preview_study(const Options& options) {
    require_shares(options.mfu);
    if (options.pilot)
        if (const int code = train_pilot(options)) return code;
    const std::filesystem::path workspace = future_workspace(options.workspace);
    study::PlanOptions plan;
    plan.settings = options.settings;
    const study::ResolvedStudy resolved =
        study::resolve_study(study_of(options, find_study(options.study, workspace)), plan);
    const StudyConfig& study = resolved.config();
    study::Preview preview = study::preview(resolved, workspace, !options.step_zero);
    const study::StudyPower power = power_of_study(resolved, workspace);
    preview.findings.insert(preview.findings.end(), power.findings.begin(), power.findings.end());
    const auto errors = std::count_if(preview.findings.begin(), preview.findings.end(),
                                      [](const auto& f) { return f.severity == study::Severity::error; });
    const auto of_study = std::count_if(preview.findings.begin(), preview.findings.end(), [](const auto& f) {
        return f.severity == study::Severity::error && f.variant.empty();
    });
    std::vector<study::TimeEstimate> times;
    for (const study::PointPreview& point : preview.points)
        times.push_back(estimate(preview, point, run::RunStore(workspace)));
    std::optional<StepZeroResults> zero;
    if (options.step_zero && errors == 0) zero = look_at_step_zero(resolved, workspace);
    if (options.json) {
        print_json(to_json(study, preview, times, power, zero, options.mfu));
    } else {
        print_points(preview, times);
        print_counts(preview);
        print_hardware_flops(preview, options.mfu);
        print_power(power, options.study);
        if (options.tensors) print_tensors(preview);
        if (zero) print_step_zero(*zero, preview);
    }
    if (of_study) throw InputError("study {}: its data cannot be read, so it cannot be trained", study.name);
    if (errors) throw InputError("study {}: {} of its configurations cannot be trained", study.name, errors);
    return 0;
}

}  // namespace

Action declare_preview(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("STUDY", options->study, "a study file, a study of the workspace, or a preset")->required();
    parser.add_flag("--step0", options->step_zero, "also the loss and gradients before the first update, on real text");
    parser.add_option("--mfu", options->mfu, "assumed model FLOPs utilizations, for the hardware FLOPs of a run")
        ->delimiter(',')
        ->check(CLI::Range(0.001, 1.0))
        ->default_str("0.5,0.2");
    parser.add_flag("--tensors", options->tensors,
                    "also every tensor of every point: kept from its start, dropped or new");
    add_rules_options(parser, options->rules);
    parser.add_flag("--pilot", options->pilot,
                    "first train three seeds of the baseline and the first variant, which are runs of the study, to "
                    "learn how far seeds spread");
    parser.add_option("--set", options->settings, "KEY=VALUE of the baseline's configuration; repeatable")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    return [options] { return preview_study(*options); };
}

}  // namespace ablate::app
