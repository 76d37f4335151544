#pragma once
#include "core/config/field.h"

#include <QLineEdit>
#include <QPlainTextEdit>
#include <QWidget>

namespace ablate::ui {

// Edits one option, made from its FieldInfo. It holds what is typed; whether that is a value of the option is judged
// by its row.
class ValueEditor : public QWidget {
    Q_OBJECT
  public:
    // `field` must outlive the editor, as schemas and kinds do.
    static ValueEditor* make(const FieldInfo& field, QWidget* parent);
    using QWidget::QWidget;

    virtual Json value(const std::string& where) const = 0;  // InputError at `where` for a text that cannot be read
    virtual void show_value(const Json& value) = 0;
    virtual QString draft() const { return {}; }  // what is typed; null where only values can be chosen
    virtual void set_draft(const QString& text) { Q_UNUSED(text) }
    // What the option means where it is 0 ("as many as heads"): shown in place of a 0, which is not what is meant.
    virtual void set_placeholder(const QString& text) { Q_UNUSED(text) }
    virtual void take_path(const QString& path) { Q_UNUSED(path) }  // chosen in a dialog, as if it were typed
    void add_button(QWidget* button);                               // at the end of the editor

  Q_SIGNALS:
    void edited();    // by the user, at each key
    void finished();  // Return, or the focus left
    void given_up();  // Esc
};

// A line of text that leaves undo to the study, steps whole numbers with the arrow keys and shows a unit at its end.
// With setAcceptDrops() a dropped file is its path, not a URL.
class FieldLineEdit : public QLineEdit {
    Q_OBJECT
  public:
    explicit FieldLineEdit(QWidget* parent = nullptr);
    void set_unit(const QString& unit);
    void set_prefix(const QString& prefix);  // read before the number: "1 in" 20
    void step_by_arrows(bool step) { steps_ = step; }

  Q_SIGNALS:
    void given_up();

  protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void set_margins();

    QString unit_, prefix_;
    bool steps_ = false;
};

// Several lines of text with the same habits.
class FieldTextEdit : public QPlainTextEdit {
    Q_OBJECT
  public:
    explicit FieldTextEdit(QWidget* parent = nullptr);

  Q_SIGNALS:
    void given_up();
    void finished();  // the focus left

  protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void insertFromMimeData(const QMimeData* source) override;
};

// "lr: 0 is out of range" -> "0 is out of range", for a message that is shown next to what it is about, its `place`.
QString without_place(const std::string& message, const std::string& place);
// A value as a person would type it into a field: 0.0003, 1e-05, a text as it is.
QString field_text(const Json& value);
// The label, the key, what it does, its range and unit: rich text, everything in it escaped.
QString field_tool_tip(const std::string& key, const FieldInfo& field);

}  // namespace ablate::ui
