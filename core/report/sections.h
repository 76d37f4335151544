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

// Curves of several groups in one figure per metric. `id` begins the figures' names.
void add_curves(Document& document, const study::Comparison& comparison, const std::vector<std::size_t>& groups,
                const std::string& id, const std::string& where);
void add_bars(Document& document, const study::Comparison& comparison);
// Each variant at its own best grid point, next to the baseline at its best.
Table best_points_table(const study::Comparison& comparison);

}  // namespace ablate::report
