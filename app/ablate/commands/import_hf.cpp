#include "app/ablate/import.h"
#include "app/ablate/workspace.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/interop/hf/import_model.h"
#include "core/io/json_file.h"
#include "core/model/tensor_table.h"

#include <iostream>

namespace ablate::app {

namespace {

namespace fs = std::filesystem;

struct Options {
    std::string folder, name, study, workspace;
    bool json = false;
};

// Before the weights are copied: a study's name that is taken is no reason to have done so.
fs::path study_file(const Options& options, const fs::path& workspace) {
    if (options.study.empty()) return {};
    if (!is_plain_name(options.study))
        throw InputError("--study '{}': letters, digits, '.', '_' and '-', 64 at most", options.study);
    const fs::path file = study_file_named(workspace, options.study);
    if (fs::exists(file)) throw InputError("{}: a study of this name exists already", file.string());
    return file;
}

void print(const interop::hf::ImportedModel& model, const Options& options) {
    const std::int64_t parameters = model::parameter_counts(model.config).unique;
    if (options.json)
        return print_json({{"model", model.id},
                           {"folder", model.folder.string()},
                           {"architecture", model.architecture},
                           {"dtype", model.dtype},
                           {"parameters", parameters},
                           {"bytes", model.bytes},
                           {"tokenizer", model.has_tokenizer},
                           {"remarks", model.remarks},
                           {"study", options.study.empty() ? Json() : Json(options.study)}});
    std::cout << model.id << '\n';
    std::cerr << fmt::format("{}: {} parameters, {}, {}\n", model.architecture, with_thousands(parameters),
                             short_bytes(static_cast<double>(model.bytes)),
                             model.has_tokenizer ? "with its tokenizer" : "without a tokenizer");
    for (const std::string& remark : model.remarks) std::cerr << "note: " << remark << '\n';
    std::cerr << (options.study.empty() ? "train from it: --set train.start=" + model.id
                                        : fmt::format("next: ablate preview {} --tensors", options.study))
              << '\n';
}

int import_hf(const Options& options) {
    const fs::path workspace = make_workspace(options.workspace);
    const fs::path file = study_file(options, workspace);
    const std::string id = options.name.empty() ? interop::hf::model_id(options.folder) : options.name;
    const interop::hf::ImportedModel model = interop::hf::import_model(options.folder, workspace, id);
    if (!file.empty()) {
        fs::create_directories(file.parent_path());
        io::write_json(file, to_json(interop::hf::norm_study(model, options.study)));
    }
    print(model, options);
    return 0;
}

}  // namespace

Action declare_import_hf(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("DIR", options->folder, "config.json, model.safetensors (or shards), tokenizer files")
        ->required();
    parser.add_option("--name", options->name, "its name in the workspace (default: the folder's name)");
    parser.add_option("--study", options->study, "also write a study of this name: its norms removed and replaced");
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    return [options] { return import_hf(*options); };
}

}  // namespace ablate::app
