#include "app/ablate/command.h"
#include "app/ablate/interrupt.h"
#include "app/ablate/progress.h"
#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/data/prepare.h"
#include "core/data/tokenizers/load.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::vector<std::string> texts, validation;
    std::string out;
    std::optional<std::int64_t> vocab;
    bool quiet = false;
    DataConfig data;
};

void require_text(const std::string& option, const std::string& text) {
    if (!is_there(text)) throw InputError("{}{}: no such text file or folder", option, text);
}

int tokenize(Options options) {
    const Interrupt interrupt;
    for (const std::string& text : options.texts) require_text("", text);
    for (const std::string& set : options.validation) {
        const std::size_t equals = set.find('=');
        if (equals == std::string::npos || equals == 0)
            throw InputError("--val {}: name the set and its text: --val NAME=FILE", set);
        require_text("--val: ", set.substr(equals + 1));
        options.data.val[set.substr(0, equals)] = set.substr(equals + 1);
    }
    if (options.vocab) {
        options.data.vocab_size = *options.vocab;
    } else {
        if (options.data.tokenizer.empty())
            throw InputError("--vocab: the size of the vocabulary to train, or --tokenizer: an existing one");
        options.data.vocab_size = data::load_tokenizer(options.data.tokenizer).tokenizer->vocab_size();
    }
    ProgressBoard board(options.quiet);
    data::tokenize(options.data, {options.texts.begin(), options.texts.end()}, options.out,
                   [&](const std::string& what, double share) {
                       interrupt.check();
                       board.preparing(what, share);
                   });
    for (const std::string& remark : data::text_remarks(options.data, {options.texts.begin(), options.texts.end()}))
        board.line("note: " + remark);
    std::cout << options.out << '\n';
    return 0;
}

}  // namespace

Action declare_tokenize(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    DataConfig& data = options->data;
    parser.add_option("TEXT", options->texts, "text files (.txt, .jsonl, either gzipped) or folders of them")
        ->required();
    parser.add_option("--vocab", options->vocab, "size of the vocabulary (default: that of --tokenizer)")
        ->check(CLI::Range(2, 1 << 24));
    parser.add_option("--tokenizer", data.tokenizer,
                      "encode with this tokenizer, a folder or file, rather than train one");
    parser.add_option("--out", options->out, "folder to write: the tokenizer, train.npy, val.npy, data.json")
        ->required();
    parser.add_option("--val", options->validation, "NAME=FILE: a separate validation set; repeatable")
        ->allow_extra_args(false);
    parser.add_option("--text-field", data.text_field, "field of a .jsonl line that holds the text")
        ->capture_default_str();
    parser.add_option("--block-lines", data.block_lines, "lines that make a document where there is no <|endoftext|>")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 30));
    parser.add_option("--val-every", data.val_every, "every Nth document is held out")
        ->capture_default_str()
        ->check(CLI::Range(2, 1 << 30));
    parser.add_flag("--byte-fallback", data.byte_fallback, "unknown characters become byte tokens");
    parser.add_flag("--quiet", options->quiet, "no progress");
    return [options] { return tokenize(*options); };
}

}  // namespace ablate::app
