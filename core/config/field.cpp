#include "core/config/field.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ablate {

FieldType type_of(const Json& value) {
    switch (value.type()) {
        case Json::value_t::boolean:
            return FieldType::boolean;
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
            return FieldType::integer;
        case Json::value_t::number_float:
            return FieldType::real;
        case Json::value_t::object:
            return FieldType::map;
        default:
            return FieldType::text;
    }
}

namespace {

std::string range_text(const FieldInfo& field) {
    if (field.min && field.max)
        return fmt::format("{} {} and at most {}", field.above_min ? "above" : "at least", full_precision(*field.min),
                           full_precision(*field.max));
    if (field.min) return fmt::format("{} {}", field.above_min ? "above" : "at least", full_precision(*field.min));
    return fmt::format("at most {}", full_precision(*field.max));
}

void require_range(const FieldInfo& field, double value, const std::string& where) {
    const bool low = field.min && (field.above_min ? !(value > *field.min) : !(value >= *field.min));
    const bool high = field.max && !(value <= *field.max);
    if (low || high)
        throw InputError("{}: {} is out of range; it must be {}", where, full_precision(value), range_text(field));
}

Json checked_integer(const FieldInfo& field, const Json& value, const std::string& where) {
    // 1e3 is an integer too: a float without a fraction is taken as one, within what a double holds exactly.
    if (value.is_number_float()) {
        const double real = value.get<double>();
        if (std::abs(real) > 9007199254740992.0) throw InputError("{}: {} is too large", where, value.dump());
        if (real != std::floor(real)) throw InputError("{}: must be a whole number, not {}", where, value.dump());
        require_range(field, real, where);
        return static_cast<std::int64_t>(real);
    }
    if (!value.is_number_integer()) throw InputError("{}: must be a whole number, not {}", where, value.dump());
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > 9007199254740992ull)
        throw InputError("{}: {} is too large", where, value.dump());
    require_range(field, static_cast<double>(value.get<std::int64_t>()), where);
    return value.get<std::int64_t>();
}

Json checked_map(const Json& value, const std::string& where) {
    if (!value.is_object()) throw InputError("{}: must be an object of names and texts, not {}", where, value.dump());
    for (const auto& [name, text] : value.items()) {
        if (!is_plain_name(name))
            throw InputError("{}: '{}' is not a name; use A-Z, a-z, 0-9, '.', '_', '-'", where, name);
        if (!text.is_string()) throw InputError("{}.{}: must be a text, not {}", where, name, text.dump());
    }
    return value;
}

constexpr std::string_view kDigits = "0123456789";

// What separates groups of digits at the front of `text`: one character, or a no-break space in UTF-8. Empty: nothing.
std::string_view separator_at(std::string_view text) {
    for (const std::string_view separator : {",", " ", "_", "\xc2\xa0", "\xe2\x80\xaf"})
        if (text.starts_with(separator)) return separator;
    return {};
}

// The digits before the point without their thousands separators. Nothing unless one kind of separator is between
// groups of exactly three: "2,04", "1,0000" and "0,500" are slips or decimal commas, which nobody can tell apart.
std::optional<std::string> ungrouped(std::string_view whole) {
    const std::size_t end = whole.find_first_not_of(kDigits);
    if (end == std::string_view::npos) return std::string(whole);
    const std::string_view separator = separator_at(whole.substr(end));
    if (separator.empty() || end == 0 || end > 3 || whole.front() == '0') return {};
    std::string digits(whole.substr(0, end));
    for (std::size_t at = end; at < whole.size(); at += separator.size() + 3) {
        if (!whole.substr(at).starts_with(separator)) return {};
        const std::string_view group = whole.substr(at + separator.size()).substr(0, 3);
        if (group.size() != 3 || group.find_first_not_of(kDigits) != std::string_view::npos) return {};
        digits += group;
    }
    return digits;
}

// What JSON does not read but people write: ".5", "+3", "10,000", "10 000", "10_000".
Json parse_number(const std::string& text, const std::string& where) {
    std::string_view rest = trim(text);
    if (rest.empty()) throw InputError("{}: the value is empty; type a number", where);
    std::string plain;
    if (rest.front() == '-' || rest.front() == '+') {
        if (rest.front() == '-') plain = "-";
        rest.remove_prefix(1);
    }
    const std::string_view whole = rest.substr(0, rest.find_first_of(".eE"));
    const std::optional<std::string> digits = ungrouped(whole);
    const std::size_t end_of_digits = std::min(whole.find_first_not_of(kDigits), whole.size());
    const bool has_word = std::any_of(rest.begin(), rest.end(), [](char c) {  // "4 steps": no separator is meant
        const char lower = static_cast<char>(c | 0x20);
        return lower >= 'a' && lower <= 'z' && lower != 'e';
    });
    if (!digits && !has_word && end_of_digits > 0 && !separator_at(whole.substr(end_of_digits)).empty())
        throw InputError(
            "{}: cannot read {} as a number; write thousands separators between groups of three digits, "
            "as in 10,000, and a fraction is written with a point, as in 0.25",
            where, quote(text));
    plain += digits.value_or("") + std::string(rest.substr(whole.size()));
    double real = 0;
    const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), real);
    if (digits && error == std::errc::result_out_of_range)
        throw InputError("{}: {} is beyond what a number can hold here", where, quote(text));
    if (!digits || error != std::errc{} || end != plain.data() + plain.size())
        throw InputError("{}: cannot read {} as a number", where, quote(text));
    return real;
}

}  // namespace

Json checked_value(const FieldInfo& field, const Json& value, const std::string& where) {
    switch (field.type) {
        case FieldType::boolean:
            if (!value.is_boolean()) throw InputError("{}: must be true or false, not {}", where, value.dump());
            return value;
        case FieldType::integer:
            return checked_integer(field, value, where);
        case FieldType::real: {
            if (!value.is_number()) throw InputError("{}: must be a number, not {}", where, value.dump());
            const double real = value.get<double>();
            if (!std::isfinite(real)) throw InputError("{}: must be finite", where);
            require_range(field, real, where);
            return real;
        }
        case FieldType::text:
            if (!value.is_string()) throw InputError("{}: must be a text, not {}", where, value.dump());
            return value;
        case FieldType::choice: {
            std::string name = value.is_string() ? value.get<std::string>() : value.dump();
            if (std::find(field.choices.begin(), field.choices.end(), name) == field.choices.end())
                throw InputError("{}: '{}' is not one of {}{}", where, name, join(field.choices, ", "),
                                 did_you_mean(name, field.choices));
            return name;
        }
        case FieldType::map:
            return checked_map(value, where);
        case FieldType::kind:
            throw std::logic_error("a kind is read by kind_from_json");
    }
    throw std::logic_error("unknown field type");
}

Json parse_value(const FieldInfo& field, const std::string& text, const std::string& where) {
    if (field.type == FieldType::text || field.type == FieldType::choice) return text;
    Json value = Json::parse(text, nullptr, false);
    if (field.type == FieldType::kind && (value.is_discarded() || !value.is_object())) return Json{{"kind", text}};
    if (!value.is_discarded()) return value;
    if (field.type == FieldType::integer || field.type == FieldType::real) return parse_number(text, where);
    throw InputError("{}: cannot read {} as {}", where, quote(text),
                     field.type == FieldType::boolean ? "true or false" : "an object of names and texts");
}

FieldBuilder option(std::string key, std::string label) {
    FieldBuilder builder;
    builder.key = std::move(key);
    builder.label = std::move(label);
    return builder;
}

FieldBuilder option(std::string key, Json default_value, std::string label) {
    FieldBuilder builder = option(std::move(key), std::move(label));
    builder.type = type_of(default_value);
    builder.default_value = std::move(default_value);
    return builder;
}

}  // namespace ablate
