#include "core/run/summary.h"

#include "core/io/numbers.h"
#include "core/run/known_keys.h"

#include <limits>

namespace ablate::run {

double summary_number(const RunState& state, const char* key) {
    const auto found = state.summary.find(key);
    return found != state.summary.end() && io::is_number(*found) ? io::number_from_json(*found)
                                                                 : std::numeric_limits<double>::quiet_NaN();
}

double tokens_per_second(const RunState& state) {
    constexpr const char* key = "tokens_per_second";
    return state.summary.contains(key) ? summary_number(state, key) : state.tokens_per_second;
}

bool tells_steps(const RunInfo& info, const RunState& state) {
    return !is_imported_log(info) || state.step > 0 || state.summary.contains("steps_done");
}

}  // namespace ablate::run
