#include "core/interop/flashnorm/flashnorm.h"

#include "app/ablate/command.h"
#include "app/ablate/interrupt.h"
#include "app/ablate/model_option.h"
#include "app/ablate/progress.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/interop/flashnorm/source.h"
#include "core/interop/flashnorm/verify.h"
#include "core/io/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string from, out, workspace;
    interop::FlashNormOptions fold;
    bool verify = false, json = false, quiet = false;
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

Json to_json(const interop::LogitGap& gap) {
    return {{"precision", gap.precision},
            {"largest_difference", io::number_to_json(gap.largest_difference)},
            {"largest_logit", io::number_to_json(gap.largest_logit)},
            {"argmax_agreement", io::number_to_json(gap.argmax_agreement)},
            {"kl", io::number_to_json(gap.kl)},
            {"layer_error", io::numbers_to_json(gap.layer_error)}};
}

Json to_json(const interop::FlashNormVerification& verification) {
    Json written = Json::array();
    for (const interop::LogitGap& gap : verification.written) written.push_back(to_json(gap));
    Json json = {{"exact", verification.exact()},
                 {"wrong_tensor", verification.wrong_tensor},
                 {"fold", to_json(verification.fold)},
                 {"written", written},
                 {"greedy_source", verification.greedy_source},
                 {"greedy_folded", verification.greedy_folded}};
    if (verification.greedy_prompt.empty()) return json;
    json["greedy_prompt"] = verification.greedy_prompt;
    json["text_source"] = verification.text_source;
    json["text_folded"] = verification.text_folded;
    return json;
}

std::string line_of(const interop::LogitGap& gap, const char* what) {
    const double worst_layer =
        gap.layer_error.empty() ? 0 : *std::max_element(gap.layer_error.begin(), gap.layer_error.end());
    return fmt::format(
        "{} {}: logits differ by {} at most (largest {}), argmax "
        "agrees at {} %, KL {}, layers by {}\n",
        gap.precision, what, significant(gap.largest_difference), significant(gap.largest_logit),
        fixed(100 * gap.argmax_agreement, 1), significant(gap.kl), significant(worst_layer));
}

void print(const interop::FlashNormVerification& verification) {
    std::cout << line_of(verification.fold, "fold in memory");
    for (const interop::LogitGap& gap : verification.written) std::cout << line_of(gap, "as written");
    if (!verification.wrong_tensor.empty())
        std::cout << fmt::format("as written, {} is not the fold of the source's\n", verification.wrong_tensor);
    const auto& before = verification.greedy_source;
    const auto differs = std::mismatch(before.begin(), before.end(), verification.greedy_folded.begin()).first;
    std::cout << (differs == before.end()
                      ? fmt::format("greedy: the same {} tokens\n", before.size())
                      : fmt::format("greedy: {} equal tokens, then others\n", differs - before.begin()));
    if (verification.greedy_prompt.empty()) return;
    std::cout << fmt::format("before: {}\nfolded: {}\n",
                             one_line(verification.greedy_prompt + verification.text_source),
                             one_line(verification.greedy_prompt + verification.text_folded));
}

// A Hugging Face folder as it is, or a run.
interop::FoldSource source_of(const Options& options) {
    const interop::ModelPlace place = model_named(options.from, options.workspace);
    if (place.kind == interop::ModelPlace::Kind::imported)
        throw InputError("{}: an imported model; fold the Hugging Face folder it came from", place.name);
    return {place.folder, place.kind == interop::ModelPlace::Kind::run, options.out};
}

int flashnorm(const Options& options) {
    const Interrupt interrupt;
    ProgressBoard board(options.quiet);
    const interop::FoldSource source = source_of(options);
    if (options.verify) source.require_known_model();  // refused before anything is written
    const interop::FlashNormResult result =
        interop::flashnorm(source.folder(), options.out, options.fold, [&](const std::string& what, double share) {
            interrupt.check();
            board.preparing(what, share);
        });
    std::optional<interop::FlashNormVerification> verification;
    if (options.verify)
        verification = interop::verify_flashnorm(
            source.folder(), options.out, result.plan,
            [&](const std::string& what) {
                if (!options.quiet) board.line(what);
            },
            [&] { interrupt.check(); });
    if (options.json) {
        Json json = to_json(options.out, result);
        if (verification) json["verification"] = to_json(*verification);
        print_json(json);
    } else {
        if (!options.quiet) board.line(summary(result));
        std::cout << options.out << '\n';
        if (verification) print(*verification);
    }
    return static_cast<int>(!verification || verification->exact() ? ExitCode::done : ExitCode::failed);
}

}  // namespace

Action declare_flashnorm(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser
        .add_option("MODEL", options->from,
                    "Hugging Face folder (config.json and safetensors, one file or sharded), or a run that can be "
                    "exported to such a folder")
        ->required();
    parser.add_option("--out", options->out, "new folder to write")->required();
    parser.add_flag("--strict", options->fold.strict, "leave the folded norms out of the files (default: ones)");
    parser.add_flag("--verify", options->verify,
                    "compare the weights and logits of both (llama and qwen3); exit code 1 "
                    "when the fold is not exact");
    parser.add_flag("--quiet", options->quiet, "no progress");
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    return [options] { return flashnorm(*options); };
}

}  // namespace ablate::app
