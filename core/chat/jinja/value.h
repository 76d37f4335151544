#pragma once
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ablate::chat::jinja {

using Data = nlohmann::ordered_json;  // in the order in which it was written: tojson shows it

// What an expression gives: JSON, nothing at all (a name that is not defined), or a namespace(), which several names
// share and whose members can be set.
struct Value {
    using Space = std::map<std::string, Data>;

    Data data;
    bool defined = true;
    std::shared_ptr<Space> space;

    Value() = default;
    Value(Data value) : data(std::move(value)) {}
    static Value undefined() {
        Value value;
        value.defined = false;
        return value;
    }
};

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
