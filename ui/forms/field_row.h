#pragma once
#include "ui/forms/value_editor.h"

#include <QLabel>
#include <QTimer>
#include <QToolButton>
#include <functional>
#include <map>
#include <vector>

namespace ablate {
struct KindRow;
}

namespace ablate::ui {

// What a form does with what is typed. `set` and `reset` may throw InputError: the line is shown below the option, and
// what was typed stays.
struct FormActions {
    std::function<void(const std::string& key, const Json& value)> set;
    std::function<void(const std::string& key)> reset;
    // A text of `subject` that is no value, and why: what a valid beginning of it has set is to be taken back.
    std::function<void(const QString& subject, const std::string& key, const QString& line)> refuse = {};
    // Such a text is gone: mended, given up, or its option is no longer there.
    std::function<void(const QString& subject, const std::string& key)> accept = {};
    std::function<void()> finish = {};  // Return, or the focus left
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
    void forget_draft();  // of the subject shown: the option means nothing there now
    void set_placeholder(const QString& text) { editor_->set_placeholder(text); }

    const std::string& key() const { return key_; }
    const FieldInfo& field() const { return field_; }
    bool changed() const { return changed_; }
    // Whether every word of the needle is in its label, key, help, heading, choices, kinds or their options.
    bool matches(const QString& needle) const;
    ValueEditor& editor() { return *editor_; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    void edited();
    void give_up();
    void refuse(const QString& line);
    void drop_draft(const QString& subject);
    void drop_drafts();
    void add_browse_button();
    void browse(bool folder);
    void show_options_of(const KindRow& kind);
    void show_options(const QString& subject, const Json& value, const Json& reference, const QString& reference_name);
    void apply(const std::function<void()>& action);
    void tell();  // the error or the problem, now
    bool means(const Json& value) const;

    std::string key_;
    mutable QString words_;  // that a search finds it by, once one has looked
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
    bool refusing_ = false;  // the study goes back to its old value; the text stays
    QString subject_, error_, problem_;
    struct Draft {
        QString text, error;
    };
    using Drafts = std::map<QString, Draft>;  // by subject: texts that mean no value
    Drafts drafts_;
    std::map<std::string, Drafts> other_drafts_;  // by key: of options of kinds that are not shown
    QTimer hurry_;                                // an error waits until typing pauses
};

}  // namespace ablate::ui
