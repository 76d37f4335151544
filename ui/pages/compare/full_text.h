#pragma once
#include "core/statistics/statistics.h"

#include <QString>

namespace ablate::ui {

// What is copied of an interval, where the table rounds it: "3.6514123 ± 0.0157456"; "" for none.
QString full_text(const study::Interval& interval);

}  // namespace ablate::ui
