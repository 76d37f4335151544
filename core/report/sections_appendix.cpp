#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/wording.h"
#include "core/report/sections.h"
#include "core/run/seed_text.h"

#include <cmath>

namespace ablate::report {

using study::ComparedRun;
using study::Comparison;
using study::Group;

namespace {

// With the digits that a float32 holds. A dash where nothing was measured; what was measured and is not a number says
// so.
std::string precise(double value, const run::Series& measured) {
    return measured.value.empty() ? "–" : significant(value, 9);
}

// The last finite loss of a run that collapsed or has not finished is no result.
std::string final_value(const ComparedRun& compared, double value, const run::Series& measured) {
    return compared.healthy() ? precise(value, measured) : run::to_string(compared.listed.status);
}

std::string final_steps(const ComparedRun& compared) {
    if (compared.collapsed() || !std::isfinite(compared.final_last)) return "–";
    const std::string last = full_precision(compared.final_last);
    return compared.final_first == compared.final_last ? last : full_precision(compared.final_first) + "–" + last;
}

Table losses_table(const Comparison& comparison) {
    const std::string what = study::measured_in_short(comparison);
    const bool alike = study::shared_span(comparison).has_value();
    Table table{
        {{"Run"}, {"Variant"}, {"Seed", true}, {"Best " + what, true}, {"At step", true}, {"Final " + what, true}}, {}};
    if (!alike) table.columns.push_back({"Read at step", true});
    table.columns.push_back({"Final train loss", true});
    for (const Group& group : comparison.groups)
        for (std::size_t index : group.runs) {
            const ComparedRun& compared = comparison.runs[index];
            const run::Series& train = (*compared.metrics)[run::kTrainLoss];
            std::vector<std::string> cells{compared.listed.info.id,
                                           group.name,
                                           run::seed_text(compared.listed.info),
                                           precise(compared.best_val, compared.val),
                                           compared.best_step >= 0 ? std::to_string(compared.best_step) : "–",
                                           final_value(compared, compared.final_val, compared.val)};
            if (!alike) cells.push_back(final_steps(compared));
            cells.push_back(final_value(compared, compared.final_train, train));
            table.rows.push_back({std::move(cells), group.is_baseline});
        }
    return table;
}

// Every option, by the part of the configuration it belongs to: "model: layers = 4; d_model = 128; ...".
List configuration_list(const Group& group) {
    List list;
    for (const auto& [key, value] : configuration_lines(group)) {
        const std::size_t dot = key.find('.');
        const std::string part = dot == std::string::npos ? "other" : key.substr(0, dot);
        if (list.items.empty() || list.items.back().label != part + ":") list.items.push_back({part + ":", ""});
        std::string& text = list.items.back().text;
        text += (text.empty() ? "" : "; ") + key.substr(dot == std::string::npos ? 0 : dot + 1) + " = " + value;
    }
    return list;
}

}  // namespace

void add_appendix(Document& document, const Comparison& comparison) {
    const Group& reference = comparison.groups[best_baseline(comparison).value_or(0)];
    document.heading(2, "Runs, configuration and files");
    document.heading(3, "Losses of every run");
    document.paragraph("With nine significant digits; `ablate compare --json` prints them in full precision.");
    document.add(losses_table(comparison));
    document.heading(3, reference.imported() ? "What is known of the baseline's configuration"
                                             : "The baseline's whole configuration");
    document.add(configuration_list(reference));
}

}  // namespace ablate::report
