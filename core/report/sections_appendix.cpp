#include "core/base/error.h"
#include "core/base/text.h"
#include "core/report/sections.h"
#include "core/study/wording.h"

namespace ablate::report {

using study::ComparedRun;
using study::Comparison;
using study::Group;

namespace {

// A dash where nothing was measured; what was measured and is not a number says so.
std::string precise(double value, const run::Series& measured) {
    return measured.value.empty() ? "–" : full_precision(value);
}

Table precision_table(const Comparison& comparison) {
    Table table{{{"Run"},
                 {"Variant"},
                 {"Seed", true},
                 {"Status"},
                 {"Best val loss", true},
                 {"At step", true},
                 {"Final val loss", true},
                 {"Min train loss", true},
                 {"Final train loss", true}},
                {}};
    for (const Group& group : comparison.groups)
        for (std::size_t index : group.runs) {
            const ComparedRun& compared = comparison.runs[index];
            const run::Series& train = (*compared.metrics)[run::kTrainLoss];
            table.rows.push_back({{compared.listed.info.id, group.name, std::to_string(compared.listed.info.seed),
                                   run::to_string(compared.listed.status), precise(compared.best_val, compared.val),
                                   compared.best_step >= 0 ? std::to_string(compared.best_step) : "–",
                                   precise(compared.final_val, compared.val), precise(compared.min_train, train),
                                   precise(compared.final_train, train)},
                                  group.is_baseline});
        }
    return table;
}

// A nested object as one line a leaf: "norm.attn_in.kind".
void add_leaves(const Json& value, const std::string& key, std::vector<std::pair<std::string, std::string>>& leaves) {
    if (value.is_object() && !value.empty()) {
        for (const auto& [name, child] : value.items())
            add_leaves(child, key.empty() ? name : key + "." + name, leaves);
        return;
    }
    leaves.emplace_back(
        key, value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Table configuration_table(const RunConfig& config) {
    std::vector<std::pair<std::string, std::string>> leaves;
    add_leaves(to_json(config), "", leaves);
    Table table{{{"Option"}, {"Value"}}, {}};
    for (const auto& [key, value] : leaves) table.rows.push_back({{key, value}});
    return table;
}

}  // namespace

void add_appendix(Document& document, const Comparison& comparison) {
    const Group& reference = comparison.groups[best_baseline(comparison).value_or(0)];
    document.heading(2, "Appendices");
    document.heading(3, "A. Losses of every run, full precision");
    document.add(precision_table(comparison));
    document.heading(3, "B. The baseline's whole configuration");
    document.add(configuration_table(reference.config));
}

}  // namespace ablate::report
