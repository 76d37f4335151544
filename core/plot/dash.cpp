#include "core/plot/dash.h"

namespace ablate::plot {

std::vector<double> seed_dash(int seed_index) {
    switch (seed_index < 0 ? 0 : seed_index % kSeedDashes) {
        case 1:
            return {4, 2};
        case 2:
            return {1, 2};
        case 3:
            return {4, 2, 1, 2};
        case 4:
            return {4, 2, 1, 2, 1, 2};
        default:
            return {};
    }
}

}  // namespace ablate::plot
