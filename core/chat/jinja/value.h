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

}  // namespace ablate::chat::jinja
