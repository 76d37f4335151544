#include "app/ablate/command.h"
#include "app/ablate/rules_option.h"
#include "app/ablate/schema_text.h"
#include "app/ablate/screen.h"
#include "app/ablate/train_runs.h"
#include "app/ablate/workspace.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/compare/looks.h"
#include "core/config/seeds.h"
#include "core/plan/kept_study.h"
#include "core/plan/launch.h"
#include "core/report/report.h"
#include "core/report/terminal.h"
#include "core/run/known_keys.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string study, workspace;
    std::vector<std::string> seeds;
    study::PlanOptions plan;
    RulesOptions rules;
    int jobs = 0;
    bool quiet = false;
    bool until_resolved = false;
    std::string looks;
    double budget = 0;  // seconds; 0: none
};

void say_what_is_left_alone(const study::Launch& launch, const Options& options, ProgressBoard& board) {
    for (const std::string& note : launch.notes) board.line("note: " + note);
    for (const std::string& point : launch.left_out)
        board.line(fmt::format("{} does not change the computation: not trained (--keep-no-ops trains it)", point));
    if (options.plan.keep_no_ops)
        for (const study::StepZero& no_op : launch.no_ops)
            board.line(fmt::format("{} does not change the computation, but is trained as requested", no_op.point));
    for (const study::PlannedRun& planned : launch.elsewhere)
        board.line(fmt::format("{} seed {}: another process trains it as {}", planned.point.name, planned.seed,
                               *planned.running_run));
    if (!launch.finished.empty())
        board.line(fmt::format("{} finished run{} skipped (--again trains them again)", launch.finished.size(),
                               launch.finished.size() == 1 ? "" : "s"));
    if (!options.quiet) board.line(fmt::format("{} to train", launch.runs.size()));
}

// What one start leaves behind.
struct Trained {
    int code = 0;
    study::Comparison comparison;
};

class StudyRunner {
  public:
    explicit StudyRunner(const Options& options)
        : options_(options),
          workspace_(make_workspace(options.workspace)),
          source_(find_study(options.study, workspace_)),
          study_(with_rules(load_study(source_.file), options.rules)),
          store_(workspace_),
          board_(options.quiet) {}

    int run() { return options_.until_resolved ? until_resolved() : show(train(options_.plan)); }

  private:
    static StudyConfig with_rules(StudyConfig study, const RulesOptions& rules) {
        set_rules(study, rules);
        return study;
    }

    Trained train(const study::PlanOptions& plan) {
        study::ResolvedStudy resolved = study::resolve_study(study_, plan);
        const int jobs = options_.jobs ? options_.jobs : study::default_jobs(resolved.points().front().config);
        const study::Launch launch =
            study::launch(std::move(resolved), store_, jobs, [&](const std::string& what, double share) {
                interrupt_.check();
                board_.preparing(what, share);
            });
        say_what_is_left_alone(launch, options_, board_);
        const std::string kept = study::keep_study(launch.study, source_, workspace_);
        if (!kept.empty()) board_.line("note: " + kept);
        const int code = train_runs(launch.runs, jobs, interrupt_, board_);
        return {code, study::compare_study(store_, study_.name, launch.study.points())};
    }

    int show(const Trained& trained) {
        const Screen screen(STDOUT_FILENO);
        std::cout << report::comparison_table(trained.comparison, screen.terminal, screen.columns);
        const auto report = report::write_report(trained.comparison, reports_folder(workspace_) / study_.name);
        std::cout << "\nreport: " << report.string() << '\n';
        return trained.code;
    }

    int until_resolved();
    bool has_results() const;
    std::optional<std::vector<std::string>> undecided_since(std::int64_t look) const;

    const Options& options_;
    const Interrupt interrupt_{};
    const std::filesystem::path workspace_;
    const StudySource source_;
    const StudyConfig study_;
    const run::RunStore store_;
    ProgressBoard board_;
};

bool StudyRunner::has_results() const {
    const run::RunList list = store_.list();
    return std::any_of(list.runs.begin(), list.runs.end(), [&](const run::ListedRun& one) {
        return one.info.study == study_.name && has_result(one.status) && !run::is_imported_log(one.info);
    });
}

// The variants that a look which was taken before left undecided; nothing where it was not taken.
std::optional<std::vector<std::string>> StudyRunner::undecided_since(std::int64_t look) const {
    const auto record = run::read_plan_record(workspace_, study_.name);
    if (!record) return {};
    const auto& looked = record->looked;
    if (std::none_of(looked.begin(), looked.end(), [&](const auto& one) { return one.seeds == look; })) return {};
    std::vector<std::string> left = record->family;
    for (const run::PlannedLook& one : looked)
        for (const std::string& decided : one.decided) std::erase(left, decided.substr(0, decided.rfind(": ")));
    return left;
}

// Trains to one look after the other; only undecided variants and the baseline get more seeds.
int StudyRunner::until_resolved() {
    const auto begun = std::chrono::steady_clock::now();
    const auto seconds = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    };
    const auto before_this = run::read_plan_record(workspace_, study_.name);
    const bool declared = before_this && !before_this->looks.empty() && has_results();
    const std::vector<std::int64_t> looks = !options_.looks.empty() ? study::looks_from_text(options_.looks, "--looks")
                                            : declared              ? before_this->looks
                                                                    : study::kUsualLooks;
    study::declare_looks(workspace_, study_.name, looks, has_results());
    if (!study_.margin)
        board_.line("note: the study has no margin, so a variant that changes nothing is trained to the last look");
    study::PlanOptions plan = options_.plan;
    Trained trained;
    double longest = 0;  // seconds of training one seed of what is left
    for (std::size_t i = 0; i < looks.size(); ++i) {
        if (const auto left = undecided_since(looks[i])) {  // an earlier call looked
            if (left->empty()) break;
            plan.only = *left;
            continue;
        }
        const double before = seconds();
        plan.seeds = study::first_seeds(options_.plan.seeds.empty() ? study_.seeds : options_.plan.seeds, looks[i]);
        trained = train(plan);
        if (trained.code != 0) return show(trained);
        const study::Look look = study::look_at(trained.comparison, looks[i]);
        study::record_look(workspace_, study_.name, look);
        board_.line(fmt::format("look {} of {}, {} seeds: {}", i + 1, looks.size(), looks[i],
                                look.decided.empty() ? "nothing decided" : join(look.decided, ", ")));
        if (look.undecided.empty()) break;
        plan.only = look.undecided;
        if (i + 1 == looks.size()) {
            board_.line("the last look: undecided are " + join(look.undecided, ", "));
            break;
        }
        const double more = static_cast<double>(looks[i + 1] - looks[i]);
        longest = std::max(longest, (seconds() - before) / static_cast<double>(i ? looks[i] - looks[i - 1] : looks[i]));
        if (options_.budget > 0 && seconds() + more * longest > options_.budget) {
            board_.line(fmt::format("the budget of {} does not reach the next look, so this one is the last",
                                    short_duration(options_.budget)));
            break;
        }
    }
    trained.comparison = study::compare_named_study(store_, study_.name);
    return show(trained);
}

// "90s", "30m", "2h" or a number of seconds.
double seconds_from_text(const std::string& text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::string unit(end, text.data() + text.size());
    const double scale = unit == "h" ? 3600 : unit == "m" ? 60 : unit == "s" || unit.empty() ? 1 : 0;
    if (error != std::errc() || !(value > 0) || scale == 0)
        throw InputError("--budget: {} is not a time; write 90s, 30m or 2h", quote(text));
    return value * scale;
}

}  // namespace

Action declare_run(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("STUDY", options->study, "a study file, a study of the workspace, or a preset")->required();
    add_workspace_option(parser, options->workspace);
    parser.add_option("--set", options->plan.settings, "KEY=VALUE of the baseline's configuration; repeatable")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    parser.add_option("--only", options->plan.only, "train these variants (and the baseline) only")
        ->delimiter(',')
        ->allow_extra_args(false);
    parser.add_option("--seeds", options->seeds, "seeds in place of the study's, such as 1,2 or 1-3")
        ->allow_extra_args(false);
    add_rules_options(parser, options->rules);
    parser.add_option("--jobs", options->jobs, "runs at once (default: cores / train.threads; 1 on a GPU)")
        ->check(CLI::Range(1, 4096));
    parser.add_flag("--again", options->plan.again, "train finished runs again");
    parser.add_flag("--keep-no-ops", options->plan.keep_no_ops, "train variants that do not change the computation");
    parser.add_flag("--quiet", options->quiet, "no progress");
    parser.footer([] { return schema_summary(); });
    parser.add_flag("--until-resolved", options->until_resolved,
                    "add seeds to what is undecided, judging at declared looks");
    parser.add_option("--looks", options->looks, "seeds of each variant at which it is judged (default: 3,5,8,12)");
    const auto budget = std::make_shared<std::string>();
    parser.add_option("--budget", *budget, "time after which no further look is begun: 90s, 30m, 2h");
    return [options, budget] {
        if (!options->seeds.empty()) options->plan.seeds = seeds_from_text(join(options->seeds, ","), "--seeds");
        if (!options->until_resolved && (!options->looks.empty() || !budget->empty()))
            throw InputError("--looks and --budget belong to --until-resolved");
        if (options->until_resolved && options->plan.again)
            throw InputError("--again trains every run again at each look, so it cannot go with --until-resolved");
        if (!budget->empty()) options->budget = seconds_from_text(*budget);
        return StudyRunner(*options).run();
    };
}

}  // namespace ablate::app
