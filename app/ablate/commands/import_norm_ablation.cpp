#include "app/ablate/import.h"
#include "app/ablate/workspace.h"
#include "app/ablate/write_imported.h"
#include "core/interop/norm_ablation/import_folder.h"

namespace ablate::app {

namespace {

struct Options {
    std::string folder, study, workspace;
    bool weights = false, again = false, json = false;
};

int import_norm_ablation(const Options& options) {
    interop::norm_ablation::FolderImport folder = interop::norm_ablation::read_folder(options.folder, options.weights);
    if (!options.study.empty())
        for (interop::ImportedRun& run : folder.runs) run.study = options.study;
    write_and_tell(make_workspace(options.workspace), std::move(folder.runs), {options.again, options.json},
                   folder.notes);
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
    parser.add_option("--study", options->study, "the study that its runs belong to (default: the folder's name)");
    parser.add_flag("--weights", options->weights,
                    "bring the finetuned weights along, of folders that Ablate wrote: for generate, eval and export");
    parser.add_flag("--again", options->again, "import again what has been imported already");
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    return [options] { return import_norm_ablation(*options); };
}

}  // namespace ablate::app
