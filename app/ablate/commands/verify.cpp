#include "core/run/verify.h"
#include "app/ablate/command.h"
#include "app/ablate/workspace.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string run, workspace;
    bool all = false, json = false;
};

// A damaged run cannot be listed, and is what one wants to verify: its folder's name will do.
std::vector<run::RunDirectory> chosen(const run::RunStore& store, const Options& options) {
    if (!options.run.empty()) {
        const auto folder = runs_folder(store.workspace()) / options.run;
        if (is_plain_name(options.run) && std::filesystem::is_directory(folder)) return {run::RunDirectory(folder)};
        return {store.find(options.run).directory};
    }
    std::vector<run::RunDirectory> runs;
    const run::RunList list = store.list();
    for (const run::ListedRun& listed : list.runs) runs.push_back(listed.directory);
    for (const run::DamagedRun& damaged : list.damaged) runs.emplace_back(damaged.folder);
    return runs;
}

int verify(const Options& options) {
    if (options.all && !options.run.empty()) throw InputError("name one run, or --all");
    const run::RunStore store(open_workspace(options.workspace));
    Json runs = Json::array();
    bool sound = true;
    for (const run::RunDirectory& directory : chosen(store, options)) {
        const std::vector<std::string> problems = run::verify_run(directory);
        sound = sound && problems.empty();
        runs.push_back({{"id", directory.id()}, {"problems", problems}});
        if (options.json) continue;
        if (problems.empty()) std::cout << directory.id() << ": sound\n";
        for (const std::string& problem : problems) std::cout << directory.id() << ": " << problem << '\n';
    }
    if (options.json) print_json({{"sound", sound}, {"runs", runs}});
    return static_cast<int>(sound ? ExitCode::done : ExitCode::failed);
}

}  // namespace

Action declare_verify(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("RUN", options->run, "a run's id or a prefix of it; without one, every run");
    parser.add_flag("--all", options->all, "every run of the workspace");
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    return [options] { return verify(*options); };
}

}  // namespace ablate::app
