#pragma once
#include <vector>

// Dashes tell the seeds of a variant apart. Color belongs to the variant, so a variant has no dash.
namespace ablate::plot {

inline constexpr int kSeedDashes = 5;  // after these they repeat

// Lengths of line and gap in turn, in widths of the line, beginning with a line; empty for a solid one. `seed_index` is
// the place of the seed among the seeds of its study, from 0; below 0, as for a mean over seeds, the line is solid.
// The patterns are those of Qt's pen styles, from Qt::SolidLine on: the window and the report draw the same.
std::vector<double> seed_dash(int seed_index);

}  // namespace ablate::plot
