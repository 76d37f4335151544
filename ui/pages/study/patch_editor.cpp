#include "ui/pages/study/patch_editor.h"

#include "core/base/error.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QFontDatabase>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>

namespace ablate::ui {
namespace {

constexpr int kIndent = 2;

// nlohmann's message names its exception first: "[json.exception.parse_error.101] parse error at line 2, column 5: ..."
QString plain_parse_error(const char* message) {
    const QString line = QString::fromUtf8(message);
    return "JSON: " + line.mid(line.indexOf(']') + 1).trimmed();
}

}  // namespace

PatchEditor::PatchEditor(QWidget* parent)
    : QWidget(parent),
      text_(new FieldTextEdit(this)),
      title_(plain_label("", "muted", this)),
      error_(plain_label("", "danger", this)) {
    text_->setAccessibleName("Patch as JSON");
    text_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    title_->setWordWrap(true);
    error_->setWordWrap(true);
    error_->hide();
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 2 * kSpace, 0, 0);
    all->setSpacing(kSpace);
    all->addWidget(title_);
    all->addWidget(text_, 1);
    all->addWidget(error_);
    connect(text_, &QPlainTextEdit::textChanged, this, &PatchEditor::edited);
    connect(text_, &FieldTextEdit::given_up, this, &PatchEditor::give_up);
    connect(text_, &FieldTextEdit::finished, this, [this] {
        if (document_) document_->finish_entry();
    });
    setFocusProxy(text_);
}

void PatchEditor::set_document(StudyDocument* document) {
    if (document_) disconnect(document_, nullptr, this, nullptr);
    document_ = document;
    drafts_.clear();
    if (!document) return;
    connect(document, &StudyDocument::loaded, this, [this] { drafts_.clear(); });
    show_variant(document->variant());
}

void PatchEditor::show_variant(const QString& name) {
    variant_ = name;
    title_->setText(name == kBaseline ? QString("Options of the baseline that differ from the defaults")
                                      : QString("JSON merge patch of %1 on the baseline").arg(name));
    text_->setReadOnly(!patch());
    show_patch();
}

const Json* PatchEditor::patch() const {
    if (!document_) return nullptr;
    const StudyConfig& study = document_->study();
    if (variant_ == kBaseline) return &study.baseline;
    const auto found = std::find_if(study.variants.begin(), study.variants.end(),
                                    [&](const auto& v) { return QString::fromStdString(v.name) == variant_; });
    return found == study.variants.end() ? nullptr : &found->patch;
}

// A text that means the patch already stays as it is typed, and so does one that is refused.
void PatchEditor::show_patch() {
    if (keeping_) return;
    const Json* shown = patch();
    auto draft = drafts_.find(variant_);
    if (draft != drafts_.end() && (!shown || draft->second.patch != *shown)) {  // changed elsewhere since
        drop(variant_);
        draft = drafts_.end();
    }
    const Json typed = Json::parse(text_->toPlainText().toStdString(), nullptr, false);
    if (draft == drafts_.end() && shown && typed == *shown) return tell({});
    const QSignalBlocker quiet(text_);
    if (draft != drafts_.end()) {
        if (text_->toPlainText() != draft->second.text) text_->setPlainText(draft->second.text);
        // The study forgets the entries of a variant that is removed; undo brings it back.
        if (!document_->refused_entries().contains(kEntry + variant_)) refuse(draft->second.error);
        return tell(draft->second.error);
    }
    text_->setPlainText(shown ? QString::fromStdString(shown->dump(kIndent)) : QString());
    tell(shown ? QString() : QString("Made by combining variants; edit those."));
}

void PatchEditor::edited() {
    if (!patch()) return;
    const QString typed = text_->toPlainText();
    try {
        const Json value = Json::parse(typed.toStdString());
        StudyConfig next = document_->study();
        if (variant_ == kBaseline)
            next.baseline = value;
        else
            for (VariantConfig& variant : next.variants)
                if (QString::fromStdString(variant.name) == variant_) variant.patch = value;
        drafts_.erase(variant_);  // accepted by the edit
        document_->edit("Edit the patch of " + variant_, std::move(next), kEntry + variant_);
        tell({});
    } catch (const Json::parse_error& error) {
        keep(typed, plain_parse_error(error.what()));
    } catch (const InputError& error) {
        keep(typed, QString::fromStdString(error.what()));
    }
}

void PatchEditor::keep(const QString& typed, const QString& error) {
    tell(error);
    refuse(error);
    drafts_[variant_] = {typed, error, *patch()};
}

void PatchEditor::refuse(const QString& error) {
    keeping_ = true;
    document_->refuse_entry(kEntry + variant_, {variant_, {}, "Patch", error});
    keeping_ = false;
}

void PatchEditor::drop(const QString& variant) {
    if (drafts_.erase(variant) > 0) document_->accept_entry(kEntry + variant);
}

// Back to the patch there is.
void PatchEditor::give_up() {
    drop(variant_);
    show_patch();
}

void PatchEditor::tell(const QString& line) {
    error_->setText(line);
    error_->setVisible(!line.isEmpty());
}

}  // namespace ablate::ui
