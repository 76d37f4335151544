#include "core/report/report.h"

#include "app/ablate/command.h"
#include "app/ablate/rules_option.h"
#include "app/ablate/workspace.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::vector<std::string> names;
    RulesOptions rules;
    std::string workspace, out, title;
    std::optional<std::vector<std::string>> sections, figures;
    bool points = false;
};

int write_report(const Options& options) {
    const run::RunStore store(open_workspace(options.workspace));
    study::Comparison comparison = comparison_of(store, options.names);
    judge_by(comparison, options.rules);
    const std::string name = comparison.study.empty() ? "runs" : comparison.study;
    const std::filesystem::path out =
        options.out.empty() ? reports_folder(store.workspace()) / name : std::filesystem::path(options.out);
    report::ReportOptions chosen{.title = options.title, .sections = options.sections, .figures = options.figures};
    if (chosen.figures == std::vector<std::string>{"none"}) chosen.figures->clear();
    if (options.points) chosen.outputs.insert(report::Output::points);
    std::cout << report::write_report(comparison, out, chosen).string() << '\n';
    return 0;
}

}  // namespace

Action declare_report(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("STUDY|RUN", options->names, "one study, or runs by id")->required();
    parser.add_option("--out", options->out, "folder to write (default: WORKSPACE/reports/STUDY)");
    parser.add_option("--title", options->title, "the report's title");
    std::vector<std::string> names;
    for (const report::Section& section : report::report_sections()) names.push_back(section.name);
    parser.add_option("--sections", options->sections, "of " + join(names, ",") + " (default: all)")
        ->delimiter(',')
        ->allow_extra_args(false);
    parser.add_option("--figures", options->figures, "figures by name, or none (default: all)")
        ->delimiter(',')
        ->allow_extra_args(false);
    parser.add_flag("--points", options->points, "also every point of every series: points.csv and points.json");
    add_workspace_option(parser, options->workspace);
    add_judging_options(parser, options->rules);
    return [options] { return write_report(*options); };
}

}  // namespace ablate::app
