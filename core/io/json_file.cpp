#include "core/io/json_file.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/numbers.h"
#include "core/io/sniff.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace ablate::io {

namespace {

constexpr int depth_limit = 200;

// "line L, column C" of a byte, both counted from 1, columns in bytes.
std::string position(std::string_view text, std::size_t byte) {
    const std::string_view before = text.substr(0, std::min(byte, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t line_start = before.rfind('\n');
    const std::size_t column = line_start == std::string_view::npos ? before.size() + 1 : before.size() - line_start;
    return fmt::format("line {}, column {}", line, column);
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '+' || c == '-';
}

// NaN, Infinity or -Infinity as a separate word at `at`; its length, or 0.
std::size_t bare_non_finite(std::string_view text, std::size_t at) {
    if (at > 0 && is_word(text[at - 1])) return 0;
    for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
        const std::size_t end = at + word.size();
        if (text.substr(at, word.size()) == word && (end == text.size() || !is_word(text[end]))) return word.size();
    }
    return 0;
}

// What nlohmann is given: the text with its bare non-finite numbers in quotation marks.
struct Sanitised {
    std::string copy;                     // empty when nothing had to be changed
    std::vector<std::size_t> insertions;  // where in `copy` a quotation mark was put in

    std::size_t original_byte(std::size_t byte) const {
        const auto before = std::lower_bound(insertions.begin(), insertions.end(), byte) - insertions.begin();
        return byte - static_cast<std::size_t>(before);
    }
};

Sanitised sanitise(std::string_view text, std::string_view what) {
    Sanitised result;
    std::size_t copied = 0;
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > depth_limit)
                throw InputError("{}: {}: nested more than {} levels deep", what, position(text, i), depth_limit);
        } else if (c == ']' || c == '}') {
            --depth;
        } else if (c == 'N' || c == 'I' || c == '-') {
            const std::size_t length = bare_non_finite(text, i);
            if (length == 0) continue;
            result.copy.append(text, copied, i - copied);
            result.insertions.push_back(result.copy.size());
            result.copy.append("\"").append(text, i, length);
            result.insertions.push_back(result.copy.size());
            result.copy += '"';
            copied = i + length;
            i = copied - 1;
        }
    }
    if (copied > 0) result.copy.append(text, copied);
    return result;
}

// nlohmann's message without its prefix and without the text it read last, which may be long.
std::string reason_of(const Json::exception& error) {
    std::string_view message = error.what();
    if (const auto id = message.find("] "); id != std::string_view::npos) message.remove_prefix(id + 2);
    if (message.starts_with("parse error"))
        if (const auto colon = message.find(": "); colon != std::string_view::npos) message.remove_prefix(colon + 2);
    message = message.substr(0, message.find("; last read"));
    constexpr std::size_t limit = 160;
    return message.size() <= limit ? std::string(message) : std::string(message.substr(0, limit)) + "...";
}

// Builds the value from nlohmann's events (its json_sax interface). nlohmann's own builder keeps the last of two equal
// keys without a word, and the one with a callback takes time quadratic in an object's members.
class Builder {
  public:
    using number_integer_t = Json::number_integer_t;
    using number_unsigned_t = Json::number_unsigned_t;
    using number_float_t = Json::number_float_t;
    using string_t = Json::string_t;
    using binary_t = Json::binary_t;

    Builder(std::string_view text, const Sanitised& sanitised, std::string_view what)
        : text_(text), sanitised_(sanitised), what_(what) {}
    Json take() { return std::move(root_); }

    bool null() { return put(nullptr); }
    bool boolean(bool value) { return put(value); }
    bool number_integer(number_integer_t value) { return put(value); }
    bool number_unsigned(number_unsigned_t value) { return put(value); }
    bool number_float(number_float_t value, const string_t&) { return put(value); }
    bool string(string_t& value) { return put(std::move(value)); }
    bool binary(binary_t& value) { return put(std::move(value)); }
    bool start_object(std::size_t) { return open(Json::object()); }
    bool start_array(std::size_t) { return open(Json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(string_t& name) {
        const auto [member, is_new] = open_.back()->get_ref<Json::object_t&>().try_emplace(name);
        if (!is_new) throw InputError("{}: the key {} appears twice in one object", what_, quote(name));
        member_ = &member->second;
        return true;
    }
    bool parse_error(std::size_t position_behind, const std::string&, const Json::exception& error) {
        const std::size_t byte = sanitised_.original_byte(position_behind > 0 ? position_behind - 1 : 0);
        throw InputError("{}: {}: {}", what_, position(text_, byte), reason_of(error));
    }

  private:
    // Where the next value belongs. An open element stays in place: nothing is put beside it before it is closed.
    Json& place() {
        if (open_.empty()) return root_;
        if (open_.back()->is_object()) return *member_;
        return open_.back()->emplace_back();
    }
    template <class Value>
    bool put(Value&& value) {
        place() = std::forward<Value>(value);
        return true;
    }
    bool open(Json&& container) {
        Json& at = place();
        at = std::move(container);
        open_.push_back(&at);
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    std::string_view text_;
    const Sanitised& sanitised_;
    std::string_view what_;
    Json root_;
    std::vector<Json*> open_;
    Json* member_ = nullptr;
};

bool has_non_finite(const Json& value) {
    if (value.is_number_float()) return !std::isfinite(value.get<double>());
    return value.is_structured() && std::any_of(value.begin(), value.end(), has_non_finite);
}

void spell_non_finite(Json& value) {
    if (value.is_number_float()) value = number_to_json(value.get<double>());
    if (value.is_structured())
        for (Json& member : value) spell_non_finite(member);
}

std::string dump(const Json& value, int indent) {
    if (!has_non_finite(value)) return value.dump(indent, ' ', false, Json::error_handler_t::replace);
    Json spelled = value;
    spell_non_finite(spelled);
    return spelled.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Json parse_json(std::string_view text, std::string_view what) {
    const Sanitised sanitised = sanitise(text, what);
    const std::string_view clean = sanitised.copy.empty() ? text : sanitised.copy;
    Builder builder(text, sanitised, what);
    Json::sax_parse(clean, &builder);
    return builder.take();
}

Json read_json(const std::filesystem::path& file, std::uint64_t limit) {
    const std::string text = read_file(file, limit);
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != std::string::npos && text[first] != '{' && text[first] != '[') refuse_foreign(file, "JSON");
    return parse_json(text, file.string());
}

void write_json(const std::filesystem::path& file, const Json& value) { atomic_write(file, dump(value, 2) + "\n"); }

std::string dump_line(const Json& value) { return dump(value, -1); }

}  // namespace ablate::io
