#include "ui/pages/study/study_strip.h"

#include "core/base/error.h"
#include "core/base/names.h"
#include "core/base/workspace_layout.h"
#include "ui/bridge/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QHBoxLayout>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace ablate::ui {
namespace {

constexpr int kNameWidth = 176;  // px
constexpr auto kNameEntry = "name";

QToolButton* button(const QString& label, const QString& tip, QWidget* parent) {
    auto* made = new QToolButton(parent);
    made->setProperty("flat", true);
    made->setText(label);
    made->setToolTip(tip);
    made->setFocusPolicy(Qt::TabFocus);
    return made;
}

// "quick" -> "quick-2", "quick-2" -> "quick-3"
std::string next_name(const std::string& name) {
    static const QRegularExpression counted("^(.*)-(\\d{1,6})$");
    const auto match = counted.match(text(name));
    return match.hasMatch() ? numbered(match.captured(1).toStdString(), match.captured(2).toInt() + 1)
                            : numbered(name, 2);
}

// The first of the names that follow `name` which no study of the workspace has.
std::string next_free_name(std::string name, const std::filesystem::path& workspace) {
    do name = next_name(name);
    while (std::filesystem::exists(study_file_named(workspace, name)));
    return name;
}

}  // namespace

StudyStrip::StudyStrip(QWidget* parent)
    : QWidget(parent),
      name_(new FieldLineEdit(this)),
      description_(new FieldLineEdit(this)),
      file_(plain_label("", "muted", this)),
      error_(plain_label("", "danger", this)),
      undo_(button("Undo", "", this)),
      redo_(button("Redo", "", this)),
      open_(button("Open…", "Open another study (Ctrl+O)", this)),
      save_(button("Save", "Save the study (Ctrl+S)", this)),
      save_as_(button("Save as…", "Save the study in another file (Ctrl+Shift+S)", this)),
      duplicate_(button("Duplicate study", "Save a copy under another name and open it", this)) {
    name_->setAccessibleName("Name of the study");
    name_->setToolTip("Name of the study: letters, digits, '.', '_' and '-'");
    name_->setFixedWidth(kNameWidth);
    description_->setAccessibleName("Description of the study");
    description_->setPlaceholderText("What question does this study answer?");
    error_->hide();
    auto* line = new QHBoxLayout;
    line->setSpacing(2 * kSpace);
    line->addWidget(name_);
    line->addWidget(description_, 1);
    line->addWidget(file_);
    for (QToolButton* one : {undo_, redo_, open_, save_, save_as_, duplicate_}) line->addWidget(one);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(kSpace);
    all->addLayout(line);
    all->addWidget(error_);
    connect(name_, &QLineEdit::textEdited, this, &StudyStrip::rename);
    connect(name_, &FieldLineEdit::given_up, this, &StudyStrip::show_name);
    for (FieldLineEdit* field : {name_, description_})
        connect(field, &QLineEdit::editingFinished, this, [this] {
            if (document_) document_->finish_entry();
        });
    connect(description_, &QLineEdit::textEdited, this, [this](const QString& typed) {
        StudyConfig next = document_->study();
        next.description = typed.toStdString();
        document_->edit("Describe the study", std::move(next), "description");
    });
    connect(undo_, &QToolButton::clicked, this, [this] { document_->undo_stack()->undo(); });
    connect(redo_, &QToolButton::clicked, this, [this] { document_->undo_stack()->redo(); });
    connect(open_, &QToolButton::clicked, this, &StudyStrip::choose_study_file);
    connect(save_, &QToolButton::clicked, this, [this] { document_->save(); });
    connect(save_as_, &QToolButton::clicked, this, &StudyStrip::save_study_as);
    connect(duplicate_, &QToolButton::clicked, this, &StudyStrip::duplicate);
}

void StudyStrip::set_document(StudyDocument* document, const std::filesystem::path& workspace) {
    if (document_) {
        disconnect(document_, nullptr, this, nullptr);
        disconnect(document_->undo_stack(), nullptr, this, nullptr);
    }
    document_ = document;
    workspace_ = workspace;
    namer_.cancel();
    if (!document) return;
    connect(document, &StudyDocument::changed, this, &StudyStrip::show_study);
    connect(document, &StudyDocument::file_changed, this, &StudyStrip::show_file);
    connect(document, &StudyDocument::loaded, this, [this] {
        namer_.cancel();
        show_name();
    });
    connect(document->undo_stack(), &QUndoStack::indexChanged, this, &StudyStrip::show_undo);
    show_study();
    show_file();
    show_undo();
}

void StudyStrip::show_name() {
    const QString name = text(document_->study().name);
    if (name_->text() != name) name_->setText(name);
    document_->accept_entry(kNameEntry);
    tell({});
}

bool StudyStrip::focus_entry(const QString& entry) {
    if (entry != kNameEntry) return false;
    name_->setFocus();
    name_->selectAll();
    return true;
}

// A name that cannot be one stays in its field until it is mended or given up.
void StudyStrip::show_study() {
    const StudyConfig& study = document_->study();
    if (!document_->refused_entries().contains(kNameEntry)) show_name();
    if (description_->text() != text(study.description)) {
        description_->setText(text(study.description));
        if (!description_->hasFocus()) description_->setCursorPosition(0);
    }
    description_->setToolTip("<p>" + text(study.description).toHtmlEscaped());
}

void StudyStrip::show_file() {
    const QString file = document_->file();
    file_->setText(file.isEmpty() ? "not saved" : document_->modified() ? "changed" : "saved");
    file_->setToolTip(plain_tooltip({file}));
    save_->setEnabled(file.isEmpty() || document_->modified());
}

void StudyStrip::show_undo() {
    const QUndoStack& stack = *document_->undo_stack();
    const auto show = [](QToolButton* button, bool can, const QString& what, const QString& keys) {
        button->setEnabled(can);
        button->setToolTip(plain_tooltip({QString("%1 (%2)").arg(can ? what : button->text(), keys)}));
    };
    show(undo_, stack.canUndo(), "Undo: " + stack.undoText(), "Ctrl+Z");
    show(redo_, stack.canRedo(), "Redo: " + stack.redoText(), "Ctrl+Shift+Z");
}

void StudyStrip::rename() {
    try {
        StudyConfig next = document_->study();
        next.name = name_->text().trimmed().replace(' ', '-').toStdString();
        document_->edit("Rename the study", std::move(next), kNameEntry);
        tell({});
    } catch (const InputError& error) {
        const QString line = without_place(error.what(), "study.name");
        tell(line);
        document_->refuse_entry(kNameEntry, {{}, {}, "Name of the study", line});
    }
}

// The copy has what is not saved yet; the file it was made from stays as it is.
void StudyStrip::duplicate() {
    namer_.ask([name = document_->study().name,
                workspace = workspace_](const Latest::Ticket&) { return next_free_name(name, workspace); },
               [this](std::string name) {
                   StudyConfig copy = document_->study();
                   copy.name = std::move(name);
                   document_->start_new(std::move(copy));
                   document_->save();
               },
               [this](const QString& line) { tell(line); });
}

void StudyStrip::tell(const QString& line) {
    error_->setText(line);
    error_->setVisible(!line.isEmpty());
}

}  // namespace ablate::ui
