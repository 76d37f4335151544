#include "app/ablate/command.h"
#include "app/ablate/workspace.h"
#include "core/base/error.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string run, workspace;
};

int ask(const Options& options, const std::string& what) {
    const run::ListedRun listed = run::RunStore(open_workspace(options.workspace)).find(options.run);
    if (listed.status != run::Status::running)
        throw InputError("run {} is not running: it is {}", listed.info.id, run::to_string(listed.status));
    listed.directory.request(what);
    std::cout << fmt::format("run {} will {} at its next step\n", listed.info.id, what);
    return 0;
}

Action declare(CLI::App& parser, const std::string& what) {
    const auto options = std::make_shared<Options>();
    parser.add_option("RUN", options->run, "a run's id or a prefix of it")->required();
    add_workspace_option(parser, options->workspace);
    return [options, what] { return ask(*options, what); };
}

}  // namespace

Action declare_pause(CLI::App& parser) { return declare(parser, "pause"); }
Action declare_stop(CLI::App& parser) { return declare(parser, "stop"); }

}  // namespace ablate::app
