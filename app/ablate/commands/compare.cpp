#include "app/ablate/command.h"
#include "app/ablate/rules_option.h"
#include "app/ablate/screen.h"
#include "app/ablate/workspace.h"
#include "core/report/terminal.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::vector<std::string> names;
    RulesOptions rules;
    std::string workspace;
    bool json = false, csv = false;
};

int compare(const Options& options) {
    const run::RunStore store(open_workspace(options.workspace));
    study::Comparison comparison = comparison_of(store, options.names);
    judge_by(comparison, options.rules);
    const Screen screen(STDOUT_FILENO);
    if (options.json)
        print_json(study::to_json(comparison));
    else
        std::cout << (options.csv ? study::to_csv(comparison)
                                  : report::comparison_table(comparison, screen.terminal, screen.columns));
    return 0;
}

}  // namespace

Action declare_compare(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("STUDY|RUN", options->names, "one study, or runs by id")->required();
    add_workspace_option(parser, options->workspace);
    add_judging_options(parser, options->rules);
    add_json_option(parser, options->json);
    parser.add_flag("--csv", options->csv, "print one CSV row for each run")->excludes("--json");
    return [options] { return compare(*options); };
}

}  // namespace ablate::app
