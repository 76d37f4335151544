#include "ui/bridge/curves.h"

#include <algorithm>

namespace ablate::ui {

void RunCurves::add(const std::string& tag, const run::Series& logged) {
    const auto shares = std::find_if(series.begin(), series.end(), [&](const auto& other) {
        const LogAxis& axis = *other.second->axis;
        return axis.step == logged.step && axis.wall_time == logged.wall_time;
    });
    auto curve = std::make_shared<MetricCurve>();
    curve->axis = shares != series.end() ? shares->second->axis
                                         : std::make_shared<const LogAxis>(LogAxis{logged.step, logged.wall_time});
    curve->value = logged.value;
    series[tag] = std::move(curve);
}

}  // namespace ablate::ui
