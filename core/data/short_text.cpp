#include "core/data/short_text.h"

#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/text.h"
#include "core/data/corpus.h"

#include <algorithm>
#include <filesystem>

namespace ablate::data {
namespace {

constexpr std::size_t kMostBytes = 8 << 20, kMostFiles = 100;

std::string objection(const DataConfig& config, const ShortText& text, std::int64_t held_out_documents,
                      std::int64_t held_out_bytes) {
    if (held_out_documents == 0)
        return fmt::format(
            "data.val_every: {} has {} document{}; one in {}, from number {} on, is held out for validation: lower "
            "data.val_every{}, or name a text in data.val",
            config.text, with_thousands(text.documents), text.documents == 1 ? "" : "s", config.val_every,
            config.val_every / 2 + 1, text.cut_by_lines ? " or data.block_lines" : "");
    return fmt::format(
        "data.val_every: the documents of {} that are held out for validation have {} bytes, and a window of "
        "data.context {} takes more: lower data.val_every or data.context, or name a text in data.val",
        config.text, with_thousands(held_out_bytes), with_thousands(config.context));
}

// A folder that has folders or many files is not read: its text is hardly too short, or it is "/" while a longer path
// is being typed.
bool may_be_read_now(const std::filesystem::path& text) {
    std::error_code error;
    if (!std::filesystem::is_directory(text, error)) return true;
    std::size_t entries = 0;
    for (std::filesystem::directory_iterator entry(text, error), end; !error && entry != end; entry.increment(error))
        if (++entries > kMostFiles || entry->is_directory(error)) return false;
    return !error;
}

}  // namespace

std::optional<ShortText> short_text(const DataConfig& config) {
    if (config.text.empty() || !config.tokens.empty() || !config.val.empty() || !is_there(config.text)) return {};
    if (!may_be_read_now(config.text)) return {};
    ShortText found;
    try {
        DocumentReader reader(config, {config.text}, kMostBytes);
        std::int64_t held_out = 0, held_out_documents = 0;
        std::size_t read = 0;
        found.cut_by_lines = true;
        for (Document document; reader.next(document);) {
            ++found.documents;
            found.lines += std::count(document.text.begin(), document.text.end(), '\n');
            found.cut_by_lines = found.cut_by_lines && !document.bordered;
            read += document.text.size();
            if (document.validation) {
                held_out += static_cast<std::int64_t>(document.text.size());
                ++held_out_documents;
            }
            // Each token covers at least one byte, except for the tokens at the borders of a document.
            if (held_out + 2 * held_out_documents > config.context || read > kMostBytes) return {};
        }
        found.line = objection(config, found, held_out_documents, held_out);
        return found;
    } catch (const InputError& error) {
        return ShortText{fmt::format("data.text: {}", error.what()), 0, 0, false};
    }
}

}  // namespace ablate::data
