#include "core/infer/score.h"

#include "app/ablate/command.h"
#include "app/ablate/model_option.h"
#include "app/ablate/number_option.h"
#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/text.h"
#include "core/data/corpus.h"
#include "core/data/token_file.h"
#include "core/io/numbers.h"
#include "core/report/text_table.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string model, workspace, tokens, text, text_field, logits;
    interop::OpenOptions open;
    bool json = false;
};

Json to_json(const infer::Score& score, const std::string& run) {
    return {{"run", run},
            {"precision", score.precision},
            {"tokens", score.tokens},
            {"context", score.context},
            {"bytes", score.bytes},
            {"unknown_tokens", score.unknown_tokens},
            {"loss", io::number_to_json(score.loss)},
            {"perplexity", io::number_to_json(score.perplexity)},
            {"bits_per_byte", io::number_to_json(score.bpb)},
            {"bits_per_byte_special_masked", io::number_to_json(score.bpb_masked)},
            {"loss_by_position", io::numbers_to_json(score.loss_by_position)}};
}

// Positions in stretches that double: 1, 2, 3-4, 5-8, ...
void print_by_position(const infer::Score& score) {
    std::vector<std::vector<report::TextCell>> rows;
    std::size_t first = 0;
    for (std::size_t end = 1; first < score.loss_by_position.size(); first = end, end *= 2) {
        end = std::min(end, score.loss_by_position.size());
        double sum = 0;
        std::int64_t tokens = 0;
        for (std::size_t i = first; i < end; ++i) {
            sum += score.loss_by_position[i] * static_cast<double>(score.position_tokens[i]);
            tokens += score.position_tokens[i];
        }
        const std::string stretch = end - first == 1 ? std::to_string(end) : fmt::format("{}-{}", first + 1, end);
        rows.push_back({{stretch}, {fixed(sum / static_cast<double>(tokens), 4)}});
    }
    std::cout << '\n' << report::text_table({{"position"}, {"loss", true}}, std::move(rows), false, 0);
}

std::string unknown_tokens(const infer::Score& score, bool is_text) {
    return fmt::format(
        "{} of {} scored tokens are the unknown token: the model cannot tell these characters apart. {}",
        with_thousands(score.unknown_tokens), with_thousands(score.tokens),
        is_text ? "Bits per byte count the bytes of the text that they stand for."
                : "No id tells how many bytes they stand for, so bits per byte count them as 0 bytes and are too high; "
                  "score the text itself with --text.");
}

void print(const infer::Score& score) {
    std::cout << fmt::format("loss {} nats, perplexity {}, {} tokens in windows of {}, computed in {}\n",
                             fixed(score.loss, 4), significant(score.perplexity), with_thousands(score.tokens),
                             score.context, score.precision);
    if (score.bytes > 0)
        std::cout << fmt::format("bits per byte {}, {} with special tokens masked\n", fixed(score.bpb, 4),
                                 fixed(score.bpb_masked, 4));
    print_by_position(score);
}

// Refuses a text or a file of tokens that is missing or of another kind, before the weights are read.
void require_readable(const Options& options) {
    if (!options.tokens.empty()) data::TokenFile check(options.tokens);
    if (options.text.empty()) return;
    if (!is_there(options.text)) throw InputError("--text: {}: no such file or folder", options.text);
    const std::vector<std::filesystem::path> texts{options.text};
    const data::DocumentReader check(DataConfig{}, texts);
    for (const std::string& remark : data::text_remarks(DataConfig{}, texts)) std::cerr << "note: " << remark << '\n';
}

int eval(const Options& options) {
    if (options.text.empty() && !options.text_field.empty()) throw InputError("--text-field belongs to --text");
    const interop::ModelPlace place = model_named(options.model, options.workspace);
    require_readable(options);
    interop::OpenOptions open = options.open;
    open.needs_tokenizer = !options.text.empty();
    const auto trained = interop::open_model(place, open);
    const infer::Score score = options.text.empty()
                                   ? infer::score_tokens(*trained, options.tokens, options.logits)
                                   : infer::score_text_file(*trained, options.text, options.text_field, options.logits);
    if (options.json)
        print_json(to_json(score, place.name));
    else
        print(score);
    for (const std::string& remark : score.remarks) std::cerr << "note: " << remark << '\n';
    if (score.unknown_tokens > 0) std::cerr << "note: " << unknown_tokens(score, !options.text.empty()) << '\n';
    return 0;
}

}  // namespace

Action declare_eval(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("MODEL", options->model, kModelHelp)->required();
    auto* source = parser.add_option_group("what is scored");
    source->add_option("--tokens", options->tokens, "token ids: a .npy, or a .bin of uint16");
    source->add_option("--text", options->text,
                       "a text file or folder, read as data.text is and encoded with the model's tokenizer");
    source->require_option(1);
    parser.add_option("--text-field", options->text_field,
                      "field of a .jsonl line that holds the text (default: the run's data.text_field)");
    read_number(parser.add_option("--context", options->open.context, "tokens of a window (default: as trained)"),
                whole_number().range(1, 1 << 24));
    parser.add_option("--step", options->open.step, "of a run: the checkpoint of this step (default: the newest)");
    parser.add_option("--logits", options->logits, "write the fp32 logits [tokens, vocabulary] to this .npy");
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    return [options] { return eval(*options); };
}

}  // namespace ablate::app
