#pragma once
#include "ui/bridge/study_document.h"
#include "ui/forms/value_editor.h"
#include "ui/pages/study/variant_changes.h"

#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QPointer>
#include <QVBoxLayout>
#include <functional>
#include <memory>

class QPushButton;

namespace ablate::ui {

// What holds for all variants: seeds, how variants combine, what a collapse does, and the grid.
class StudySettings : public QWidget {
    Q_OBJECT
  public:
    explicit StudySettings(QWidget* parent = nullptr);
    ~StudySettings() override;
    void set_document(StudyDocument* document);
    bool focus_entry(const QString& entry);  // false: none of its fields

  Q_SIGNALS:
    void pilot_wanted();  // runs that tell how far the seeds spread

  private:
    struct Axis;  // one option of the grid: its values, typed
    void build_menu();
    void show_study();
    void show_grid();
    void insert_axis(std::size_t position, const std::string& key);
    void add_axis(const GridOption& option);
    void remove_axis(const std::string& key);
    void edit_axis(Axis& axis);
    void edit_seeds();
    std::vector<std::int64_t> typed_seeds() const;  // InputError: none
    void show_seeds();
    void show_power();  // what the seeds can find, by the preview
    void show_values(Axis& axis, const std::vector<Json>& values);
    // What is wrong with it is in `error`. Of a text: `merge` is its field, called `label`.
    void edit(QLabel* error, const QString& what, const std::function<StudyConfig()>& next, const QString& merge = {},
              const QString& label = {});
    bool refused(const QString& merge) const { return document_->refused_entries().contains(merge); }
    void connect_typing(FieldLineEdit* field);
    static void tell(QLabel* error, const QString& line);

    QPointer<StudyDocument> document_;
    FieldLineEdit* seeds_;
    QComboBox *combine_, *policy_;
    QMenu* menu_;
    QPushButton* add_;
    QVBoxLayout* axes_layout_;
    QLabel *seeds_error_, *error_;  // of the seeds; of what is chosen, not typed
    QLabel* power_;
    QPushButton* pilot_;  // offered where nothing is known of the spread
    std::vector<std::unique_ptr<Axis>> axes_;
};

// "0.001 0.01" or with commas; InputError at `key` for a value the option cannot have.
std::vector<Json> values_from_text(const FieldInfo& field, const std::string& key, const QString& text);

}  // namespace ablate::ui
