#include "core/data/tokenizers/side_files.h"

#include "core/base/paths.h"
#include "core/data/tokenizers/json_node.h"
#include "core/data/tokenizers/vocabulary.h"
#include "core/io/json_file.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace ablate::data {

namespace fs = std::filesystem;

namespace {

// A damaged id must not make a table that is much larger than its file: no vocabulary in use is near this.
constexpr std::uint64_t id_limit = std::uint64_t{1} << 20;

std::optional<bool> optional_flag(const JsonNode& node) {
    return node.is_null() ? std::nullopt : std::optional(node.flag(false));
}

// A special token that is named: its content, or an AddedToken.
std::optional<AddedToken> named_token(const JsonNode& node) {
    if (node.is_null()) return std::nullopt;
    if (!node.is_object()) return AddedToken{.content = node.text(), .special = true};
    AddedToken token = added_token(node);
    token.special = true;
    token.normalized = node["normalized"].flag(false);
    return token;
}

void read_named(const JsonNode& file, SideFiles& result) {
    for (const auto& [key, value] : file.value().get_ref<const Json::object_t&>()) {
        const JsonNode node = file[key];
        const bool names = value.is_string() || value.is_null() || (value.is_object() && value.contains("content"));
        if (key.ends_with("_token") && names) result.named[key] = named_token(node);
        if (key != "additional_special_tokens" && key != "extra_special_tokens") continue;
        if (node.is_object()) {
            for (const auto& item : value.items()) result.named[item.key()] = named_token(node[item.key()]);
        } else {
            node.for_each([&](const JsonNode& one) {
                if (const auto token = named_token(one)) result.named["special " + token->content] = token;
            });
        }
    }
}

std::int32_t id_of_key(const std::string& key, const JsonNode& place) {
    std::uint64_t id = id_limit;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (error != std::errc() || end != key.data() + key.size() || id >= id_limit)
        place.refuse(fmt::format("{} is no id of a token", quote(key)));
    return static_cast<std::int32_t>(id);
}

// The order in which transformers adds them.
void sort_by_id(std::vector<AddedToken>& added) {
    std::stable_sort(added.begin(), added.end(), [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
}

void read_added_tokens_decoder(const JsonNode& added, SideFiles& result) {
    if (!added.is_object()) added.refuse("an object of id to token is expected");
    for (const auto& [key, token] : added.value().get_ref<const Json::object_t&>()) {
        AddedToken one = added_token(added[key]);
        one.id = id_of_key(key, added);
        result.added.push_back(std::move(one));
    }
    sort_by_id(result.added);
}

std::string without_fast(std::string name) {
    if (name.ends_with("Fast")) name.resize(name.size() - std::string_view("Fast").size());
    return name;
}

void read_model_config(const fs::path& file, SideFiles& result) {
    try {
        const Json json = io::read_json(file);
        if (!json.is_object()) return;
        if (const auto found = json.find("model_type"); found != json.end() && found->is_string())
            result.model_type = found->get<std::string>();
        if (const auto found = json.find("tokenizer_class"); found != json.end() && found->is_string())
            result.model_class = without_fast(found->get<std::string>());
    } catch (const InputError&) {
        // transformers' AutoTokenizer continues without a config.json that cannot be read.
    }
}

void read_config(const fs::path& file, SideFiles& result) {
    const Json json = io::read_json(file);
    const JsonNode config(json, file.string());
    if (!config.is_object()) config.refuse("an object is expected");
    result.has_config = true;
    result.tokenizer_class = without_fast(config["tokenizer_class"].text_or(""));
    result.add_bos = optional_flag(config["add_bos_token"]);
    result.add_eos = optional_flag(config["add_eos_token"]);
    result.legacy = optional_flag(config["legacy"]);
    result.add_prefix_space = optional_flag(config["add_prefix_space"]);
    read_named(config, result);
    if (!config["added_tokens_decoder"].is_null()) read_added_tokens_decoder(config["added_tokens_decoder"], result);
}

// {"<|im_start|>": 420}
std::vector<AddedToken> read_added_tokens(const fs::path& file, const SideFiles& found) {
    const Json json = io::read_json(file);
    const JsonNode tokens(json, file.string());
    if (!tokens.is_object()) tokens.refuse("an object of token to id is expected");
    std::set<std::string> special;
    for (const auto& [role, token] : found.named)
        if (token) special.insert(token->content);
    std::vector<AddedToken> added;
    for (const auto& [content, id] : json.get_ref<const Json::object_t&>()) {
        const bool is_special = special.contains(content);
        added.push_back(
            {.content = content, .id = tokens[content].id(id_limit), .special = is_special, .normalized = !is_special});
    }
    sort_by_id(added);
    return added;
}

}  // namespace

void SideFiles::name_by_default(const std::string& role, const std::string& content) {
    named.try_emplace(role, AddedToken{.content = content, .special = true});
}

const AddedToken* SideFiles::special(const std::string& role) const {
    const auto found = named.find(role);
    return found == named.end() || !found->second ? nullptr : &*found->second;
}

std::vector<fs::path> side_files(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const char* name : {"tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"})
        if (is_there(folder / name)) files.push_back(folder / name);
    return files;
}

SideFiles read_side_files(const fs::path& folder) {
    SideFiles result;
    if (const fs::path model = folder / "config.json"; is_there(model)) read_model_config(model, result);
    if (const fs::path config = folder / "tokenizer_config.json"; is_there(config)) read_config(config, result);
    const bool complete = !result.added.empty();
    if (const fs::path map = folder / "special_tokens_map.json"; !complete && is_there(map)) {
        const Json json = io::read_json(map);
        const JsonNode root(json, map.string());
        if (!root.is_object()) root.refuse("an object is expected");
        read_named(root, result);
    }
    const fs::path file = folder / "added_tokens.json";
    if (!is_there(file)) return result;
    std::vector<AddedToken> older = read_added_tokens(file, result);
    if (!complete) {
        result.added = std::move(older);
        return result;
    }
    for (const AddedToken& token : older)
        if (std::none_of(result.added.begin(), result.added.end(), [&](const AddedToken& known) {
                return known.content == token.content && known.id == token.id;
            }))
            result.remarks.push_back(
                fmt::format("{}: {} with the id {} is left out, as transformers does: added_tokens_decoder of "
                            "tokenizer_config.json does not list it.",
                            file.string(), quote(token.content), token.id));
    return result;
}

}  // namespace ablate::data
