#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

// The colors of runs, the same in the window, in its files and in the report.
namespace ablate::plot {

using Rgb = std::uint32_t;   // 0xRRGGBB
std::string hex(Rgb color);  // "#e69f00"

// A color is chosen by an index: kBaselineColor is neutral, the variants of a study count from 0. Hues are those of
// Okabe and Ito, "Color Universal Design" (2008), without black; after kHues variants they return darker, then lighter.
inline constexpr int kBaselineColor = -1;
inline constexpr int kHues = 7;
inline constexpr int kRunColors = 3 * kHues;  // after these they repeat
Rgb run_color(int index, bool dark);          // for a light or a dark ground

// The same at a point of a grid: lightness goes by its place among the study's grid points, from 0. The first is
// nearest to the ground, the last furthest from it, and one in the middle as without a grid. Fewer than two points: no
// change.
Rgb run_color(int index, int grid_index, int grid_count, bool dark);

// A color of run_color on the other ground: from `dark` to light or back. A color that is none of these stays.
Rgb on_other_ground(Rgb color, bool dark);

// Which color a run has: that of its variant. The variants of a study are numbered in the order in which their first
// runs were created, and keep their numbers when runs are deleted: the order is stored (core/plot/variant_order.h).
// Everyone who reads a workspace's runs finds the same numbers.
class VariantColors {
  public:
    // Of each run of a workspace, the oldest first, after what is stored. Whether the variant is new and has a number.
    bool add(const std::string& study, const std::string& variant);
    const std::map<std::string, std::vector<std::string>>& order() const { return variants_; }  // by study
    // A variant that no run has yet gets the study's next number; a baseline has kBaselineColor.
    int index(const std::string& study, const std::string& variant) const;

  private:
    std::map<std::string, std::vector<std::string>> variants_;  // by study
};

}  // namespace ablate::plot
