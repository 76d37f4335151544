#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/wording.h"
#include "core/report/escape.h"
#include "core/report/report.h"

namespace ablate::report {

namespace {

using study::Group;

std::string with_half_width(const std::string& mean, const std::optional<double>& half_width) {
    return half_width ? fmt::format("${} \\pm {}$", mean, fixed(*half_width, 4)) : fmt::format("${}$", mean);
}

std::string row(const Group& group, bool grid, bool alike) {
    const bool any = group.healthy() > 0;
    const std::string loss = any ? with_half_width(fixed(group.final_val.mean, 4), group.final_val.half_width)
                             : group.collapsed > 0 ? "collapsed"
                                                   : "--";
    const std::string delta =
        group.delta.n > 0 ? with_half_width(study::signed_loss(group.delta.mean), group.delta.half_width) : "--";
    std::string cells = escape_latex(study::plain_label(group));
    if (grid) cells += " & " + escape_latex(group.grid_point);
    const std::string step = alike ? "" : (group.span.exists() ? study::span_text(group.span) : "--") + " & ";
    return fmt::format("{} & {} & {} & {}{} & {} \\\\\n", cells, study::parameters_text(group.parameters), loss, step,
                       delta,
                       group.is_mean ? std::string("mean") : fmt::format("{}/{}", group.healthy(), group.runs.size()));
}

}  // namespace

std::string results_latex(const study::Comparison& comparison) {
    const bool grid = comparison.has_grid();
    std::string latex =
        "% needs \\usepackage{booktabs}; " +
        (comparison.measure == study::Measure::val_bpb ? study::measured(comparison) : "losses in nats per token") +
        ", mean and half width of the 95 % Student t interval,\n"
        "% differences to the baseline paired by seed, with the interval of the family; healthy seeds of all seeds\n";
    if (const std::string said = study::spans_in_words(comparison); !said.empty())
        latex += "% " + one_line(said) + "\n";
    const bool alike = study::shared_span(comparison).has_value();
    latex += fmt::format(
        "\\begin{{tabular}}{{l{}rr{}rr}}\n\\toprule\nVariant{} & Parameters & Final {} & {}"
        "$\\Delta$ & Seeds \\\\\n\\midrule\n",
        grid ? "l" : "", alike ? "" : "r", grid ? " & Grid point" : "",
        comparison.measure == study::Measure::val_loss ? "val.\\ loss" : study::measured_in_short(comparison),
        alike ? "" : "At step & ");
    for (const Group& group : comparison.groups) latex += row(group, grid, alike);
    return latex + "\\bottomrule\n\\end{tabular}\n";
}

}  // namespace ablate::report
