#pragma once
#include "core/config/kind_table.h"

#include <functional>
#include <map>
#include <string>
#include <type_traits>

namespace ablate {

// One field of a struct: its description and how to read and write the member.
template <class T>
struct SchemaField {
    FieldInfo info;
    std::function<Json(const T&)> get;
    std::function<void(T&, const Json&, const std::string& where)> set;
};

// The one declaration of a struct's options. Keys may be dotted: "norm.attn_in" is {"norm": {"attn_in": ...}}.
template <class T>
class Schema {
  public:
    // `access` is a pointer to the member, or a callable that reaches one (an element of an array).
    template <class Access>
    Schema& add(Access access, FieldBuilder builder) {
        using Member = std::remove_cvref_t<std::invoke_result_t<Access, T&>>;
        SchemaField<T> field{std::move(builder), {}, {}};
        if constexpr (std::is_same_v<Member, KindChoice>) {
            field.get = [access](const T& value) { return kind_to_json(std::invoke(access, value)); };
            field.set = [access, category = field.info.category](T& value, const Json& json, const std::string& where) {
                std::invoke(access, value) = kind_from_json(category, json, where);
            };
        } else {
            const T initial{};
            field.info.default_value = Json(std::invoke(access, initial));
            if (field.info.type != FieldType::choice) field.info.type = type_of(field.info.default_value);
            field.get = [access](const T& value) { return Json(std::invoke(access, value)); };
            field.set = [access, info = field.info](T& value, const Json& json, const std::string& where) {
                std::invoke(access, value) = checked_value(info, json, where).template get<Member>();
            };
        }
        fields_.push_back(std::move(field));
        return *this;
    }

    // An option that a kind declares, with its default: the struct has no member of its name, and `store`, a JSON
    // object of the struct, holds its value by key once it is set.
    Schema& add_declared(Json T::*store, FieldBuilder builder) {
        SchemaField<T> field{std::move(builder), {}, {}};
        field.get = [store, key = field.info.key, usual = field.info.default_value](const T& value) {
            const auto found = (value.*store).find(key);
            return found == (value.*store).end() ? usual : *found;
        };
        field.set = [store, info = field.info](T& value, const Json& json, const std::string& where) {
            (value.*store)[info.key] = checked_value(info, json, where);
        };
        fields_.push_back(std::move(field));
        return *this;
    }

    const std::vector<SchemaField<T>>& fields() const { return fields_; }
    Json to_json(const T& value) const;
    // Every key is known and every value of its type and in its range, or InputError: "WHERE.key: ...".
    // Keys that are absent keep the value they have in `value`.
    void read(T& value, const Json& json, const std::string& where) const;

  private:
    std::vector<SchemaField<T>> fields_;
};

// The parts of Schema that do not depend on the struct.
namespace schema_detail {
void put(Json& object, const std::string& dotted, Json value);
const Json* find(const Json& object, const std::string& dotted);
// InputError for the first key of `json` that is not one of `keys` (dotted) or a part of one.
void require_known(const Json& json, const std::vector<std::string>& keys, const std::string& where);
}  // namespace schema_detail

template <class T>
Json Schema<T>::to_json(const T& value) const {
    Json object = Json::object();
    for (const auto& field : fields_) schema_detail::put(object, field.info.key, field.get(value));
    return object;
}

template <class T>
void Schema<T>::read(T& value, const Json& json, const std::string& where) const {
    std::vector<std::string> keys;
    for (const auto& field : fields_) keys.push_back(field.info.key);
    schema_detail::require_known(json, keys, where);
    for (const auto& field : fields_)
        if (const Json* found = schema_detail::find(json, field.info.key))
            field.set(value, *found, where + "." + field.info.key);
}

}  // namespace ablate
