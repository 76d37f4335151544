#pragma once
#include "core/base/error.h"
#include "core/config/field.h"
#include "ui/bridge/number_format.h"
#include "ui/forms/value_editor.h"

#include <QDoubleSpinBox>
#include <QKeyEvent>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSpinBox>
#include <limits>
#include <utility>

class QLabel;

namespace ablate::ui {

// Why a number box refuses its text.
class NumberRefusal : public QObject {
    Q_OBJECT
  public:
    const QString& line() const { return line_; }  // "" while it refuses nothing
    void set_line(const QString& line);

  Q_SIGNALS:
    void changed();

  private:
    QString line_;
};

// A line to be shown below the box; hidden while nothing is refused.
QLabel* refusal_label(const NumberRefusal& refusal, QWidget* parent);

// A spin box that swallows no key and takes a number over as a whole, when Return is pressed or the focus leaves. A
// text that is no number of its range changes nothing: the value stays, and so does the text, with the reason, until
// it is corrected or Esc is pressed. ("2,048" in a plain spin box becomes 2, and "1000" where 256 is the most becomes
// 100.)
template <class Box>
class NumberBox : public Box {
  public:
    using Number = decltype(std::declval<Box>().value());

    explicit NumberBox(QWidget* parent = nullptr) : Box(parent) {
        this->setKeyboardTracking(false);
        this->setCorrectionMode(QAbstractSpinBox::CorrectToPreviousValue);
        put(value_text());
        QObject::connect(this->lineEdit(), &QLineEdit::textEdited, this, [this](const QString& typed) {
            if (!refusal_.line().isEmpty()) tell(read(typed));
        });
        QObject::connect(this, &Box::valueChanged, this, [this] { tell({}); });
    }

    const NumberRefusal& refusal() const { return refusal_; }
    // A value that was chosen elsewhere. Box's own function does not drop a refused text when the value is the same.
    void setValue(Number number) {
        Box::setValue(number);
        tell({});
    }
    // Takes over what is typed, as Return does. False: it is refused.
    bool take_over() {
        keep_refused([this] { this->interpretText(); });
        return refusal_.line().isEmpty();
    }
    // Back to the text of the value.
    void give_up() {
        put(value_text());
        tell({});
    }
    // The wheel and arrows leave a refused text alone.
    void stepBy(int steps) override {
        const QString line = problem();
        if (line.isEmpty()) return Box::stepBy(steps);
        tell(line);
    }

  protected:
    struct Limits {
        double least, most;
    };
    // What may be typed.
    virtual Limits limits() const {
        return {static_cast<double>(this->minimum()), static_cast<double>(this->maximum())};
    }

    // What is wrong with the text, one line; "" for a number of the range.
    QString problem() const {
        const QString typed = this->lineEdit()->text();
        return typed == value_text() ? QString() : read(typed);
    }
    // Whatever makes Qt take the text over also makes it show the value again: a text that is refused is put back.
    template <class Act>
    void keep_refused(Act act) {
        const QString typed = this->lineEdit()->text(), line = problem();
        act();
        if (!line.isEmpty()) put(typed);
        tell(line);
    }

    QValidator::State validate(QString& typed, int&) const override {
        return read(typed).isEmpty() ? QValidator::Acceptable : QValidator::Intermediate;
    }
    Number valueFromText(const QString& typed) const override {
        double number = 0;
        return read(typed, &number).isEmpty() ? static_cast<Number>(number) : this->value();
    }
    QString textFromValue(Number number) const override { return with_separators(field_text(Json(number))); }
    void fixup(QString&) const override {}
    QAbstractSpinBox::StepEnabled stepEnabled() const override {
        if (!refusal_.line().isEmpty()) return QAbstractSpinBox::StepNone;
        return Box::stepEnabled();
    }

    bool event(QEvent* event) override {
        if (event->type() == QEvent::ShortcutOverride && is_escape(*static_cast<QKeyEvent*>(event)) && has_draft()) {
            event->accept();  // before a shortcut of the page takes the key
            return true;
        }
        return Box::event(event);
    }
    void keyPressEvent(QKeyEvent* event) override {
        if (is_escape(*event) && has_draft()) return give_up();
        if (event->key() != Qt::Key_Return && event->key() != Qt::Key_Enter) return Box::keyPressEvent(event);
        if (const QString line = problem(); !line.isEmpty()) {  // not for the button of a dialog either
            tell(line);
            return this->selectAll();
        }
        Box::keyPressEvent(event);
        tell({});
    }
    void focusOutEvent(QFocusEvent* event) override {
        keep_refused([&] { this->Box::focusOutEvent(event); });
    }
    void showEvent(QShowEvent* event) override {
        keep_refused([&] { this->Box::showEvent(event); });
    }
    void hideEvent(QHideEvent* event) override {
        keep_refused([&] { this->Box::hideEvent(event); });
    }
    void closeEvent(QCloseEvent* event) override {
        keep_refused([&] { this->Box::closeEvent(event); });
    }
    void changeEvent(QEvent* event) override {
        const QEvent::Type type = event->type();
        if (type == QEvent::EnabledChange && !this->isEnabled()) give_up();  // nobody could correct it
        if (type != QEvent::ActivationChange && type != QEvent::LocaleChange) return Box::changeEvent(event);
        keep_refused([&] { this->Box::changeEvent(event); });
    }

  private:
    static bool is_escape(const QKeyEvent& event) { return event.key() == Qt::Key_Escape; }
    bool has_draft() const { return this->lineEdit()->text() != value_text(); }

    QString value_text() const {
        const bool special = !this->specialValueText().isEmpty() && this->value() == this->minimum();
        return special ? this->specialValueText() : this->textFromValue(this->value());
    }
    void put(const QString& text) {
        const QSignalBlocker quiet(this->lineEdit());
        this->lineEdit()->setText(text);
    }
    void tell(const QString& problem) {
        QString line;
        if (!problem.isEmpty()) line = QString("%1. Correct it, or press Esc to keep %2.").arg(problem, value_text());
        this->setProperty("refused", !line.isEmpty());  // FlatStyle draws its frame
        this->setAccessibleDescription(line);
        this->update();
        refusal_.set_line(line);
    }
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

    NumberRefusal refusal_;
};

}  // namespace ablate::ui
