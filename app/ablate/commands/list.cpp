#include "app/ablate/command.h"
#include "app/ablate/run_json.h"
#include "app/ablate/screen.h"
#include "app/ablate/workspace.h"
#include "core/report/terminal.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string workspace;
    bool json = false;
};

int list(const Options& options) {
    const run::RunList list = run::RunStore(open_workspace(options.workspace)).list();
    if (!options.json) {
        const Screen screen(STDOUT_FILENO);
        std::cout << report::list_table(list, screen.terminal, screen.columns);
        for (const run::DamagedRun& damaged : list.damaged) std::cerr << "damaged: " << damaged.reason << '\n';
        return 0;
    }
    Json runs = Json::array(), damaged = Json::array();
    for (const run::ListedRun& listed : list.runs) runs.push_back(run_json(listed));
    for (const run::DamagedRun& run : list.damaged)
        damaged.push_back({{"folder", run.folder.string()}, {"reason", run.reason}});
    print_json({{"runs", runs}, {"damaged", damaged}});
    return 0;
}

}  // namespace

Action declare_list(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    return [options] { return list(*options); };
}

}  // namespace ablate::app
