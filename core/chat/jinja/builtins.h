#pragma once
#include "core/chat/jinja/value.h"

// What the values of a template can do.
namespace ablate::chat::jinja {

// InputError "chat template, line L: ..." for all that cannot be rendered.
[[noreturn]] void fail(int line, const std::string& what);

// A template is a stranger's: what it makes stays within a bound, in bytes, members and depth.
inline constexpr std::size_t kLargestText = 4u << 20;
void require_modest(const Data& data, int line);

// Python's str(), bool(), len(), == and json.dumps(ensure_ascii=False).
std::string to_text(const Value& value, int line);
bool is_true(const Value& value);
std::int64_t length_of(const Value& value, int line);
std::string to_json_text(const Data& data, int indent, int level = 0);

// Strings by code points, as Python counts them.
std::vector<std::string_view> characters(std::string_view text);

// The filters ("trim"), methods ("startswith"), tests ("defined") and functions ("range") there are. An unknown name is
// refused by name.
struct Arguments {
    std::vector<Value> values;
    std::map<std::string, Value> named;
};
Value apply_filter(const std::string& name, const Value& value, const Arguments& arguments, int line);
Value call_method(const Value& object, const std::string& name, const Arguments& arguments, int line);
bool passes_test(const std::string& name, const Value& value, const Arguments& arguments, int line);
Value call_function(const std::string& name, const Arguments& arguments, int line);

}  // namespace ablate::chat::jinja
