#include "ui/forms/number_box.h"

#include "ui/widgets/labels.h"

#include <QLabel>

namespace ablate::ui {

void NumberRefusal::set_line(const QString& line) {
    if (line == line_) return;
    line_ = line;
    Q_EMIT changed();
}

QLabel* refusal_label(const NumberRefusal& refusal, QWidget* parent) {
    QLabel* label = wrapped_label({}, "danger", parent);
    label->hide();
    QObject::connect(&refusal, &NumberRefusal::changed, label, [&refusal, label] {
        label->setText(refusal.line());
        label->setVisible(!refusal.line().isEmpty());
    });
    return label;
}

}  // namespace ablate::ui
