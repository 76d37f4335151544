#pragma once
#include "ui/forms/value_editor.h"

#include <QLabel>
#include <QTimer>
#include <QToolButton>
#include <functional>
#include <map>
#include <vector>

namespace ablate::ui {

// What a form does with what is typed. Each may throw InputError: the line is shown below the option, and what was
// typed stays.
struct FormActions {
    std::function<void(const std::string& key, const Json& value)> set;
    std::function<void(const std::string& key)> reset;
};

// One option of a form: a dot where it differs, label, editor, reset, what is wrong below; a kind has the rows of its
// options below that.
class FieldRow : public QWidget {
    Q_OBJECT
  public:
    // `field` and `actions` outlive the row. `indent`: 1 below a kind.
    FieldRow(std::string key, const FieldInfo& field, const FormActions& actions, int indent, QWidget* parent);

    // The value of `subject` (a variant), and the one it goes back to. What is being typed stays: a text that means
    // the value already, and, for each subject, a text that means none.
    void show_value(const QString& subject, const Json& value, const Json& reference, const QString& reference_name);
    void set_problem(const QString& line);  // found elsewhere; "" for none
    void set_read_only(bool read_only);
    void forget_drafts();

    const std::string& key() const { return key_; }
    const FieldInfo& field() const { return field_; }
    bool changed() const { return changed_; }
    bool matches(const QString& needle) const;  // its label, key, help or kinds
    ValueEditor& editor() { return *editor_; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    void edited();
    void give_up();
    void show_options(const QString& subject, const Json& value, const Json& reference, const QString& reference_name);
    void apply(const std::function<void()>& action);
    void tell();  // the error or the problem, now
    bool means(const Json& value) const;

    std::string key_;
    const FieldInfo& field_;
    const FormActions& actions_;
    int indent_;
    ValueEditor* editor_;
    QLabel *label_, *error_label_;
    QToolButton* reset_;
    QWidget* top_;
    std::vector<FieldRow*> options_;  // of the kind shown
    std::string options_of_;          // that kind
    Json shown_;
    bool changed_ = false, resettable_ = false, read_only_ = false;
    QString subject_, error_, problem_;
    struct Draft {
        QString text, error;
    };
    std::map<QString, Draft> drafts_;  // by subject: texts that mean no value
    QTimer hurry_;                     // an error waits until typing pauses
};

}  // namespace ablate::ui
