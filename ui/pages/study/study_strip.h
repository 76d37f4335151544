#pragma once
#include "ui/bridge/latest.h"
#include "ui/bridge/study_document.h"
#include "ui/forms/value_editor.h"

#include <QLabel>
#include <QPointer>
#include <QToolButton>

namespace ablate::ui {

// The study's name and description, with what saves, copies, undoes and redoes.
class StudyStrip : public QWidget {
    Q_OBJECT
  public:
    explicit StudyStrip(QWidget* parent = nullptr);
    void set_document(StudyDocument* document, const std::filesystem::path& workspace);
    bool focus_entry(const QString& entry);  // false: none of its fields

  Q_SIGNALS:
    void choose_study_file();  // to open
    void save_study_as();      // in a file that is to be chosen

  private:
    void show_study();
    void show_name();
    void show_file();
    void show_undo();
    void rename();
    void duplicate();
    void tell(const QString& line);

    QPointer<StudyDocument> document_;
    std::filesystem::path workspace_;
    FieldLineEdit *name_, *description_;
    QLabel *file_, *error_;
    QToolButton *undo_, *redo_, *open_, *save_, *save_as_, *duplicate_;
    Latest namer_{this};  // looks for a name that no study of the workspace has
};

}  // namespace ablate::ui
