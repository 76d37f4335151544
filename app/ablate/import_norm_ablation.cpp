#include "app/ablate/import.h"
#include "app/ablate/run_json.h"
#include "app/ablate/workspace.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/interop/norm_ablation/import_folder.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string folder, study, workspace;
    bool weights = false, again = false, json = false;
};

void tell(const interop::ImportedRun& run) {
    const std::string outcome = train::to_string(run.verdict.outcome);
    const std::string name = run.path.filename().string();
    std::cerr << one_line(
                     fmt::format("{}: {}{}", name, outcome, run.verdict.cause.empty() ? "" : ": " + run.verdict.cause))
              << '\n';
    for (const std::string& remark : run.remarks) std::cerr << "note: " << one_line(name + ": " + remark) << '\n';
}

// Those that are not in the workspace yet; of the others a line each.
std::vector<interop::ImportedRun> new_runs(std::vector<interop::ImportedRun> runs, const Options& options,
                                           const std::filesystem::path& workspace) {
    std::vector<interop::ImportedRun> fresh;
    for (interop::ImportedRun& run : runs) {
        if (!options.study.empty()) run.study = options.study;
        const std::string before = options.again ? "" : interop::imported_before(workspace, run.sha256);
        if (before.empty())
            fresh.push_back(std::move(run));
        else
            std::cerr << one_line(fmt::format("{} is there already as run {}; --again imports it once more",
                                              run.path.filename().string(), before))
                      << '\n';
    }
    return fresh;
}

int import_norm_ablation(const Options& options) {
    interop::norm_ablation::FolderImport folder = interop::norm_ablation::read_folder(options.folder, options.weights);
    const std::filesystem::path workspace = make_workspace(options.workspace);
    const std::vector<interop::ImportedRun> runs = new_runs(std::move(folder.runs), options, workspace);
    Json all = Json::array();
    for (const run::RunDirectory& directory : interop::write_imported_runs(workspace, runs)) {
        if (options.json)
            all.push_back(run_json(run::read_run(directory.folder())));
        else
            std::cout << directory.id() << '\n';
    }
    if (options.json) print_json(all);
    for (const std::string& note : folder.notes) std::cerr << "note: " << one_line(note) << '\n';
    for (const interop::ImportedRun& run : runs) tell(run);
    return 0;
}

}  // namespace

Action declare_import_norm_ablation(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser
        .add_option("DIR", options->folder,
                    "a folder of VARIANT/ and VARIANT_finetuned/, as export norm-ablation writes it or as the norm "
                    "ablation of Qwen3-0.6B was published")
        ->required();
    parser.add_option("--study", options->study, "the study its runs stand in (default: as the folder is called)");
    parser.add_flag("--weights", options->weights,
                    "bring the finetuned weights along, of folders that Ablate wrote: for generate, eval and export");
    parser.add_flag("--again", options->again, "import what is there already once more");
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    return [options] { return import_norm_ablation(*options); };
}

}  // namespace ablate::app
