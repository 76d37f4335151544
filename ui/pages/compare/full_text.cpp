#include "ui/pages/compare/full_text.h"

#include "core/base/text.h"
#include "ui/bridge/text.h"

namespace ablate::ui {

QString full_text(const study::Interval& interval) {
    if (interval.n == 0) return {};
    const QString mean = text(full_precision(interval.mean));
    return interval.half_width ? mean + " ± " + text(full_precision(*interval.half_width)) : mean;
}

}  // namespace ablate::ui
