#include "app/ablate/command.h"
#include "app/ablate/workspace.h"

#include <algorithm>
#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::vector<std::string> runs;
    std::string workspace;
};

int delete_runs(const Options& options) {
    const run::RunStore store(open_workspace(options.workspace));
    std::vector<std::string> ids;  // every run is found before the first one is moved; one that is named twice once
    for (const std::string& given : options.runs) {
        const std::string id = store.folder_of(given).filename().string();
        if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }
    for (const std::string& id : ids) {
        const std::string moved = store.move_to_trash(id).string();
        std::cout << "moved to " << moved << '\n';
    }
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
