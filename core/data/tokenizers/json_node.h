#pragma once
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace ablate::data {

// A value of a JSON file and its position in it, so that what is wrong can be told in one line: "FILE:
// model.merges[3]: ...". A member that is missing counts as null.
class JsonNode {
  public:
    JsonNode(const Json& value, std::string file) : value_(&value), file_(std::move(file)) {}

    JsonNode operator[](std::string_view key) const {
        if (!is_null() && !value_->is_object()) refuse("an object is expected");
        const auto found = is_null() ? value_->end() : value_->find(key);
        return {found == value_->end() ? null() : *found, file_,
                path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key)};
    }
    // Calls `each` with the elements of a list; none of a missing one.
    template <class Each>
    void for_each(const Each& each) const {
        if (is_null()) return;
        if (!value_->is_array()) refuse("a list is expected");
        for (std::size_t i = 0; i < value_->size(); ++i)
            each(JsonNode((*value_)[i], file_, fmt::format("{}[{}]", path_, i)));
    }

    bool is_null() const { return value_->is_null(); }
    bool is_object() const { return value_->is_object(); }
    const Json& value() const { return *value_; }
    std::string text() const {
        if (!value_->is_string()) refuse("a text is expected");
        return value_->get<std::string>();
    }
    std::string text_or(std::string_view otherwise) const { return is_null() ? std::string(otherwise) : text(); }
    bool flag(bool otherwise) const {
        if (is_null()) return otherwise;
        if (!value_->is_boolean()) refuse("true or false is expected");
        return value_->get<bool>();
    }
    // A token id, below `limit`.
    std::int32_t id(std::uint64_t limit) const {
        if (!value_->is_number_unsigned()) refuse("a token id is expected: a whole number from 0 on");
        const auto id = value_->get<std::uint64_t>();
        if (id >= limit || id > INT32_MAX) refuse(fmt::format("the id {} is out of reach of a file of this size", id));
        return static_cast<std::int32_t>(id);
    }

    std::string place() const { return path_.empty() ? file_ : fmt::format("{}: {}", file_, path_); }
    [[noreturn]] void refuse(std::string_view what) const { throw InputError("{}: {}", place(), what); }
    [[noreturn]] void refuse_type(std::string_view type, std::string_view known) const {
        refuse(fmt::format("{} is not known here; known: {}", quote(type), known));
    }

  private:
    JsonNode(const Json& value, std::string file, std::string path)
        : value_(&value), file_(std::move(file)), path_(std::move(path)) {}
    static const Json& null() {
        static const Json missing;
        return missing;
    }

    const Json* value_;
    std::string file_, path_;
};

}  // namespace ablate::data
