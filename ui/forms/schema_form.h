#pragma once
#include "core/config/run_config.h"
#include "ui/forms/field_row.h"

#include <QScrollArea>
#include <QVBoxLayout>
#include <QVariantMap>
#include <map>

namespace ablate::ui {

class FoldSection;

// Every option of a run as a form, made from run_config_fields(): a new option needs no line here. Its widgets are
// made once; values move through them.
class SchemaForm : public QWidget {
    Q_OBJECT
  public:
    explicit SchemaForm(FormActions actions, QWidget* parent = nullptr);
    ~SchemaForm() override;

    // The options of `subject` (a variant's name). What differs from `reference` is marked and can go back to it.
    void show_values(const QString& subject, const RunConfig& values, const RunConfig& reference,
                     const QString& reference_name);
    // What is wrong with options, by key, as found by the preview; shown below each.
    void set_problems(const std::map<std::string, QString>& problems);
    void set_read_only(bool read_only);
    void begin_study();  // of another study: what is typed is forgotten, and what it changes is unfolded

    QLineEdit* search() { return search_; }
    FieldRow* row(const std::string& key);  // null for an option of a kind or none at all
    void reveal(const std::string& key);    // unfolds, scrolls to and focuses it

    QVariantMap save_state() const;  // what the user folded and unfolded
    void restore_state(const QVariantMap& state);

  private:
    struct Section {
        std::string id;  // "train/Optimizer"
        FoldSection* fold;
        QLabel* group_title;
        std::vector<FieldRow*> rows;
        bool settled = false;  // by the user
        bool placed = false;   // by what the study changes
    };
    void add_field(const ListedField& field, QLabel*& group_title);
    Section& section_of(const ListedField& field, QLabel* group_title);
    void filter();

    FormActions actions_;
    QLineEdit* search_;
    QLabel* nothing_found_;
    QScrollArea* scroll_;
    QVBoxLayout* rows_;
    std::vector<std::unique_ptr<Section>> sections_;
    Json values_;  // as shown
};

}  // namespace ablate::ui
