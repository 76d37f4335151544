#pragma once
#include "core/report/document.h"
#include "core/report/facts.h"

// The parts of a report in their order; each appends to the document what the comparison supports.
namespace ablate::report {

void add_summary(Document& document, const study::Comparison& comparison);
void add_configuration(Document& document, const study::Comparison& comparison);
void add_results(Document& document, const study::Comparison& comparison);
void add_variants(Document& document, const study::Comparison& comparison);
void add_ranking(Document& document, const study::Comparison& comparison);
void add_dynamics(Document& document, const study::Comparison& comparison);
void add_recommendations(Document& document, const study::Comparison& comparison);
void add_limitations(Document& document, const study::Comparison& comparison);
void add_appendix(Document& document, const study::Comparison& comparison);

// Curves of several groups in one figure per metric, or of what is compared alone. `id` begins the figures' names.
void add_curves(Document& document, const study::Comparison& comparison, const std::vector<std::size_t>& groups,
                const std::string& id, const std::string& where, bool only_compared = false);
// Every variant's difference to the baseline, sorted; nothing where no variant has a value.
void add_forest(Document& document, const study::Comparison& comparison);
// The final loss over the values of a grid of one numeric option; nothing for any other grid.
void add_grid_curves(Document& document, const study::Comparison& comparison);
// A row for each variant; where there is a grid at its own best grid point, next to the baseline at its best.
Table variants_table(const study::Comparison& comparison);

}  // namespace ablate::report
