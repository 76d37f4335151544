#include "core/chat/jinja/builtins.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <set>

namespace ablate::chat::jinja {
namespace {

constexpr std::size_t kMostItems = 100'000;
constexpr int kDeepest = 100;

void require_modest_text(const std::string& text, int line) {
    if (text.size() > kLargestText) fail(line, "a text grows too large");
}

void count_members(const Data& data, int depth, std::size_t& members, std::size_t& bytes, int line) {
    if (++members > kMostItems || depth > kDeepest) fail(line, "a list or dictionary grows too large");
    if (data.is_string()) bytes += data.get_ref<const std::string&>().size();
    if (bytes > kLargestText) fail(line, "a text grows too large");
    if (!data.is_structured()) return;
    for (const Data& member : data) count_members(member, depth + 1, members, bytes, line);
}

const std::string& text_of(const Value& value, int line, const std::string& who) {
    if (!value.defined || !value.data.is_string()) fail(line, who + " is for strings");
    return value.data.get_ref<const std::string&>();
}

// What an entry does not know of its arguments must not be dropped in silence: it would change the prompt.
void require_arguments(const std::string& who, const Arguments& arguments, int line) {
    struct Known {
        std::size_t values = 0;
        std::set<std::string> names;
    };
    static const std::map<std::string, Known> known = {
        {"default", {2, {"default_value", "boolean"}}},
        {"d", {2, {"default_value", "boolean"}}},
        {"trim", {1, {"chars"}}},
        {"join", {1, {"d"}}},
        {"tojson", {0, {"indent"}}},
        {"replace", {2, {}}},
        {"strip", {1, {}}},
        {"lstrip", {1, {}}},
        {"rstrip", {1, {}}},
        {"split", {2, {"sep", "maxsplit"}}},
        {"startswith", {1, {}}},
        {"endswith", {1, {}}},
        {"get", {2, {}}},
        {"length", {}},
        {"count", {}},
        {"string", {}},
        {"safe", {}},
        {"upper", {}},
        {"lower", {}},
        {"items", {}},
        {"keys", {}},
        {"values", {}},
        {"list", {}},
        {"int", {}},
        {"first", {}},
        {"last", {}},
    };
    const auto found = known.find(who);
    if (found == known.end()) return;  // refused by its name where it is looked up
    const Known& takes = found->second;
    if (arguments.values.size() > takes.values)
        fail(line, fmt::format("{} takes {} arguments here, not {}", who, takes.values, arguments.values.size()));
    for (const auto& [name, value] : arguments.named)
        if (!takes.names.contains(name))
            fail(line, "the argument " + quote(name) + " of " + who + " is not known here");
}

const Value* argument(const Arguments& arguments, std::size_t place, const char* name) {
    if (place < arguments.values.size()) return &arguments.values[place];
    const auto found = arguments.named.find(name);
    return found == arguments.named.end() ? nullptr : &found->second;
}

std::string with_case(std::string text, bool upper) {
    for (char& c : text) {
        if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

// Ends of `text` made of the characters of `set`, or of white space.
std::string stripped(std::string_view text, const Value* set, bool front, bool back, int line) {
    const std::string chars =
        set && !set->data.is_null() ? text_of(*set, line, "strip") : " \t\n\r\v\f\x1c\x1d\x1e\x1f";
    const auto belongs = [&](std::string_view c) { return chars.find(c) != std::string::npos; };
    const std::vector<std::string_view> all = characters(text);
    std::size_t first = 0, end = all.size();
    while (front && first < end && belongs(all[first])) ++first;
    while (back && end > first && belongs(all[end - 1])) --end;
    std::string kept;
    for (std::size_t i = first; i < end; ++i) kept += all[i];
    return kept;
}

Data split_text(const std::string& text, const Arguments& arguments, int line) {
    Data parts = Data::array();
    const Value* separator = argument(arguments, 0, "sep");
    const Value* most = argument(arguments, 1, "maxsplit");
    std::int64_t left = most && most->data.is_number_integer() ? most->data.get<std::int64_t>() : -1;
    if (!separator || separator->data.is_null()) {  // by any white space
        std::string word;
        if (left >= 0) fail(line, "split by white space takes no maxsplit here");
        for (const char c : text + " ") {
            const bool space = std::string_view(" \t\n\r\v\f").find(c) != std::string_view::npos;
            if (!space) word += c;
            if (space && !word.empty()) parts.push_back(std::exchange(word, {}));
        }
        return parts;
    }
    const std::string& between = text_of(*separator, line, "split");
    if (between.empty()) fail(line, "split by an empty string");
    std::size_t at = 0;
    for (std::size_t found; left-- != 0 && (found = text.find(between, at)) != std::string::npos;
         at = found + between.size())
        parts.push_back(text.substr(at, found - at));
    parts.push_back(text.substr(at));
    return parts;
}

std::string replaced(const std::string& text, const Arguments& arguments, int line) {
    if (arguments.values.size() < 2) fail(line, "replace takes what is replaced, and by what");
    const std::string &what = text_of(arguments.values[0], line, "replace"),
                      &by = text_of(arguments.values[1], line, "replace");
    if (what.empty()) fail(line, "replace of an empty string");
    std::string result;
    std::size_t at = 0;
    for (std::size_t found; (found = text.find(what, at)) != std::string::npos; at = found + what.size()) {
        result += text.substr(at, found - at) + by;
        require_modest_text(result, line);
    }
    return result + text.substr(at);
}

bool begins_or_ends(const std::string& text, const Value& with, bool begins, int line) {
    if (with.data.is_array())
        return std::any_of(with.data.begin(), with.data.end(),
                           [&](const Data& each) { return begins_or_ends(text, Value(each), begins, line); });
    const std::string& part = text_of(with, line, begins ? "startswith" : "endswith");
    return begins ? text.starts_with(part) : text.ends_with(part);
}

Data pairs_of(const Data& dict) {
    Data pairs = Data::array();
    for (const auto& [key, value] : dict.items()) pairs.push_back(Data::array({key, value}));
    return pairs;
}

std::string joined(const Value& list, const Arguments& arguments, int line) {
    const Value* between = argument(arguments, 0, "d");
    if (!list.data.is_array()) fail(line, "join is for lists");
    std::string text;
    for (std::size_t i = 0; i < list.data.size(); ++i) {
        if (i > 0 && between) text += to_text(*between, line);
        text += to_text(Value(list.data[i]), line);
        require_modest_text(text, line);
    }
    return text;
}

Value string_method(const std::string& text, const std::string& name, const Arguments& arguments, int line) {
    const Value* first = argument(arguments, 0, "");
    if (name == "strip") return Value(stripped(text, first, true, true, line));
    if (name == "lstrip") return Value(stripped(text, first, true, false, line));
    if (name == "rstrip") return Value(stripped(text, first, false, true, line));
    if (name == "split") return Value(split_text(text, arguments, line));
    if (name == "replace") return Value(replaced(text, arguments, line));
    if (name == "upper" || name == "lower") return Value(with_case(text, name == "upper"));
    if (name == "startswith" || name == "endswith") {
        if (!first) fail(line, name + " takes a string");
        return Value(begins_or_ends(text, *first, name == "startswith", line));
    }
    if (name == "join" && first) {
        Arguments between;
        between.values.emplace_back(Data(text));
        return Value(joined(*first, between, line));
    }
    fail(line, "the method " + quote(name) + " of a string is not known here");
}

Value dictionary_method(const Data& dict, const std::string& name, const Arguments& arguments, int line) {
    if (name == "items") return Value(pairs_of(dict));
    if (name == "keys" || name == "values") {
        Data list = Data::array();
        for (const auto& [key, value] : dict.items()) list.push_back(name == "keys" ? Data(key) : value);
        return Value(std::move(list));
    }
    if (name == "get" && !arguments.values.empty()) {
        const auto found = dict.find(text_of(arguments.values[0], line, "get"));
        if (found != dict.end()) return Value(*found);
        return arguments.values.size() > 1 ? arguments.values[1] : Value();
    }
    fail(line, "the method " + quote(name) + " of a dictionary is not known here");
}

std::string python_float(double value) {
    std::string text = full_precision(value);
    return text.find_first_of(".eN") == std::string::npos ? text + ".0" : text;
}

}  // namespace

void fail(int line, const std::string& what) { throw InputError("chat template, line {}: {}", line, what); }

void require_modest(const Data& data, int line) {
    std::size_t members = 0, bytes = 0;
    count_members(data, 0, members, bytes, line);
}

std::vector<std::string_view> characters(std::string_view text) {
    std::vector<std::string_view> all;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + 1;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
        all.push_back(text.substr(at, end - at));
        at = end;
    }
    return all;
}

std::string to_text(const Value& value, int line) {
    if (!value.defined) return {};
    if (value.space) fail(line, "a namespace has no text");
    const Data& data = value.data;
    if (data.is_string()) return data.get<std::string>();
    if (data.is_null()) return "None";
    if (data.is_boolean()) return data.get<bool>() ? "True" : "False";
    if (data.is_number_float()) return python_float(data.get<double>());
    if (data.is_number()) return data.dump();
    fail(line, "a list or a dictionary is written; use the filter tojson or join");
}

bool is_true(const Value& value) {
    if (!value.defined) return false;
    if (value.space) return true;
    const Data& data = value.data;
    if (data.is_boolean()) return data.get<bool>();
    if (data.is_number()) return data.get<double>() != 0;
    if (data.is_string()) return !data.get_ref<const std::string&>().empty();
    return !data.is_null() && !data.empty();
}

std::int64_t length_of(const Value& value, int line) {
    if (!value.defined) return 0;
    if (value.data.is_string())
        return static_cast<std::int64_t>(characters(value.data.get_ref<const std::string&>()).size());
    if (!value.data.is_array() && !value.data.is_object())
        fail(line, "only strings, lists and dictionaries have a length");
    return static_cast<std::int64_t>(value.data.size());
}

std::string to_json_text(const Data& data, int indent, int level) {
    if (data.is_number_float()) return python_float(data.get<double>());
    if (!data.is_structured()) return data.dump(-1, ' ', false, Data::error_handler_t::replace);
    const bool list = data.is_array();
    if (data.empty()) return list ? "[]" : "{}";
    const auto line_at = [&](int depth) {
        return indent < 0 ? std::string() : "\n" + std::string(static_cast<std::size_t>(indent * depth), ' ');
    };
    std::string text = list ? "[" : "{";
    bool first = true;
    for (const auto& [key, value] : data.items()) {
        if (!first) text += indent < 0 ? ", " : ",";
        first = false;
        text += line_at(level + 1);
        if (!list) text += Data(key).dump(-1, ' ', false, Data::error_handler_t::replace) + ": ";
        text += to_json_text(value, indent, level + 1);
    }
    return text + line_at(level) + (list ? "]" : "}");
}

Value apply_filter(const std::string& name, const Value& value, const Arguments& arguments, int line) {
    require_arguments(name, arguments, line);
    if (name == "default" || name == "d") {
        const Value *other = argument(arguments, 0, "default_value"), *falsy = argument(arguments, 1, "boolean");
        const bool absent = !value.defined || (falsy && is_true(*falsy) && !is_true(value));
        return !absent ? value : other ? *other : Value(Data(""));
    }
    if (name == "length" || name == "count") return Value(length_of(value, line));
    if (name == "string") return Value(to_text(value, line));
    if (name == "safe") return value;
    if (name == "trim") return Value(stripped(to_text(value, line), argument(arguments, 0, "chars"), true, true, line));
    if (name == "upper" || name == "lower") return Value(with_case(to_text(value, line), name == "upper"));
    if (name == "replace") return Value(replaced(to_text(value, line), arguments, line));
    if (name == "join") return Value(joined(value, arguments, line));
    if (name == "items") return value.data.is_object() ? Value(pairs_of(value.data)) : Value(Data::array());
    if (name == "list" && value.data.is_array()) return value;
    if (name == "int" && value.data.is_number()) return Value(static_cast<std::int64_t>(value.data.get<double>()));
    if ((name == "first" || name == "last") && value.data.is_array())
        return value.data.empty() ? Value::undefined()
                                  : Value(name == "first" ? value.data.front() : value.data.back());
    if (name == "tojson") {
        if (!value.defined || value.space) fail(line, "tojson of something that is not defined");
        const Value* indent = argument(arguments, 1, "indent");
        const bool given = indent && indent->data.is_number_integer();
        return Value(to_json_text(value.data, given ? std::clamp(indent->data.get<int>(), 0, 16) : -1));
    }
    fail(line, "the filter " + quote(name) + " is not known here, or not for this value");
}

Value call_method(const Value& object, const std::string& name, const Arguments& arguments, int line) {
    require_arguments(name, arguments, line);
    if (!object.defined) fail(line, quote(name) + " is called of something that is not defined");
    if (object.data.is_string()) return string_method(object.data.get_ref<const std::string&>(), name, arguments, line);
    if (object.data.is_object()) return dictionary_method(object.data, name, arguments, line);
    fail(line, "the method " + quote(name) + " is not known here, or not for this value");
}

bool passes_test(const std::string& name, const Value& value, const Arguments& arguments, int line) {
    const Data& data = value.data;
    if (name == "defined") return value.defined;
    if (name == "undefined") return !value.defined;
    if (name == "none") return value.defined && !value.space && data.is_null();
    if (name == "string") return value.defined && data.is_string();
    if (name == "mapping") return data.is_object();
    if (name == "iterable" || name == "sequence") return data.is_array() || data.is_object() || data.is_string();
    if (name == "number") return data.is_number() || data.is_boolean();
    if (name == "integer") return data.is_number_integer();
    if (name == "float") return data.is_number_float();
    if (name == "boolean") return data.is_boolean();
    if (name == "true" || name == "false") return data.is_boolean() && data.get<bool>() == (name == "true");
    if ((name == "odd" || name == "even") && data.is_number_integer())
        return (data.get<std::int64_t>() % 2 != 0) == (name == "odd");
    if ((name == "equalto" || name == "eq") && !arguments.values.empty()) return data == arguments.values[0].data;
    fail(line, "the test " + quote(name) + " is not known here, or not for this value");
}

Value call_function(const std::string& name, const Arguments& arguments, int line) {
    if (name == "raise_exception")
        throw InputError("the chat template refuses this conversation: {}",
                         arguments.values.empty() ? "" : to_text(arguments.values[0], line));
    if (name == "strftime_now" && !arguments.values.empty()) {
        const std::time_t now = std::time(nullptr);
        std::tm parts{};
        localtime_r(&now, &parts);
        char text[256];
        const std::string& format = text_of(arguments.values[0], line, name);
        return Value(std::string(text, std::strftime(text, sizeof text, format.c_str(), &parts)));
    }
    if (name == "dict") {
        Data dict = Data::object();
        for (const auto& [key, value] : arguments.named) dict[key] = value.data;
        return Value(std::move(dict));
    }
    if (name == "range" && !arguments.values.empty()) {
        std::vector<std::int64_t> bounds;
        for (const Value& value : arguments.values) {
            if (!value.data.is_number_integer()) fail(line, "range takes whole numbers");
            bounds.push_back(value.data.get<std::int64_t>());
        }
        const std::int64_t first = bounds.size() > 1 ? bounds[0] : 0, end = bounds.size() > 1 ? bounds[1] : bounds[0];
        const std::int64_t step = bounds.size() > 2 ? bounds[2] : 1;
        if (step == 0 || bounds.size() > 3) fail(line, "range takes a begin, an end and a step that is not 0");
        Data list = Data::array();
        for (std::int64_t i = first; (step > 0 ? i < end : i > end) && list.size() <= kMostItems; i += step)
            list.push_back(i);
        if (list.size() > kMostItems) fail(line, "range is too long");
        return Value(std::move(list));
    }
    fail(line, "the function " + quote(name) + " is not known here");
}

}  // namespace ablate::chat::jinja
