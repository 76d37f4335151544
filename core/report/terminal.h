#pragma once
#include "core/compare/comparison.h"
#include "core/run/metrics.h"
#include "core/run/run_store.h"

// Tables for a terminal: columns aligned, text of others stripped of control characters. `color` allows ANSI styles;
// a `width` of columns above 0 drops the least important columns until a row fits.
namespace ablate::report {

std::string comparison_table(const study::Comparison& comparison, bool color = false, int width = 0);
// Damaged runs are not among its rows: RunList::damaged has their reasons.
std::string list_table(const run::RunList& list, bool color = false, int width = 0);
std::string run_details(const run::ListedRun& listed, const run::RunMetrics& metrics, bool color = false,
                        int width = 0);

}  // namespace ablate::report
