#include "core/infer/generate.h"

#include "app/ablate/command.h"
#include "app/ablate/workspace.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string run, workspace, prompt;
    infer::SamplingOptions sampling;
    std::optional<std::int64_t> step;
    bool json = false;
};

int generate(const Options& options) {
    const run::ListedRun listed = run::RunStore(open_workspace(options.workspace)).find(options.run);
    const auto folder = listed.directory.folder();
    if (options.json) {
        const std::string text = infer::generate(folder, options.prompt, options.sampling, {}, options.step);
        print_json({{"run", listed.info.id}, {"prompt", options.prompt}, {"text", text}});
        return 0;
    }
    std::cout << options.prompt << std::flush;
    infer::generate(
        folder, options.prompt, options.sampling, [](const std::string& piece) { std::cout << piece << std::flush; },
        options.step);
    std::cout << '\n';
    return 0;
}

}  // namespace

Action declare_generate(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    infer::SamplingOptions& sampling = options->sampling;
    parser.add_option("RUN", options->run, "a run's id or a prefix of it")->required();
    parser.add_option("--prompt", options->prompt, "the text to continue")->required();
    parser.add_option("--step", options->step, "the checkpoint of this step (default: the newest)");
    parser.add_option("--temperature", sampling.temperature, "0: greedy")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 100.0));
    parser.add_option("--top-k", sampling.top_k, "sample from the k likeliest; 0: all")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    parser.add_option("--top-p", sampling.top_p, "sample from the likeliest that sum to p")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 1.0));
    parser.add_option("--seed", sampling.seed, "of the sampling")->capture_default_str();
    parser.add_option("--max-tokens", sampling.max_tokens, "tokens to add")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 20));
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    return [options] { return generate(*options); };
}

}  // namespace ablate::app
