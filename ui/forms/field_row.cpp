#include "ui/forms/field_row.h"

#include "core/base/error.h"
#include "core/config/kind_table.h"
#include "ui/forms/option_words.h"
#include "ui/theme/theme.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>
#include <QVBoxLayout>
#include <utility>

namespace ablate::ui {
namespace {

constexpr int kTypingPause = 700;  // ms after which a half-typed value is called wrong
constexpr int kDot = 6;            // px

const KindRow* kind_of(const FieldInfo& field, const Json& value) {
    return KindTable::instance().find(field.category, value.at("kind").get<std::string>());
}

}  // namespace

FieldRow::FieldRow(std::string key, const FieldInfo& field, const FormActions& actions, int indent, QWidget* parent)
    : QWidget(parent), key_(std::move(key)), field_(field), actions_(actions), indent_(indent) {
    top_ = new QWidget(this);
    label_ = new QLabel(QString::fromStdString(field.label), top_);
    label_->setTextFormat(Qt::PlainText);
    label_->setWordWrap(true);
    label_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    if (indent_) label_->setProperty("role", "muted");
    label_->setContentsMargins(3 * indent_ * kSpace, 0, 0, 0);  // within the label: editors stay aligned
    editor_ = ValueEditor::make(field, top_);
    editor_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    label_->setBuddy(editor_);
    reset_ = new QToolButton(top_);
    reset_->setProperty("flat", true);
    reset_->setText("↺");
    reset_->setFocusPolicy(Qt::TabFocus);
    reset_->setFixedSize(6 * kSpace, 6 * kSpace);
    reset_->hide();
    QSizePolicy keeps = reset_->sizePolicy();
    keeps.setRetainSizeWhenHidden(true);
    reset_->setSizePolicy(keeps);
    if (field.path != PathKind::none) add_browse_button();
    setToolTip(field_tool_tip(key_, field));
    error_label_ = new QLabel(this);
    error_label_->setTextFormat(Qt::PlainText);
    error_label_->setWordWrap(true);
    error_label_->setProperty("role", "danger");
    error_label_->setContentsMargins(4 * kSpace, 0, 6 * kSpace, kSpace);
    error_label_->hide();

    auto* line = new QHBoxLayout(top_);
    line->setContentsMargins(4 * kSpace, 0, 0, 0);
    line->setSpacing(kSpace);
    line->addWidget(label_, 10);
    line->addWidget(editor_, 10);
    line->addWidget(reset_);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(kSpace);
    all->addWidget(top_);
    all->addWidget(error_label_);

    hurry_.setSingleShot(true);
    hurry_.setInterval(kTypingPause);
    connect(&hurry_, &QTimer::timeout, this, &FieldRow::tell);
    connect(editor_, &ValueEditor::edited, this, &FieldRow::edited);
    connect(editor_, &ValueEditor::finished, this, [this] {
        tell();
        if (actions_.finish) actions_.finish();
    });
    connect(editor_, &ValueEditor::given_up, this, &FieldRow::give_up);
    connect(reset_, &QToolButton::clicked, this, [this] {
        give_up();
        apply([this] { actions_.reset(key_); });
        editor_->setFocus();
    });
}

void FieldRow::add_browse_button() {
    auto* button = new QToolButton(editor_);
    button->setProperty("flat", true);
    button->setText("…");
    button->setFixedSize(6 * kSpace, 6 * kSpace);
    button->setToolTip(field_.path == PathKind::folder ? "Choose a folder" : "Choose a file or a folder");
    button->setAccessibleName("Browse for " + QString::fromStdString(field_.label));
    if (field_.path == PathKind::either) {
        auto* menu = new QMenu(button);
        connect(menu->addAction("Choose a file…"), &QAction::triggered, this, [this] { browse(false); });
        connect(menu->addAction("Choose a folder…"), &QAction::triggered, this, [this] { browse(true); });
        button->setMenu(menu);
        button->setPopupMode(QToolButton::InstantPopup);
    } else {
        connect(button, &QToolButton::clicked, this, [this] { browse(field_.path == PathKind::folder); });
    }
    editor_->add_button(button);
}

// Begins in the folder of the path that is there.
void FieldRow::browse(bool folder) {
    const QString label = QString::fromStdString(field_.label);
    auto* dialog = new QFileDialog(window(), QString("Choose %1").arg(label.left(1).toLower() + label.mid(1)));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFile);
    if (field_.type == FieldType::text && editor_->draft().contains('/'))
        dialog->setDirectory(QFileInfo(editor_->draft()).absolutePath());
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) { editor_->take_path(path); });
    dialog->open();
}

void FieldRow::edited() {
    apply([this] {
        Json value = editor_->value(key_);
        if (field_.type != FieldType::kind) value = checked_value(field_, value, key_);
        actions_.set(key_, value);
    });
}

void FieldRow::apply(const std::function<void()>& action) {
    try {
        action();
        drop_draft(subject_);
        error_.clear();
        tell();
    } catch (const InputError& error) {
        refuse(without_place(error.what(), key_));
    }
}

void FieldRow::refuse(const QString& line) {
    error_ = line;
    const QString typed = editor_->draft();
    if (typed.isNull()) {  // a choice that was refused
        editor_->show_value(shown_);
        return tell();
    }
    drafts_[subject_] = {typed, error_};
    refusing_ = true;
    if (actions_.refuse) actions_.refuse(subject_, key_, line);
    refusing_ = false;
    hurry_.start();
}

void FieldRow::drop_draft(const QString& subject) {
    if (drafts_.erase(subject) > 0 && actions_.accept) actions_.accept(subject, key_);
}

void FieldRow::drop_drafts() {
    while (!drafts_.empty()) drop_draft(QString(drafts_.begin()->first));
}

// Back to the value there is.
void FieldRow::give_up() {
    drop_draft(subject_);
    error_.clear();
    editor_->show_value(shown_);
    tell();
}

void FieldRow::tell() {
    hurry_.stop();
    const QString line = error_.isEmpty() ? problem_ : error_;
    if (error_label_->text() == line && error_label_->isHidden() == line.isEmpty()) return;
    error_label_->setText(line);
    error_label_->setVisible(!line.isEmpty());
    editor_->setAccessibleDescription(line);
}

bool FieldRow::means(const Json& value) const {
    try {
        const Json typed = editor_->value(key_);
        return (field_.type == FieldType::kind ? kind_of(field_, typed) == kind_of(field_, value)
                                               : checked_value(field_, typed, key_) == value);
    } catch (const InputError&) {
        return false;
    }
}

void FieldRow::show_value(const QString& subject, const Json& value, const Json& reference,
                          const QString& reference_name) {
    const bool other_subject = subject != subject_, other_value = value != shown_;
    subject_ = subject;
    shown_ = value;
    if (other_subject) {
        const auto draft = drafts_.find(subject);
        error_ = draft == drafts_.end() ? QString() : draft->second.error;
        draft == drafts_.end() ? editor_->show_value(value) : editor_->set_draft(draft->second.text);
        tell();
        // The study forgets the entries of a variant that is removed; undo brings it back.
        if (draft != drafts_.end() && actions_.refuse) actions_.refuse(subject, key_, error_);
    } else if (other_value && !refusing_ && !means(value)) {  // undone, reset, or changed in the patch
        give_up();
    }
    const bool kind = field_.type == FieldType::kind;
    const bool differs = kind ? value.at("kind") != reference.at("kind") : value != reference;
    if (differs != changed_) {
        changed_ = differs;
        update();
    }
    resettable_ = value != reference;
    reset_->setVisible(resettable_ && !read_only_);
    const bool means_other = reference == 0 && !field_.zero.empty();
    const QString old = kind          ? QString::fromStdString(kind_of(field_, reference)->label)
                        : means_other ? QString::fromStdString(field_.zero)
                                      : field_text(reference);
    reset_->setToolTip(
        QString("Back to the %1: %2").arg(reference_name, old.isEmpty() ? QString("(unset)") : old).toHtmlEscaped());
    reset_->setAccessibleName("Reset " + QString::fromStdString(field_.label));
    if (kind) show_options(subject, value, reference, reference_name);
}

// What is typed for other subjects stays until they are shown again.
void FieldRow::show_options_of(const KindRow& kind) {
    for (FieldRow* option : options_) {
        other_drafts_[option->key_] = std::move(option->drafts_);
        option->drafts_.clear();
        option->deleteLater();
        option->hide();
    }
    options_.clear();
    options_of_ = kind.name;
    for (const FieldBuilder& option : kind.options) {
        options_.push_back(new FieldRow(key_ + "." + option.key, option, actions_, indent_ + 1, this));
        options_.back()->set_read_only(read_only_);
        if (auto kept = other_drafts_.extract(options_.back()->key_))
            options_.back()->drafts_ = std::move(kept.mapped());
        layout()->addWidget(options_.back());
    }
}

void FieldRow::show_options(const QString& subject, const Json& value, const Json& reference,
                            const QString& reference_name) {
    const KindRow& kind = *kind_of(field_, value);
    if (options_of_ != kind.name) show_options_of(kind);
    for (auto& [key, drafts] : other_drafts_)  // the subject's kind has no such option any more
        if (drafts.erase(subject) > 0 && actions_.accept) actions_.accept(subject, key);
    // Of another kind than the reference's, an option goes back to its default.
    const bool same_kind = reference.at("kind") == value.at("kind");
    for (FieldRow* option : options_) {
        const std::string& name = option->field().key;
        option->show_value(subject, value.at(name), same_kind ? reference.at(name) : option->field().default_value,
                           same_kind ? reference_name : QString("default"));
        const bool used = option->field().visible(value);
        if (!used) option->forget_draft();
        option->setVisible(used);
    }
}

void FieldRow::set_problem(const QString& line) {
    if (problem_ == line) return;
    problem_ = line;
    if (!hurry_.isActive()) tell();
}

void FieldRow::set_read_only(bool read_only) {
    read_only_ = read_only;
    editor_->setEnabled(!read_only);
    reset_->setVisible(resettable_ && !read_only);
    for (FieldRow* option : options_) option->set_read_only(read_only);
}

void FieldRow::forget_drafts() {
    drop_drafts();
    if (!error_.isEmpty()) give_up();
    for (FieldRow* option : options_) option->forget_drafts();
    for (auto& [key, drafts] : std::exchange(other_drafts_, {}))
        for (const auto& draft : drafts)
            if (actions_.accept) actions_.accept(draft.first, key);
}

void FieldRow::forget_draft() {
    if (!error_.isEmpty()) give_up();
    for (FieldRow* option : options_) option->forget_draft();
}

bool FieldRow::matches(const QString& needle) const {
    if (needle.isEmpty()) return true;
    if (words_.isEmpty()) words_ = words_of_option(key_, field_);
    return holds_words(words_, needle);
}

void FieldRow::paintEvent(QPaintEvent*) {
    if (!changed_) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(Theme::instance().palette().accent);
    const double left = kSpace + 3.0 * indent_ * kSpace;
    painter.drawEllipse(QRectF(left, top_->geometry().center().y() - kDot / 2.0 + 1, kDot, kDot));
}

}  // namespace ablate::ui
