#include "core/data/sampled_unknown.h"

#include "core/data/tokenizers/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

namespace ablate::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 256 << 10;
constexpr std::int64_t kMostTokens = 256 << 10;

// At most `bytes` bytes of a text in UTF-8, none of its characters cut.
std::string_view beginning(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
    return text.substr(0, bytes);
}

std::string state_of(const fs::path& tokenizer) {
    std::string state = fs::absolute(tokenizer).string();
    std::vector<fs::path> files = tokenizer_files(tokenizer);
    files.push_back(files.front().parent_path() / "config.json");  // where no other file names the class, it does
    for (const fs::path& file : files) {
        std::error_code ignored;
        state += fmt::format("\n{} {} {}", file.string(), fs::file_size(file, ignored),
                             fs::last_write_time(file, ignored).time_since_epoch().count());
    }
    return state;
}

}  // namespace

std::shared_ptr<const Tokenizer> tokenizer_with_unknown(const fs::path& path) {
    static std::mutex mutex;
    static std::string kept_state;
    static std::shared_ptr<const Tokenizer> kept;
    const std::string state = state_of(path);
    const std::scoped_lock lock(mutex);
    if (state == kept_state) return kept;
    std::shared_ptr<const Tokenizer> loaded = load_tokenizer(path).tokenizer;
    if (loaded->unknown_id() < 0) loaded.reset();
    kept = std::move(loaded);
    kept_state = state;
    return kept;
}

std::map<std::string, SampledUnknown> sample_text(const DataConfig& config, const fs::path& text,
                                                  const Tokenizer& tokenizer) {
    std::map<std::string, SampledUnknown> samples;
    DocumentReader reader(config, {text}, kMostBytes);
    std::vector<std::int32_t> ids;
    std::size_t left = kMostBytes;
    for (Document document; left > 0 && reader.next(document);) {
        ids.clear();
        tokenizer.encode(beginning(document.text, left), ids);
        left -= std::min(left, document.text.size());
        SampledUnknown& sample = samples[document.validation ? "val" : "train"];
        sample.unknown += std::count(ids.begin(), ids.end(), tokenizer.unknown_id());
        sample.tokens += static_cast<std::int64_t>(ids.size());
    }
    return samples;
}

SampledUnknown sample_tokens(const TokenFile& tokens, std::int32_t unknown_id) {
    std::vector<std::int64_t> ids(static_cast<std::size_t>(std::min(tokens.size(), kMostTokens)));
    tokens.read(0, ids);
    return {std::count(ids.begin(), ids.end(), unknown_id), static_cast<std::int64_t>(ids.size())};
}

}  // namespace ablate::data
