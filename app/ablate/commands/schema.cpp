#include "app/ablate/command.h"
#include "app/ablate/schema_text.h"
#include "app/ablate/workspace.h"
#include "core/base/text.h"
#include "core/config/run_config.h"

#include <fmt/format.h>

#include <iostream>

namespace ablate::app {

namespace {

const char* type_name(FieldType type) {
    switch (type) {
        case FieldType::boolean:
            return "boolean";
        case FieldType::integer:
            return "integer";
        case FieldType::real:
            return "real";
        case FieldType::text:
            return "text";
        case FieldType::choice:
            return "choice";
        case FieldType::kind:
            return "kind";
        case FieldType::map:
            return "map";
    }
    throw std::logic_error("a field type without a name");
}

std::vector<std::string> choices(const FieldInfo& info) {
    return info.type == FieldType::kind ? KindTable::instance().names(info.category) : info.choices;
}

// A kind's options follow it: model.norm.attn_in.kind and, beside it, model.norm.attn_in.eps.
std::string typed_key(const ListedField& field) {
    return field.key + (field.info->type == FieldType::kind ? ".kind" : "");
}

std::string range_text(const FieldInfo& info) {
    if (const auto names = choices(info); !names.empty()) return join(names, " | ");
    if (!info.min && !info.max) return type_name(info.type);
    const std::string low = info.min ? full_precision(*info.min) : "", high = info.max ? full_precision(*info.max) : "";
    if (!info.max) return fmt::format("{} {} {}", type_name(info.type), info.above_min ? ">" : ">=", low);
    return fmt::format("{} {}{}, {}]", type_name(info.type), info.above_min ? "(" : "[", low, high);
}

std::string default_text(const FieldInfo& info) {
    return info.default_value.is_string() ? info.default_value.get<std::string>() : info.default_value.dump();
}

Json field_json(const ListedField& field) {
    const FieldInfo& info = *field.info;
    return {{"key", typed_key(field)},
            {"group", field.group},
            {"heading", info.heading},
            {"label", info.label},
            {"help", info.help},
            {"unit", info.unit},
            {"type", type_name(info.type)},
            {"default", info.default_value},
            {"min", info.min ? Json(*info.min) : Json()},
            {"min_excluded", info.above_min},
            {"max", info.max ? Json(*info.max) : Json()},
            {"choices", choices(info)},
            {"identity", info.identity}};
}

// Calls `take` with each field, and with the heading where a new one begins.
template <class Take>
void by_heading(Take take) {
    std::string heading;
    for (const ListedField& field : run_config_fields()) {
        const std::string here = field.group + ": " + field.info->heading;
        take(field, here == heading ? "" : here);
        heading = here;
    }
}

int schema(bool json) {
    if (json) {
        Json all = Json::array();
        for (const ListedField& field : run_config_fields()) all.push_back(field_json(field));
        print_json(all);
        return 0;
    }
    std::cout
        << "Configuration keys. A * marks those that are not part of a run's identity: they only observe, or they\n"
           "name data, which are identified by their content.\n"
           "A kind's own options are next to it (model.norm.attn_in.eps): see `ablate kinds`.\n";
    by_heading([](const ListedField& field, const std::string& heading) {
        if (!heading.empty()) std::cout << '\n' << heading << '\n';
        const FieldInfo& info = *field.info;
        std::cout << fmt::format("  {}{} = {}{}{}\n      {}\n      {}\n", typed_key(field), info.identity ? "" : " *",
                                 default_text(info), info.unit.empty() ? "" : " ", info.unit, info.help,
                                 range_text(info));
    });
    return 0;
}

}  // namespace

std::string schema_summary() {
    std::string text = "Configuration keys for --set and study files (ablate schema prints types and ranges):";
    by_heading([&](const ListedField& field, const std::string& heading) {
        if (!heading.empty()) text += "\n  " + heading;
        text +=
            fmt::format("\n    {:<30} {} (default: {})", typed_key(field), field.info->help, default_text(*field.info));
    });
    return text;
}

Action declare_schema(CLI::App& parser) {
    const auto json = std::make_shared<bool>(false);
    add_json_option(parser, *json);
    return [json] { return schema(*json); };
}

}  // namespace ablate::app
