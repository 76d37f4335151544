#include "core/infer/text_stream.h"

#include <algorithm>

namespace ablate::infer {
namespace {

// Ids that are decoded together: few, since each token decodes them again.
constexpr std::size_t kFewIds = 8, kManyIds = 64;

// Bytes of `text` up to a character that is still incomplete: byte pieces make it up one by one.
std::size_t whole_characters(std::string_view text) {
    std::size_t end = text.size(), back = 0;
    while (back < 3 && back < end && (static_cast<unsigned char>(text[end - 1 - back]) & 0xC0) == 0x80) ++back;
    if (back == end) return end;
    const auto lead = static_cast<unsigned char>(text[end - 1 - back]);
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return length > back + 1 ? end - 1 - back : end;
}

// sentencepiece writes U+FFFD for each byte until the character is complete.
std::string_view without_unknown_tail(std::string_view text) {
    while (text.ends_with("\xEF\xBF\xBD")) text.remove_suffix(3);
    return text;
}

// The longest end of `text` that a stop string begins with.
std::size_t could_become(std::string_view text, const std::vector<std::string>& stop) {
    std::size_t longest = 0;
    for (const std::string& one : stop)
        for (std::size_t length = std::min(one.size(), text.size()); length > longest; --length)
            if (std::string_view(one).substr(0, length) == text.substr(text.size() - length)) longest = length;
    return longest;
}

}  // namespace

TextStream::TextStream(const data::Tokenizer& tokenizer, std::span<const std::int32_t> before,
                       std::vector<std::string> stop)
    : tokenizer_(tokenizer), stop_(std::move(stop)) {
    const std::span<const std::int32_t> last = before.last(std::min(kFewIds, before.size()));
    ids_.assign(last.begin(), last.end());
    told_ = tokenizer_.decode(ids_).size();
}

std::string TextStream::fresh(bool more_to_come) {
    const std::string text = tokenizer_.decode(ids_);
    const std::string_view certain = more_to_come ? without_unknown_tail(text) : std::string_view(text);
    const std::size_t whole = whole_characters(certain);
    if (whole <= told_) return {};
    std::string added = text.substr(told_, whole - told_);
    told_ = whole;
    if (whole == text.size() && ids_.size() > kManyIds) {
        ids_.erase(ids_.begin(), ids_.end() - kFewIds);
        told_ = tokenizer_.decode(ids_).size();
    }
    return added;
}

std::string TextStream::add(std::int32_t id) {
    ids_.push_back(id);
    held_ += fresh(true);
    std::size_t first = std::string::npos;
    for (const std::string& one : stop_) first = std::min(first, held_.find(one));
    stopped_ = first != std::string::npos;
    const std::size_t certain = stopped_ ? first : held_.size() - could_become(held_, stop_);
    std::string text = held_.substr(0, certain);
    held_.erase(0, certain);
    if (stopped_) held_.clear();
    return text;
}

std::string TextStream::rest() {
    if (stopped_) return {};
    return std::exchange(held_, {}) + fresh(false);
}

}  // namespace ablate::infer
