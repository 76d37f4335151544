#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

// No torch here.
namespace ablate::chat {

struct ChatMessage {
    std::string role;  // system, user, assistant
    std::string content;
};

struct ChatOptions {
    bool thinking = true;           // enable_thinking, of the templates that ask for it
    bool generation_prompt = true;  // ends where the assistant's words begin
};

// How a conversation becomes the text a chat model was trained on: the Jinja template that a model brings. The part of
// Jinja that Qwen3's and Llama 3's use is known; all else is refused by name, as are templates that run on forever.
class ChatTemplate {
  public:
    // Of chat_template.jinja, else of "chat_template" in tokenizer_config.json, which also names the special tokens.
    // InputError: there is none, or one that cannot be read.
    explicit ChatTemplate(const std::filesystem::path& folder);
    ~ChatTemplate();
    ChatTemplate(const ChatTemplate&) = delete;
    ChatTemplate& operator=(const ChatTemplate&) = delete;

    std::string render(const std::vector<ChatMessage>& messages, const ChatOptions& options = {}) const;

  private:
    struct Parsed;
    std::unique_ptr<Parsed> parsed_;
};

}  // namespace ablate::chat
