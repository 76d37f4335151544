#pragma once
#include "core/run/metrics.h"
#include "core/run/run_store.h"

#include <QMetaType>
#include <QString>
#include <map>
#include <memory>

namespace ablate::ui {

// Where values were logged. Metrics that come in the same records share one: it would be two thirds of each.
struct LogAxis {
    std::vector<std::int64_t> step;
    std::vector<double> wall_time;  // unix seconds
};

struct MetricCurve {
    std::shared_ptr<const LogAxis> axis;
    std::vector<double> value;  // at each step of the axis; non-finite values are kept
};
using MetricCurvePtr = std::shared_ptr<const MetricCurve>;

// A run's metrics as read at one moment: immutable once made, shared with whoever draws them.
struct RunCurves {
    QString id;
    std::map<std::string, MetricCurvePtr> series;  // by tag
    std::vector<train::Event> events;              // events.jsonl
    std::vector<std::string> problems;

    void add(const std::string& tag, const run::Series& logged);
};
using RunCurvesPtr = std::shared_ptr<const RunCurves>;
using RunListPtr = std::shared_ptr<const run::RunList>;

}  // namespace ablate::ui

Q_DECLARE_METATYPE(ablate::ui::RunCurvesPtr)
Q_DECLARE_METATYPE(ablate::ui::RunListPtr)
