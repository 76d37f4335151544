#include "app/ablate/command.h"
#include "app/ablate/workspace.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::vector<std::string> runs;
    std::string workspace;
};

int delete_runs(const Options& options) {
    const run::RunStore store(open_workspace(options.workspace));
    for (const std::string& id : options.runs) std::cout << "moved to " << store.move_to_trash(id).string() << '\n';
    return 0;
}

}  // namespace

Action declare_delete(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("RUN", options->runs, "runs by id or prefix; they go to WORKSPACE/trash")->required();
    add_workspace_option(parser, options->workspace);
    return [options] { return delete_runs(*options); };
}

}  // namespace ablate::app
