#include "core/report/report.h"

#include "app/ablate/command.h"
#include "app/ablate/workspace.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::vector<std::string> names;
    std::string workspace, out, title;
};

int write_report(const Options& options) {
    const run::RunStore store(open_workspace(options.workspace));
    const study::Comparison comparison = comparison_of(store, options.names);
    const std::string name = comparison.study.empty() ? "runs" : comparison.study;
    const std::filesystem::path out =
        options.out.empty() ? store.workspace() / "reports" / name : std::filesystem::path(options.out);
    std::cout << report::write_report(comparison, out, {options.title}).string() << '\n';
    return 0;
}

}  // namespace

Action declare_report(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("STUDY|RUN", options->names, "one study, or runs by id")->required();
    parser.add_option("--out", options->out, "folder to write (default: WORKSPACE/reports/STUDY)");
    parser.add_option("--title", options->title, "the report's title");
    add_workspace_option(parser, options->workspace);
    return [options] { return write_report(*options); };
}

}  // namespace ablate::app
