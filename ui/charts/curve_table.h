#pragma once
#include "ui/charts/chart_view.h"

namespace ablate::ui {

// Curves as comma-separated values (RFC 4180, lines end in \n): a column of x, then one for each curve in full
// precision. A curve that has no value at a row's x leaves its cell empty; several values at one x follow each other.
// Curves of one label are told apart by a number: "baseline", "baseline (2)".
QString curve_table(const std::vector<Curve>& curves, const QString& x_title);

}  // namespace ablate::ui
