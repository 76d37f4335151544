#pragma once
#include "ui/forms/number_box.h"

#include <vector>

namespace ablate::ui {

// A step among those at which something was evaluated: arrows go from one to the next, and any number that is typed
// becomes the nearest. Steps may be beyond what an int holds.
class StepBox : public NumberBox<QDoubleSpinBox> {
    Q_OBJECT
  public:
    explicit StepBox(QWidget* parent = nullptr);
    void set_steps(const std::vector<double>& steps);  // ascending
    std::size_t place_of(double step) const;           // of the nearest; 0 without any
    void stepBy(int count) override;
    bool is_being_typed() const;  // or holds a text that is refused

  protected:
    double valueFromText(const QString& text) const override;
    QString textFromValue(double step) const override;
    Limits limits() const override;
    StepEnabled stepEnabled() const override;

  private:
    std::vector<double> steps_;
};

}  // namespace ablate::ui
