#include "core/infer/generate.h"

#include "app/ablate/command.h"
#include "app/ablate/model_option.h"
#include "app/ablate/number_option.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/chat/chat_template.h"

#include <fmt/format.h>

#include <iostream>
#include <sstream>

namespace ablate::app {

namespace {

struct Options {
    std::string model, workspace, prompts_file;
    std::vector<std::string> prompts;
    infer::SamplingOptions sampling;
    interop::OpenOptions open;
    std::optional<std::string> system;
    bool chat = false, no_thinking = false, no_cache = false, json = false;
};

// Those of --prompt, then the lines of --prompts that are not blank.
std::vector<std::string> all_prompts(const Options& options) {
    std::vector<std::string> prompts = options.prompts;
    if (!options.prompts_file.empty()) {
        std::istringstream lines(read_file(options.prompts_file));
        for (std::string line; std::getline(lines, line);) {
            if (line.ends_with('\r')) line.pop_back();
            if (!trim(line).empty()) prompts.push_back(line);
        }
    }
    if (prompts.empty())
        throw InputError(options.prompts_file.empty() ? "a prompt is needed: --prompt TEXT or --prompts FILE"
                                                      : options.prompts_file + ": has no line that is not blank");
    return prompts;
}

std::vector<std::vector<std::int32_t>> ids_of(const Options& options, const std::vector<std::string>& prompts,
                                              const infer::TrainedModel& trained) {
    std::optional<chat::ChatTemplate> chat;
    if (options.chat) chat.emplace(infer::tokenizer_folder(trained));
    std::vector<std::vector<std::int32_t>> ids;
    for (const std::string& prompt : prompts) {
        std::string text = prompt;
        if (chat) {
            std::vector<chat::ChatMessage> messages;
            if (options.system) messages.push_back({"system", *options.system});
            messages.push_back({"user", prompt});
            text = chat->render(messages, {.thinking = !options.no_thinking});
        }
        ids.push_back(infer::prompt_ids(trained, text, options.chat));
    }
    return ids;
}

Json to_json(const Options& options, const std::string& name, const std::vector<std::string>& prompts,
             const std::vector<infer::Completion>& completions) {
    Json list = Json::array();
    for (std::size_t i = 0; i < prompts.size(); ++i)
        list.push_back({{"prompt", prompts[i]},
                        {"prompt_ids", completions[i].prompt_ids},
                        {"ids", completions[i].ids},
                        {"text", completions[i].text},
                        {"finish", infer::to_string(completions[i].finish)}});
    return {{"run", name},
            {"prompt", prompts.front()},
            {"text", completions.front().text},
            {"chat", options.chat},
            {"completions", list}};
}

int generate(const Options& options) {
    if (!options.chat && (options.system || options.no_thinking))
        throw InputError("{} belongs to --chat", options.system ? "--system" : "--no-thinking");
    for (const std::string& stop : options.sampling.stop)  // before the prompt is printed
        if (stop.empty()) throw InputError("--stop: the stop string is empty: every text would end at once");
    const std::vector<std::string> prompts = all_prompts(options);
    const interop::ModelPlace place = model_named(options.model, options.workspace);
    interop::OpenOptions open = options.open;
    open.needs_tokenizer = open.for_generation = true;
    const auto trained = interop::open_model(place, open);
    const auto ids = ids_of(options, prompts, *trained);
    infer::SamplingOptions sampling = options.sampling;
    sampling.cache = !options.no_cache;

    const bool streamed = prompts.size() == 1 && !options.json;
    if (streamed && !options.chat) std::cout << prompts.front() << std::flush;
    const infer::Emit emit = [](std::size_t, const std::string& piece) { std::cout << piece << std::flush; };
    const auto completions = infer::generate(*trained, ids, sampling, streamed ? emit : infer::Emit());
    if (options.json) {
        print_json(to_json(options, place.name, prompts, completions));
    } else if (streamed) {
        std::cout << '\n';
    } else {
        for (std::size_t i = 0; i < prompts.size(); ++i)
            std::cout << (i > 0 ? "\n" : "") << prompts[i] << (options.chat ? "\n" : "") << completions[i].text << '\n';
    }
    return 0;
}

void add_sampling(CLI::App& parser, infer::SamplingOptions& sampling) {
    const auto number = [&](const char* name, auto& value, const char* help, const FieldBuilder& field) {
        read_number(parser.add_option(name, value, help)->capture_default_str(), field);
    };
    number("--temperature", sampling.temperature, "0: greedy", real_number().range(0, 100));
    number("--top-k", sampling.top_k, "sample from the k likeliest; 0: all", whole_number().at_least(0));
    number("--top-p", sampling.top_p, "sample from the likeliest that sum to p", real_number().range(0, 1));
    number("--min-p", sampling.min_p, "sample from those at least p times as likely as the likeliest; 0: all",
           real_number().range(0, 1));
    number("--repetition-penalty", sampling.repetition_penalty,
           "divides the positive logits of tokens that the text already has, and multiplies negative ones; 1: off",
           real_number().range(0.01, 100));
    parser.add_option("--stop", sampling.stop, "end before this text; repeatable")->allow_extra_args(false);
    parser.add_option("--seed", sampling.seed, "of the sampling")->capture_default_str();
    number("--max-tokens", sampling.max_tokens, "tokens to add", whole_number().range(1, 1 << 20));
}

}  // namespace

Action declare_generate(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("MODEL", options->model, kModelHelp)->required();
    parser.add_option("--prompt", options->prompts, "the text to continue; repeatable")->allow_extra_args(false);
    parser.add_option("--prompts", options->prompts_file, "a file with a prompt on each line");
    parser.add_flag("--chat", options->chat, "each prompt is a user message, rendered with the model's chat template");
    parser.add_option("--system", options->system, "with --chat: the system message");
    parser.add_flag("--no-thinking", options->no_thinking,
                    "with --chat: where the template knows enable_thinking, false");
    add_sampling(parser, options->sampling);
    read_number(
        parser.add_option("--context", options->open.context, "tokens the model sees at once (default: as trained)"),
        whole_number().range(1, 1 << 24));
    parser.add_option("--step", options->open.step, "of a run: the checkpoint of this step (default: the newest)");
    parser.add_flag("--no-cache", options->no_cache,
                    "recompute everything for each token: slow, but the same text in float32");
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    return [options] { return generate(*options); };
}

}  // namespace ablate::app
