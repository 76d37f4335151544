#include "app/ablate/command.h"
#include "app/ablate/run_json.h"
#include "app/ablate/screen.h"
#include "app/ablate/workspace.h"
#include "core/io/numbers.h"
#include "core/report/terminal.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string run, workspace;
    bool json = false, series = false;
};

Json series_json(const run::RunMetrics& metrics) {
    Json all = Json::object();
    for (const auto& [tag, series] : metrics.series())
        all[tag] = {{"step", series.step}, {"value", io::numbers_to_json(series.value)}};
    return all;
}

int show(const Options& options) {
    const run::ListedRun listed = run::RunStore(open_workspace(options.workspace)).find(options.run);
    run::RunMetrics metrics(listed.directory.folder());
    metrics.refresh();
    if (!options.json) {
        const Screen screen(STDOUT_FILENO);
        std::cout << report::run_details(listed, metrics, screen.terminal, screen.columns);
        return 0;
    }
    Json json = run_json(listed);
    json["events"] = train::to_json(metrics.events());
    for (const std::string& problem : metrics.problems()) json["problems"].push_back(problem);
    if (options.series) json["series"] = series_json(metrics);
    print_json(json);
    return 0;
}

}  // namespace

Action declare_show(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("RUN", options->run, "a run's id or a prefix of it")->required();
    parser.add_flag("--series", options->series, "with --json: every metric of every step as well");
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    return [options] { return show(*options); };
}

}  // namespace ablate::app
