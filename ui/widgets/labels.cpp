#include "ui/widgets/labels.h"

#include <QLabel>
#include <QPushButton>
#include <QStyle>

namespace ablate::ui {

QLabel* plain_label(const QString& text, const char* role, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setText(text);
    if (*role) label->setProperty("role", role);
    return label;
}

QLabel* wrapped_label(const QString& text, const char* role, QWidget* parent) {
    QLabel* label = plain_label(text, role, parent);
    label->setWordWrap(true);
    return label;
}

QPushButton* flat_button(const QString& text, QWidget* parent) {
    auto* button = new QPushButton(text, parent);
    button->setProperty("flat", true);
    return button;
}

QPushButton* primary_button(const QString& text, QWidget* parent) {
    auto* button = new QPushButton(text, parent);
    button->setProperty("primary", true);
    return button;
}

void set_look(QWidget* widget, const char* property, const QString& value) {
    if (widget->property(property).toString() == value) return;
    widget->setProperty(property, value);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
    widget->update();
}

}  // namespace ablate::ui
