#pragma once
#include <QString>

class QLabel;
class QPushButton;
class QWidget;

// Small parts that every page uses, with the properties the theme knows.
namespace ablate::ui {

// Text as it is, never taken for markup. `role`: heading, muted, ... or "" (Theme).
QLabel* plain_label(const QString& text, const char* role = "", QWidget* parent = nullptr);
// The same over as many lines as it takes.
QLabel* wrapped_label(const QString& text, const char* role = "", QWidget* parent = nullptr);
// No frame until the pointer is over it.
QPushButton* flat_button(const QString& text, QWidget* parent = nullptr);
// The one action of a page.
QPushButton* primary_button(const QString& text, QWidget* parent = nullptr);
// Another role, or chip: the style sheet looks at properties only when told to.
void set_look(QWidget* widget, const char* property, const QString& value);

}  // namespace ablate::ui
