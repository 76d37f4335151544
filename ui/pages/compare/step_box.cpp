#include "ui/pages/compare/step_box.h"

#include "core/base/text.h"
#include "ui/bridge/text.h"

#include <QLineEdit>
#include <algorithm>
#include <cmath>

namespace ablate::ui {
namespace {

constexpr double kFurthest = 1e15;  // that can be typed: beyond it, not every whole number is a double

}  // namespace

StepBox::StepBox(QWidget* parent) : NumberBox(parent) {
    setDecimals(0);
    setMaximum(0);
    connect(this, &QAbstractSpinBox::editingFinished, this, [this] { lineEdit()->setModified(false); });
}

void StepBox::set_steps(const std::vector<double>& steps) {
    if (steps == steps_) return;
    steps_ = steps;
    keep_refused([&] { setRange(steps.empty() ? 0 : steps.front(), steps.empty() ? 0 : steps.back()); });
}

std::size_t StepBox::place_of(double step) const {
    const auto nearer = [step](double a, double b) { return std::abs(a - step) < std::abs(b - step); };
    const auto nearest = std::min_element(steps_.begin(), steps_.end(), nearer);
    return nearest == steps_.end() ? 0 : static_cast<std::size_t>(nearest - steps_.begin());
}

void StepBox::stepBy(int count) {
    if (steps_.empty() || !take_over()) return;
    const auto last = static_cast<std::ptrdiff_t>(steps_.size()) - 1;
    const auto wanted = static_cast<std::ptrdiff_t>(place_of(value())) + count;
    setValue(steps_[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(wanted, 0, last))]);
    selectAll();
}

double StepBox::valueFromText(const QString& words) const {
    const double typed = NumberBox::valueFromText(words);
    return steps_.empty() ? typed : steps_[place_of(typed)];
}

QString StepBox::textFromValue(double step) const { return ui::text(with_thousands(std::llround(step))); }

StepBox::Limits StepBox::limits() const { return {0, steps_.empty() ? 0 : kFurthest}; }

bool StepBox::is_being_typed() const { return !refusal().line().isEmpty() || (hasFocus() && lineEdit()->isModified()); }

QAbstractSpinBox::StepEnabled StepBox::stepEnabled() const {
    if (steps_.size() < 2 || !refusal().line().isEmpty()) return StepNone;
    StepEnabled enabled = StepNone;
    if (value() < steps_.back()) enabled |= StepUpEnabled;
    if (value() > steps_.front()) enabled |= StepDownEnabled;
    return enabled;
}

}  // namespace ablate::ui
