#include "app/ablate/command.h"
#include "app/ablate/schema_text.h"
#include "app/ablate/screen.h"
#include "app/ablate/train_runs.h"
#include "app/ablate/workspace.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/config/seeds.h"
#include "core/plan/kept_study.h"
#include "core/plan/launch.h"
#include "core/report/report.h"
#include "core/report/terminal.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string study, workspace;
    std::vector<std::string> seeds;
    study::PlanOptions plan;
    int jobs = 0;
    bool quiet = false;
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

int run_study(const Options& options) {
    const Interrupt interrupt;
    const std::filesystem::path workspace = make_workspace(options.workspace);
    const StudySource source = find_study(options.study, workspace);
    study::ResolvedStudy resolved = study::resolve_study(load_study(source.file), options.plan);
    const run::RunStore store(workspace);
    const int jobs = options.jobs ? options.jobs : study::default_jobs(resolved.points().front().config);

    ProgressBoard board(options.quiet);
    const study::Launch launch =
        study::launch(std::move(resolved), store, jobs, [&](const std::string& what, double share) {
            interrupt.check();
            board.preparing(what, share);
        });
    say_what_is_left_alone(launch, options, board);
    const std::string kept = study::keep_study(launch.study, source, workspace);
    if (!kept.empty()) board.line("note: " + kept);
    const int code = train_runs(launch.runs, jobs, interrupt, board);

    const std::string& name = launch.study.config().name;
    const study::Comparison comparison = study::compare_study(store, name, launch.study.points());
    const Screen screen(STDOUT_FILENO);
    std::cout << report::comparison_table(comparison, screen.terminal, screen.columns);
    const auto report = report::write_report(comparison, reports_folder(workspace) / name);
    std::cout << "\nreport: " << report.string() << '\n';
    return code;
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
    parser.add_option("--jobs", options->jobs, "runs at once (default: cores / train.threads; 1 on a GPU)")
        ->check(CLI::Range(1, 4096));
    parser.add_flag("--again", options->plan.again, "train finished runs again");
    parser.add_flag("--keep-no-ops", options->plan.keep_no_ops, "train variants that do not change the computation");
    parser.add_flag("--quiet", options->quiet, "no progress");
    parser.footer([] { return schema_summary(); });
    return [options] {
        if (!options->seeds.empty()) options->plan.seeds = seeds_from_text(join(options->seeds, ","), "--seeds");
        return run_study(*options);
    };
}

}  // namespace ablate::app
