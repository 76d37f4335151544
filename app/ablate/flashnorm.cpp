#include "core/interop/flashnorm/flashnorm.h"

#include "app/ablate/command.h"
#include "app/ablate/interrupt.h"
#include "app/ablate/progress.h"
#include "app/ablate/workspace.h"

#include <fmt/format.h>
#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string from, out;
    interop::FlashNormOptions fold;
    bool json = false, quiet = false;
};

Json to_json(const std::string& out, const interop::FlashNormResult& result) {
    Json folded = Json::array(), files = Json::array();
    for (const interop::Fold& fold : result.plan.folds)
        folded.push_back({{"norm", fold.norm}, {"projections", fold.projections}, {"missing", fold.missing}});
    for (const interop::WrittenFile& file : result.weights)
        files.push_back({{"name", file.name}, {"tensors", file.tensors}, {"sha256", file.sha256}});
    return {{"out", out},
            {"model_type", result.plan.model_type},
            {"layers", result.plan.layers},
            {"tied", result.plan.tied},
            {"strict", result.strict},
            {"folded", folded},
            {"files", files}};
}

std::string summary(const interop::FlashNormResult& result) {
    std::size_t projections = 0, missing = 0;
    for (const interop::Fold& fold : result.plan.folds) {
        projections += fold.projections.size();
        missing += fold.missing ? 1 : 0;
    }
    std::string text = fmt::format("{} norms folded into {} projections, {}", result.plan.folds.size(), projections,
                                   result.strict ? "left out of the files" : "ones in their place");
    if (missing > 0) text += fmt::format("; {} were missing and count as ones", missing);
    if (result.plan.tied) text += "; the head is tied: model.norm.weight is kept";
    return text;
}

int flashnorm(const Options& options) {
    const Interrupt interrupt;
    ProgressBoard board(options.quiet);
    const interop::FlashNormResult result =
        interop::flashnorm(options.from, options.out, options.fold, [&](const std::string& what, double share) {
            interrupt.check();
            board.preparing(what, share);
        });
    if (options.json) {
        print_json(to_json(options.out, result));
        return 0;
    }
    if (!options.quiet) board.line(summary(result));
    std::cout << options.out << '\n';
    return 0;
}

}  // namespace

Action declare_flashnorm(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("DIR", options->from, "Hugging Face folder: config.json and safetensors, one file or sharded")
        ->required();
    parser.add_option("--out", options->out, "new folder to write")->required();
    parser.add_flag("--strict", options->fold.strict, "leave the folded norms out of the files (default: ones)");
    parser.add_flag("--quiet", options->quiet, "no progress");
    add_json_option(parser, options->json);
    return [options] { return flashnorm(*options); };
}

}  // namespace ablate::app
