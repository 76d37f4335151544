#include "app/ablate/command.h"
#include "core/base/error.h"
#include "core/data/tokenizers/load.h"
#include "core/io/json_file.h"

#include <charconv>
#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string tokenizer;
    bool json = false, plain = false;
};

// Calls `answer` with each line of standard input and what names it in a message, and prints the line it makes.
template <class Answer>
int answer_lines(const Answer& answer) {
    std::ios::sync_with_stdio(false);
    std::string line;
    for (std::int64_t number = 1; std::getline(std::cin, line); ++number)
        std::cout << answer(line, fmt::format("standard input, line {}", number)) << '\n';
    if (!std::cout.flush()) throw ResourceError("standard output cannot be written");
    return 0;
}

std::string id_list(const std::vector<std::int32_t>& ids) {
    std::string text = "[";
    char digits[16];
    for (const std::int32_t id : ids) {
        if (text.size() > 1) text += ", ";
        text.append(digits, std::to_chars(digits, std::end(digits), id).ptr);
    }
    return text + "]";
}

std::string text_of(const std::string& line, const std::string& place) {
    const Json json = io::parse_json(line, place);
    if (!json.is_string()) throw InputError("{}: a JSON string is expected with --json", place);
    return json.get<std::string>();
}

std::vector<std::int32_t> ids_of(const std::string& line, const std::string& place, std::int64_t vocab_size) {
    const Json json = io::parse_json(line, place);
    if (!json.is_array()) throw InputError("{}: a JSON array of token ids is expected", place);
    std::vector<std::int32_t> ids;
    for (const Json& id : json) {
        if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= static_cast<std::uint64_t>(vocab_size))
            throw InputError("{}: {} is not a token id; ids are 0 to {}", place, io::dump_line(id), vocab_size - 1);
        ids.push_back(id.get<std::int32_t>());
    }
    return ids;
}

void tell(const data::LoadedTokenizer& loaded) {
    for (const std::string& remark : loaded.remarks) std::cerr << "note: " << remark << '\n';
}

int encode(const Options& options) {
    const data::LoadedTokenizer loaded = data::load_tokenizer(options.tokenizer);
    tell(loaded);
    std::vector<std::int32_t> ids;
    return answer_lines([&](const std::string& line, const std::string& place) {
        ids.clear();
        if (!options.plain) ids = loaded.before;
        loaded.tokenizer->encode(options.json ? text_of(line, place) : line, ids);
        if (!options.plain) ids.insert(ids.end(), loaded.after.begin(), loaded.after.end());
        return id_list(ids);
    });
}

int decode(const Options& options) {
    const data::LoadedTokenizer loaded = data::load_tokenizer(options.tokenizer);
    tell(loaded);
    const data::Tokenizer& tokenizer = *loaded.tokenizer;
    return answer_lines([&](const std::string& line, const std::string& place) {
        std::vector<std::int32_t> ids = ids_of(line, place, tokenizer.vocab_size());
        if (options.plain) std::erase_if(ids, [&](std::int32_t id) { return tokenizer.is_special(id); });
        const std::string text = tokenizer.decode(ids);
        return options.json ? io::dump_line(text) : text;
    });
}

void add_tokenizer_option(CLI::App& parser, Options& options) {
    parser
        .add_option(
            "--tokenizer", options.tokenizer,
            "tokenizer.json, vocab.json (with merges.txt next to it), encoder.json (with vocab.bpe), a sentencepiece "
            ".model, or a folder of one")
        ->required();
}

}  // namespace

Action declare_encode(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    add_tokenizer_option(parser, *options);
    parser.add_flag("--json", options->json, "each line is a JSON string: a text may hold line breaks");
    parser.add_flag("--plain", options->plain, "without the tokens that the tokenizer puts around a text");
    return [options] { return encode(*options); };
}

Action declare_decode(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    add_tokenizer_option(parser, *options);
    parser.add_flag("--json", options->json, "print each text as a JSON string");
    parser.add_flag("--plain", options->plain, "leave special tokens out");
    return [options] { return decode(*options); };
}

}  // namespace ablate::app
