#include "app/ablate/command.h"
#include "app/ablate/workspace.h"
#include "core/base/text.h"
#include "core/config/run_config.h"
#include "core/config/train_kinds.h"

#include <fmt/format.h>

#include <iostream>

namespace ablate::app {

namespace {

// Sizes at which parameters are counted: the defaults of a configuration; norms at d_model, but q and k norms at a
// head.
KindDims sizes(const KindRow& row) {
    const RunConfig config;
    KindDims dims;
    dims.width = row.query_key_only ? config.model.head_width() : config.model.d_model;
    dims.d_ff = config.model.d_ff;
    dims.context = config.data.context;
    dims.heads = config.model.heads;
    dims.head_dim = config.model.head_width();
    return dims;
}

std::int64_t parameters(const KindRow& row) {
    if (!row.tensors) return 0;
    const KindChoice choice = kind_from_json(row.category, {{"kind", row.name}}, row.name);
    std::int64_t count = 0;
    for (const TensorSpec& spec : row.tensors(choice, sizes(row))) count += spec.count();
    return count;
}

Json options_json(const std::vector<FieldBuilder>& fields) {
    Json options = Json::array();
    for (const FieldBuilder& option : fields)
        options.push_back({{"key", option.key},
                           {"default", option.default_value},
                           {"help", option.help},
                           {"choices", option.choices}});
    return options;
}

Json row_json(const KindRow& row) {
    return {{"category", row.category},
            {"name", row.name},
            {"label", row.label},
            {"formula", row.formula},
            {"source", row.source},
            {"options", options_json(row.options)},
            {"parameters", parameters(row)},
            {"equivalent_to", row.equivalent_to}};
}

Json row_json(const TrainKindRow& row, const char* category) {
    return {{"category", category},   {"name", row.name},     {"label", row.label},
            {"formula", row.formula}, {"source", row.source}, {"options", options_json(row.options)},
            {"reads", Json(row.uses)}};
}

void print_options(const std::vector<FieldBuilder>& fields) {
    for (const FieldBuilder& option : fields)
        std::cout << fmt::format("{:19}{} = {}{}{}\n", "", option.key, option.default_value.dump(),
                                 option.help.empty() ? "" : "  ", option.help);
}

void print_row(const KindRow& row) {
    std::cout << fmt::format("  {:<17}{}: {}\n", row.name, row.label, row.formula);
    if (const auto count = parameters(row))
        std::cout << fmt::format("{:19}parameters: {}\n", "", with_thousands(count));
    print_options(row.options);
    if (!row.source.empty()) std::cout << fmt::format("{:19}{}\n", "", row.source);
}

void print_row(const TrainKindRow& row) {
    std::cout << fmt::format("  {:<17}{}: {}\n", row.name, row.label, row.formula);
    if (!row.uses.empty()) std::cout << fmt::format("{:19}reads: train.{}\n", "", join(row.uses, ", train."));
    print_options(row.options);
    std::cout << fmt::format("{:19}{}\n", "", row.source);
}

template <class Row>
void add_train_kinds(const char* category, bool json, Json& all) {
    if (!json) std::cout << '\n' << category << '\n';
    for (const auto& [name, row] : TrainKindTable<Row>::instance().rows())
        json ? all.push_back(row_json(row, category)) : print_row(row);
}

int kinds(bool json) {
    const KindTable& table = KindTable::instance();
    Json all = Json::array();
    const RunConfig config;
    if (!json)
        std::cout << fmt::format("Parameters are counted at d_model {}, d_ff {}, head width {}, context {}.\n",
                                 config.model.d_model, config.model.d_ff, config.model.head_width(),
                                 config.data.context);
    for (const std::string& category : table.categories()) {
        if (!json) std::cout << '\n' << category << '\n';
        for (const KindRow* row : table.rows(category)) json ? all.push_back(row_json(*row)) : print_row(*row);
    }
    add_train_kinds<OptimizerRow>("optimizer", json, all);
    add_train_kinds<ScheduleRow>("schedule", json, all);
    if (json) print_json(all);
    return 0;
}

}  // namespace

Action declare_kinds(CLI::App& parser) {
    const auto json = std::make_shared<bool>(false);
    add_json_option(parser, *json);
    return [json] { return kinds(*json); };
}

}  // namespace ablate::app
