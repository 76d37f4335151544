#include "app/ablate/import.h"
#include "app/ablate/workspace.h"
#include "core/run/copy_run.h"

#include <iostream>

namespace ablate::app {

Action declare_import_run(CLI::App& parser) {
    struct Options {
        std::string folder, workspace;
    };
    const auto options = std::make_shared<Options>();
    parser.add_option("DIR", options->folder, "the run's directory; its id stays")->required();
    add_workspace_option(parser, options->workspace);
    return [options] {
        std::cout << run::copy_run(options->folder, make_workspace(options->workspace)).id() << '\n';
        return 0;
    };
}

}  // namespace ablate::app
