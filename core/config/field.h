#pragma once
#include "core/base/json.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ablate {

enum class FieldType { boolean, integer, real, text, choice, kind, map };

// What the path of a text option leads to; either: a file or a folder.
enum class PathKind { none, file, folder, either };

// All that is known of one option: reading and writing JSON, --set, --help, the form in the window, the difference of
// two runs and the documentation derive from it (core/README.md, decision 1).
struct FieldInfo {
    std::string key;  // dotted, below its group: "norm.attn_in"
    std::string label, help, unit;
    std::string prefix;    // read before the number: "1 in" 20 documents
    std::string zero;      // what 0 stands for, where it is not a 0: "off"
    std::string keywords;  // other words that people search the option by: "sequence length"
    FieldType type = FieldType::real;
    std::optional<double> min, max;
    bool above_min = false;  // the range is (min, max] rather than [min, max]
    Json default_value;
    std::optional<Json> first_default;  // where default_value has changed since the option was introduced
    std::vector<std::string> choices;   // type choice
    std::string category;               // type kind: which table of kinds
    PathKind path = PathKind::none;     // type text, and the values of type map
    std::string heading;                // where the form and the help show it
    bool identity = true;  // part of the configuration hash; false for cadences and devices that only observe
    std::function<bool(const Json& group)> visible_when;  // absent: always

    // What the option was by default when it was introduced: the configuration hash counts from it.
    const Json& introduced_default() const { return first_default ? *first_default : default_value; }
    bool visible(const Json& group) const { return !visible_when || visible_when(group); }
};

// Throws InputError naming `where` unless `value` has the field's type and is in its range.
// Returns the value in its canonical type (an integer for an integer field, a double for a real one).
Json checked_value(const FieldInfo& field, const Json& value, const std::string& where);

// A value as typed on a command line ("1e-3", "true", "rms"), as the JSON the field expects. JSON text is accepted too.
Json parse_value(const FieldInfo& field, const std::string& text, const std::string& where);

// Building a FieldInfo reads as a sentence: real("eps", 1e-5, "Epsilon").range(0, 1).doc("added to the mean square").
struct FieldBuilder : FieldInfo {
    FieldBuilder& doc(std::string text) { return help = std::move(text), *this; }
    FieldBuilder& in(std::string text) { return unit = std::move(text), *this; }
    FieldBuilder& after(std::string text) { return prefix = std::move(text), *this; }
    FieldBuilder& at_zero(std::string text) { return zero = std::move(text), *this; }
    FieldBuilder& also(std::string words) { return keywords = std::move(words), *this; }
    FieldBuilder& leads_to(PathKind what) { return path = what, *this; }
    FieldBuilder& range(double low, double high) { return min = low, max = high, *this; }
    FieldBuilder& at_least(double low) { return min = low, *this; }
    FieldBuilder& above(double low) { return min = low, above_min = true, *this; }
    FieldBuilder& one_of(std::vector<std::string> names) {
        return type = FieldType::choice, choices = std::move(names), *this;
    }
    FieldBuilder& kind_of(std::string table, std::string usual) {
        type = FieldType::kind;
        category = std::move(table);
        default_value = std::move(usual);
        return *this;
    }
    FieldBuilder& under(std::string text) { return heading = std::move(text), *this; }
    FieldBuilder& observes_only() { return identity = false, *this; }
    // To be set when a default changes: the value that runs made before the change meant.
    FieldBuilder& introduced_as(Json value) { return first_default = std::move(value), *this; }
    FieldBuilder& when(std::function<bool(const Json&)> test) { return visible_when = std::move(test), *this; }
};
FieldBuilder option(std::string key, std::string label);  // of a struct: default and type are the member's, see Schema
FieldBuilder option(std::string key, Json default_value, std::string label);  // of a kind: the type is the default's
FieldType type_of(const Json& default_value);

}  // namespace ablate
