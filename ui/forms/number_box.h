#pragma once
#include "core/base/error.h"
#include "core/config/field.h"
#include "ui/forms/value_editor.h"

#include <QDoubleSpinBox>
#include <QSpinBox>
#include <QToolTip>
#include <cmath>
#include <limits>

namespace ablate::ui {

// A spin box that swallows no key and takes a number over as a whole, when Return is pressed or the focus leaves. A
// text that is no number of its range changes nothing: the value stays, and a line says why. ("2,048" in a plain spin
// box becomes 2, and "1000" where 256 is the most becomes 100.)
template <class Box>
class NumberBox : public Box {
  public:
    explicit NumberBox(QWidget* parent = nullptr) : Box(parent) {
        this->setKeyboardTracking(false);
        this->setCorrectionMode(QAbstractSpinBox::CorrectToPreviousValue);
    }

  protected:
    using Number = decltype(std::declval<Box>().value());
    struct Limits {
        double least, most;
    };
    // What may be typed.
    virtual Limits limits() const {
        return {static_cast<double>(this->minimum()), static_cast<double>(this->maximum())};
    }

    QValidator::State validate(QString& typed, int&) const override {
        return read(typed).isEmpty() ? QValidator::Acceptable : QValidator::Intermediate;
    }
    Number valueFromText(const QString& typed) const override {
        double number = 0;
        return read(typed, &number).isEmpty() ? static_cast<Number>(number) : this->value();
    }
    QString textFromValue(Number number) const override { return field_text(Json(number)); }
    void fixup(QString& typed) const override {
        const QString problem = read(typed);
        if (problem.isEmpty() || !this->isVisible()) return;
        const QString kept = QString("%1. The value stays %2.").arg(problem, this->textFromValue(this->value()));
        QToolTip::showText(this->mapToGlobal(QPoint(0, this->height())), kept, const_cast<NumberBox*>(this));
    }

  private:
    // What is wrong with the text, one line; "" for a number of the range.
    QString read(const QString& typed, double* number = nullptr) const {
        const QString words = typed.trimmed();
        if (!this->specialValueText().isEmpty() && (words == this->specialValueText() || words.isEmpty())) {
            if (number) *number = static_cast<double>(this->minimum());
            return {};
        }
        FieldInfo field;
        field.type = std::numeric_limits<Number>::is_integer ? FieldType::integer : FieldType::real;
        field.min = limits().least;
        field.max = limits().most;
        const std::string where = "value";
        try {
            const Json value = checked_value(field, parse_value(field, words.toStdString(), where), where);
            if (number) *number = value.get<double>();
            return {};
        } catch (const InputError& error) {
            return without_place(error.what(), where);
        }
    }
};

}  // namespace ablate::ui
