#pragma once
#include "core/config/variant_names.h"
#include "ui/bridge/study_document.h"
#include "ui/forms/value_editor.h"

#include <QLabel>
#include <QPointer>
#include <map>

namespace ablate::ui {

// The patch of a variant, or what the baseline changes of the defaults, as JSON. Each text that can be read is taken at
// once; one that cannot stays, with what is wrong below.
class PatchEditor : public QWidget {
    Q_OBJECT
  public:
    static constexpr auto kEntry = "patch:";  // and the variant: its refused entries

    explicit PatchEditor(QWidget* parent = nullptr);
    void set_document(StudyDocument* document);
    // Shown anew at each change of the study; read only for one that `combine` made.
    void show_variant(const QString& name);

  private:
    void show_patch();
    void edited();
    void give_up();
    const Json* patch() const;          // of the shown variant; null when the study has none of that name
    void drop(const QString& variant);  // its draft
    void keep(const QString& typed, const QString& error);
    void refuse(const QString& error);
    void tell(const QString& line);

    QPointer<StudyDocument> document_;
    QString variant_ = kBaseline;
    struct Draft {
        QString text, error;
        Json patch;  // which it was to replace
    };
    std::map<QString, Draft> drafts_;  // by variant: texts that cannot be taken
    bool keeping_ = false;             // the study goes back to its old patch; the text stays
    FieldTextEdit* text_;
    QLabel *title_, *error_;
};

}  // namespace ablate::ui
