#include "core/data/tokenizers/tokenizer_json.h"

#include "core/data/tokenizers/vocabulary.h"
#include "core/io/json_file.h"

#include <algorithm>

namespace ablate::data {

namespace fs = std::filesystem;

namespace {

// The parts of a list of processing steps, or the one step there is.
template <class Each>
void for_each_step(const JsonNode& step, std::string_view list, const Each& each) {
    if (step.is_null()) return;
    if (step["type"].text() == "Sequence")
        step[list].for_each([&](const JsonNode& one) { for_each_step(one, list, each); });
    else
        each(step);
}

void read_normalizer(const JsonNode& normalizer, BpeDefinition& definition) {
    for_each_step(normalizer, "normalizers", [&](const JsonNode& step) {
        const std::string type = step["type"].text();
        if (type != "NFC") step["type"].refuse_type(type, "NFC");
        definition.nfc = true;
    });
}

SplitPattern read_split(const JsonNode& split) {
    const JsonNode regex = split["pattern"]["Regex"];
    if (regex.is_null()) split["pattern"].refuse("only a Regex is known here");
    const auto pattern = split_pattern_of(regex.text());
    if (!pattern) regex.refuse_type(regex.text(), "the patterns of GPT-2, Qwen2 and Qwen3, and Llama 3");
    // The patterns leave nothing of a text out: to keep the matches alone is to keep them beside what is between.
    const std::string behavior = split["behavior"].text();
    const bool isolated = behavior == "Isolated" && !split["invert"].flag(false);
    if (!isolated && !(behavior == "Removed" && split["invert"].flag(false)))
        split["behavior"].refuse_type(behavior, "Isolated, and Removed with invert");
    return *pattern;
}

// ByteLevel alone, or a Split before a ByteLevel that does not split again.
void read_pre_tokenizer(const JsonNode& pre_tokenizer, BpeDefinition& definition) {
    std::optional<SplitPattern> split;
    bool has_bytes = false;
    for_each_step(pre_tokenizer, "pretokenizers", [&](const JsonNode& step) {
        const std::string type = step["type"].text();
        if (type != "Split" && type != "ByteLevel") step["type"].refuse_type(type, "ByteLevel, Split");
        if (has_bytes || (split && type == "Split")) step.refuse("only a Split followed by a ByteLevel is known here");
        if (type == "Split") {
            split = read_split(step);
            return;
        }
        has_bytes = true;
        const bool splits = step["use_regex"].flag(true);
        definition.add_prefix_space = step["add_prefix_space"].flag(true);
        if (split && (splits || definition.add_prefix_space))
            step.refuse("after a Split, use_regex and add_prefix_space must be false");
        definition.split = split ? *split : splits ? SplitPattern::gpt2 : SplitPattern::whole;
    });
    if (!has_bytes) pre_tokenizer.refuse("there is no ByteLevel: only byte-level BPE is known here");
}

void read_decoder(const JsonNode& decoder) {
    for_each_step(decoder, "decoders", [](const JsonNode& step) {
        const std::string type = step["type"].text();
        if (type != "ByteLevel") step["type"].refuse_type(type, "ByteLevel");
    });
}

void read_template(const JsonNode& step, std::uint64_t id_limit, BpeFile& file) {
    std::vector<std::int32_t> before, after;
    bool after_text = false;
    step["single"].for_each([&](const JsonNode& piece) {
        if (!piece["Sequence"].is_null()) {
            if (after_text) piece.refuse("the text appears twice in the template");
            after_text = true;
            return;
        }
        const JsonNode ids = step["special_tokens"][piece["SpecialToken"]["id"].text()]["ids"];
        if (ids.is_null()) piece.refuse("the token is not among the template's special_tokens");
        ids.for_each([&](const JsonNode& id) { (after_text ? after : before).push_back(id.id(id_limit)); });
    });
    if (!after_text) step["single"].refuse("the template has no place for the text");
    file.before.insert(file.before.begin(), before.begin(), before.end());
    file.after.insert(file.after.end(), after.begin(), after.end());
}

void read_post_processor(const JsonNode& processor, std::uint64_t id_limit, BpeFile& file) {
    for_each_step(processor, "processors", [&](const JsonNode& step) {
        const std::string type = step["type"].text();
        if (type == "TemplateProcessing")
            read_template(step, id_limit, file);
        else if (type != "ByteLevel")  // which moves offsets alone
            step["type"].refuse_type(type, "ByteLevel, TemplateProcessing");
    });
}

void read_merges(const JsonNode& merges, BpeDefinition& definition) {
    if (!merges.value().is_array()) merges.refuse("a list of merges is expected");
    definition.merges.reserve(merges.value().size());
    merges.for_each([&](const JsonNode& merge) {
        const Json& value = merge.value();
        const std::string where = merge.place();
        if (value.is_string())
            add_merge(value.get_ref<const std::string&>(), where, definition);
        else if (value.is_array() && value.size() == 2 && value[0].is_string() && value[1].is_string())
            add_merge(value[0].get_ref<const std::string&>(), value[1].get_ref<const std::string&>(), where,
                      definition);
        else
            merge.refuse("a merge is \"a b\" or [\"a\", \"b\"]");
    });
}

void read_model(const JsonNode& model, std::uint64_t id_limit, BpeDefinition& definition) {
    if (model.is_null()) model.refuse("there is no model: is this a tokenizer.json?");
    const std::string type = model["type"].text_or("BPE");  // GPT-2's own file has none
    if (type != "BPE") model["type"].refuse_type(type, "BPE");
    for (const char* affix : {"continuing_subword_prefix", "end_of_word_suffix"})
        if (!model[affix].text_or("").empty()) model[affix].refuse("is not known here; a byte-level BPE has none");
    if (model["byte_fallback"].flag(false)) model["byte_fallback"].refuse("a byte-level BPE needs none");
    if (const Json& dropout = model["dropout"].value(); !dropout.is_null() && dropout != 0)
        model["dropout"].refuse("dropout makes ids a matter of chance; it must be null");
    read_vocabulary(model["vocab"], id_limit, definition);
    read_merges(model["merges"], definition);
    definition.ignore_merges = model["ignore_merges"].flag(false);
    definition.fuse_unknown = model["fuse_unk"].flag(false);
    if (const JsonNode unknown = model["unk_token"]; !unknown.is_null()) {
        const auto found = definition.ids.find(unknown.text());
        if (found == definition.ids.end()) unknown.refuse("the vocabulary has no such token");
        definition.unknown = found->second;
    }
}

}  // namespace

BpeFile read_tokenizer_json(const fs::path& file) {
    const Json json = io::read_json(file);
    const std::uint64_t id_limit = id_limit_of(fs::file_size(file));
    const JsonNode root(json, file.string());
    if (!root.is_object()) root.refuse("a tokenizer.json is expected: an object with a model");
    BpeFile result;
    BpeDefinition& definition = result.definition;
    definition.file = file.string();
    read_model(root["model"], id_limit, definition);
    root["added_tokens"].for_each([&](const JsonNode& token) {
        AddedToken added = added_token(token);
        added.id = token["id"].id(id_limit);
        add_token(std::move(added), token.place(), definition);
    });
    read_normalizer(root["normalizer"], definition);
    read_pre_tokenizer(root["pre_tokenizer"], definition);
    read_post_processor(root["post_processor"], id_limit, result);
    read_decoder(root["decoder"]);
    return result;
}

BpeFile read_text_border(const fs::path& file) {
    const Json json = io::read_json(file);
    const JsonNode root(json, file.string());
    if (!root.is_object()) root.refuse("a tokenizer.json is expected: an object with a model");
    BpeFile result;
    read_post_processor(root["post_processor"], id_limit_of(fs::file_size(file)), result);
    return result;
}

}  // namespace ablate::data
