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

// A dash where nothing was measured; what was measured and is not a number says so.
std::string precise(double value, const run::Series& measured) {
    return measured.value.empty() ? "–" : full_precision(value);
}

// The last finite loss of a run that collapsed is no result.
std::string final_value(const ComparedRun& compared, double value, const run::Series& measured) {
    return compared.collapsed() ? "collapsed" : precise(value, measured);
}

std::string final_steps(const ComparedRun& compared) {
    if (compared.collapsed() || !std::isfinite(compared.final_last)) return "–";
    const std::string last = full_precision(compared.final_last);
    return compared.final_first == compared.final_last ? last : full_precision(compared.final_first) + "–" + last;
}

Table precision_table(const Comparison& comparison) {
    Table table{{{"Run"},
                 {"Variant"},
                 {"Seed", true},
                 {"Status"},
                 {"Best " + study::measured_in_short(comparison), true},
                 {"At step", true},
                 {"Final " + study::measured_in_short(comparison), true},
                 {"Read at step", true},
                 {"Min train loss", true},
                 {"Final train loss", true}},
                {}};
    for (const Group& group : comparison.groups)
        for (std::size_t index : group.runs) {
            const ComparedRun& compared = comparison.runs[index];
            const run::Series& train = (*compared.metrics)[run::kTrainLoss];
            table.rows.push_back(
                {{compared.listed.info.id, group.name, run::seed_text(compared.listed.info),
                  run::to_string(compared.listed.status), precise(compared.best_val, compared.val),
                  compared.best_step >= 0 ? std::to_string(compared.best_step) : "–",
                  final_value(compared, compared.final_val, compared.val), final_steps(compared),
                  precise(compared.min_train, train), final_value(compared, compared.final_train, train)},
                 group.is_baseline});
        }
    return table;
}

Table configuration_table(const Group& group) {
    Table table{{{"Option"}, {"Value"}}, {}};
    for (const auto& [key, value] : configuration_lines(group)) table.rows.push_back({{key, value}});
    return table;
}

}  // namespace

void add_appendix(Document& document, const Comparison& comparison) {
    const Group& reference = comparison.groups[best_baseline(comparison).value_or(0)];
    document.heading(2, "Appendices");
    document.heading(3, "A. Losses of every run, full precision");
    document.add(precision_table(comparison));
    document.heading(3, reference.imported() ? "B. What is known of the baseline's configuration"
                                             : "B. The baseline's whole configuration");
    document.add(configuration_table(reference));
}

}  // namespace ablate::report
