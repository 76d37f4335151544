#pragma once
#include "core/run/metrics.h"
#include "core/run/run_store.h"

#include <QMetaType>
#include <QString>
#include <map>
#include <memory>

namespace ablate::ui {

// A run's metrics as read at one moment: immutable, shared with whoever draws them.
struct RunCurves {
    QString id;
    std::map<std::string, std::shared_ptr<const run::Series>> series;  // by tag
    std::vector<Json> events;                                          // events.jsonl
    std::vector<std::string> problems;
};
using RunCurvesPtr = std::shared_ptr<const RunCurves>;
using RunListPtr = std::shared_ptr<const run::RunList>;

}  // namespace ablate::ui

Q_DECLARE_METATYPE(ablate::ui::RunCurvesPtr)
Q_DECLARE_METATYPE(ablate::ui::RunListPtr)
