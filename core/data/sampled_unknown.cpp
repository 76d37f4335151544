#include "core/data/sampled_unknown.h"

#include <algorithm>

namespace ablate::data {
namespace {

constexpr std::size_t kMostBytes = 256 << 10;
constexpr std::int64_t kMostTokens = 256 << 10;

}  // namespace

std::map<std::string, SampledUnknown> sample_text(const DataConfig& config, const std::filesystem::path& text,
                                                  const Tokenizer& tokenizer) {
    std::map<std::string, SampledUnknown> samples;
    DocumentReader reader(config, {text});
    std::vector<std::int32_t> ids;
    std::size_t bytes = 0;
    for (Document document; bytes < kMostBytes && reader.next(document); bytes += document.text.size()) {
        ids.clear();
        tokenizer.encode(std::string_view(document.text).substr(0, kMostBytes), ids);
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
