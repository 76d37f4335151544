#include "app/ablate/export.h"
#include "app/ablate/workspace.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/interop/hf/export_run.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string run, folder, workspace;
    interop::hf::ExportOptions hf;
    bool json = false;
};

int export_hf(const Options& options) {
    const run::ListedRun listed = run::RunStore(open_workspace(options.workspace)).find(options.run);
    const interop::hf::Exported exported =
        interop::hf::export_run(listed.directory.folder(), options.folder, options.hf);
    if (options.json) {
        print_json({{"run", listed.info.id},
                    {"folder", options.folder},
                    {"architecture", exported.architecture},
                    {"dtype", options.hf.dtype},
                    {"step", exported.step},
                    {"bytes", exported.bytes},
                    {"tokenizer", exported.has_tokenizer},
                    {"remarks", exported.remarks}});
        return 0;
    }
    std::cout << options.folder << '\n';
    std::cerr << fmt::format("{} of step {} as {}: {}, {}\n", listed.info.id, exported.step, exported.architecture,
                             short_bytes(static_cast<double>(exported.bytes)),
                             exported.has_tokenizer ? "with its tokenizer" : "its data have no tokenizer");
    for (const std::string& remark : exported.remarks) std::cerr << "note: " << remark << '\n';
    return 0;
}

}  // namespace

Action declare_export_hf(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("RUN", options->run, "a run's id or a prefix of it; its configuration is Llama's or Qwen3's")
        ->required();
    parser.add_option("DIR", options->folder, "the folder to write; it must not exist")->required();
    parser.add_option("--dtype", options->hf.dtype, "float32, float16 or bfloat16")
        ->capture_default_str()
        ->check(CLI::IsMember({"float32", "float16", "bfloat16"}));
    parser.add_option("--step", options->hf.step, "the checkpoint of this step (default: the newest)");
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    return [options] { return export_hf(*options); };
}

}  // namespace ablate::app
