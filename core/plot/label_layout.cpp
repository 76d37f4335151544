#include "core/plot/label_layout.h"

#include <algorithm>
#include <numeric>

namespace ablate::plot {

std::vector<double> spread_labels(const std::vector<double>& wanted, double height, double top, double bottom) {
    std::vector<std::size_t> order(wanted.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return wanted[a] < wanted[b]; });
    if (!wanted.empty()) height = std::min(height, (bottom - top) / static_cast<double>(wanted.size()));

    // Neighbors that would touch become a block around the mean of what its labels want.
    struct Block {
        double sum;
        std::size_t count;
    };
    const auto first_center = [&](const Block& block) {
        const double half = height * static_cast<double>(block.count) / 2;
        const double center = block.sum / static_cast<double>(block.count);
        return std::max(std::min(center, bottom - half), top + half) - half + height / 2;
    };
    std::vector<Block> blocks;
    for (const std::size_t i : order) {
        blocks.push_back({wanted[i], 1});
        while (blocks.size() > 1) {
            const Block last = blocks.back(), before = blocks[blocks.size() - 2];
            if (first_center(before) + height * static_cast<double>(before.count) <= first_center(last)) break;
            blocks.pop_back();
            blocks.back() = {before.sum + last.sum, before.count + last.count};
        }
    }
    std::vector<double> centers(wanted.size());
    std::size_t next = 0;
    for (const Block& block : blocks)
        for (std::size_t i = 0; i < block.count; ++i)
            centers[order[next++]] = first_center(block) + height * static_cast<double>(i);
    return centers;
}

FittedLabels fit_labels(std::size_t count, double height, double top, double bottom) {
    const auto room = static_cast<std::size_t>(std::max(0.0, (bottom - top) / height));
    if (count <= room) return {count, 0};
    return room == 0 ? FittedLabels{0, 0} : FittedLabels{room - 1, count - room + 1};
}

}  // namespace ablate::plot
