#include "core/plot/palette.h"

#include "core/config/variant_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace ablate::plot {
namespace {

// Okabe and Ito's yellow is darkened for a light ground, and for a dark one the blue is lightened, until a thin line
// can be seen.
constexpr std::array<Rgb, kHues> kOnLight{0xe69f00, 0x56b4e9, 0x009e73, 0xb8a900, 0x0072b2, 0xd55e00, 0xcc79a7};
constexpr std::array<Rgb, kHues> kOnDark{0xe69f00, 0x7cc8f5, 0x1db48a, 0xf0e442, 0x3f8fe0, 0xf07a33, 0xe093bd};
constexpr Rgb kBaselineOnLight = 0x24292f, kBaselineOnDark = 0xe9ebee;
// How far a grid goes at its ends. Toward the ground less, until a thin line can still be seen.
constexpr double kToGround = 0.2, kFromGround = 0.5, kBaselineToGround = 0.6;
constexpr int kMostShades = 12;  // grid points whose colors are found again

Rgb mixed(Rgb from, Rgb to, double share) {
    Rgb color = 0;
    for (const int shift : {16, 8, 0}) {
        const double a = (from >> shift) & 0xff, b = (to >> shift) & 0xff;
        color |= static_cast<Rgb>(std::lround(a + (b - a) * share)) << shift;
    }
    return color;
}

}  // namespace

std::string hex(Rgb color) { return fmt::format("#{:06x}", color); }

Rgb run_color(int index, bool dark) {
    if (index < 0) return dark ? kBaselineOnDark : kBaselineOnLight;
    const Rgb color = (dark ? kOnDark : kOnLight)[static_cast<std::size_t>(index % kHues)];
    const int round = index / kHues % 3;  // as it is, darker, lighter
    if (round == 0) return color;
    return mixed(color, round == 1 ? 0x000000 : 0xffffff, dark == (round == 1) ? 0.25 : 0.35);
}

Rgb run_color(int index, int grid_index, int grid_count, bool dark) {
    const Rgb color = run_color(index, dark);
    if (grid_count < 2) return color;
    const double place = std::clamp(2.0 * grid_index / (grid_count - 1) - 1, -1.0, 1.0);
    const Rgb ground = dark ? 0x000000 : 0xffffff, away = dark ? 0xffffff : 0x000000;
    // The neutral color is at its end already: it can only come nearer to the ground.
    if (index < 0) return mixed(color, ground, (1 - place) / 2 * kBaselineToGround);
    return place < 0 ? mixed(color, ground, -place * kToGround) : mixed(color, away, place * kFromGround);
}

Rgb on_other_ground(Rgb color, bool dark) {
    for (int count = 1; count <= kMostShades; ++count)
        for (int point = 0; point < count; ++point)
            for (int index = kBaselineColor; index < kRunColors; ++index)
                if (run_color(index, point, count, dark) == color) return run_color(index, point, count, !dark);
    return color;
}

bool VariantColors::add(const std::string& study, const std::string& variant) {
    if (variant == kBaseline) return false;
    std::vector<std::string>& known = variants_[study];
    if (std::find(known.begin(), known.end(), variant) != known.end()) return false;
    known.push_back(variant);
    return true;
}

int VariantColors::index(const std::string& study, const std::string& variant) const {
    if (variant == kBaseline) return kBaselineColor;
    const auto known = variants_.find(study);
    if (known == variants_.end()) return 0;
    return static_cast<int>(std::find(known->second.begin(), known->second.end(), variant) - known->second.begin());
}

}  // namespace ablate::plot
