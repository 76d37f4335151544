#pragma once
#include "ui/pages/runs/runs_model.h"

#include <functional>

namespace ablate::ui {

// Calls `retry` at once, or, when one of the runs has collapsed, after asking: equal settings collapse again.
void ask_to_retry(QWidget* parent, const RunsModel& model, const QStringList& ids, std::function<void()> retry);

}  // namespace ablate::ui
