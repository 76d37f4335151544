#include "core/chat/chat_template.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/chat/jinja/parser.h"
#include "core/chat/jinja/render.h"
#include "core/io/json_file.h"

namespace ablate::chat {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestTemplate = 1 << 20;

// One template, or a list of {"name", "template"}, of which "default" is meant.
std::string template_in(const Json& config) {
    const auto found = config.find("chat_template");
    if (found == config.end()) return {};
    if (found->is_string()) return found->get<std::string>();
    if (found->is_array())
        for (const Json& each : *found)
            if (each.is_object() && each.value("name", Json()) == "default" &&
                each.value("template", Json()).is_string())
                return each.at("template").get<std::string>();
    return {};
}

// A token is a string, or an object of AddedToken's form.
std::string token_in(const Json& config, const char* name) {
    const auto found = config.find(name);
    if (found == config.end()) return {};
    const Json content = found->is_object() ? found->value("content", Json()) : *found;
    return content.is_string() ? content.get<std::string>() : "";
}

}  // namespace

struct ChatTemplate::Parsed {
    jinja::Statements statements;
    jinja::Data tokens = jinja::Data::object();  // bos_token, ...
};

ChatTemplate::ChatTemplate(const fs::path& folder) : parsed_(std::make_unique<Parsed>()) {
    const fs::path own = folder / "chat_template.jinja", file = folder / "tokenizer_config.json";
    const Json config = is_there(file) ? io::read_json(file) : Json::object();
    std::string source = config.is_object() ? template_in(config) : "";
    if (is_there(own)) {
        if (fs::file_size(own) > kLargestTemplate) throw InputError("{}: larger than a megabyte", own.string());
        source = read_file(own);
    }
    if (source.empty())
        throw InputError("{}: no chat template: neither chat_template.jinja nor one in tokenizer_config.json",
                         folder.string());
    if (source.size() > kLargestTemplate)
        throw InputError("{}: its chat template is larger than a megabyte", file.string());
    parsed_->statements = jinja::parse(source);
    for (const char* name : {"bos_token", "eos_token", "pad_token", "unk_token"})
        if (const std::string token = config.is_object() ? token_in(config, name) : ""; !token.empty())
            parsed_->tokens[name] = token;
}

ChatTemplate::~ChatTemplate() = default;

std::string ChatTemplate::render(const std::vector<ChatMessage>& messages, const ChatOptions& options) const {
    jinja::Data variables = parsed_->tokens, list = jinja::Data::array();
    for (const ChatMessage& message : messages) list.push_back({{"role", message.role}, {"content", message.content}});
    variables["messages"] = std::move(list);
    variables["tools"] = nullptr;
    variables["documents"] = nullptr;
    variables["add_generation_prompt"] = options.generation_prompt;
    variables["enable_thinking"] = options.thinking;
    return jinja::render(parsed_->statements, variables);
}

}  // namespace ablate::chat
