#include "ui/pages/study/start_bar.h"

#include "core/config/variant_names.h"
#include "core/plan/study_power.h"
#include "ui/bridge/text.h"
#include "ui/pages/study/cost_panel.h"
#include "ui/pages/study/finding_list.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QHBoxLayout>
#include <QVBoxLayout>
#include <utility>

namespace ablate::ui {

StartBar::StartBar(QWidget* parent)
    : QWidget(parent),
      summary_(plain_label("", "", this)),
      told_(plain_label("", "muted", this)),
      start_(primary_button("Start study", this)),
      cancel_(flat_button("Cancel", this)),
      bar_(new QProgressBar(this)) {
    summary_->setWordWrap(true);
    told_->setWordWrap(true);
    start_->setShortcut(keys());
    bar_->setTextVisible(false);
    bar_->setFixedHeight(2 * kSpace);
    bar_->setAccessibleName("Preparing the study");
    auto* line = new QHBoxLayout;
    line->setSpacing(2 * kSpace);
    line->addWidget(bar_, 1);
    line->addWidget(cancel_);
    line->addStretch();
    line->addWidget(start_);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(2 * kSpace);
    all->addWidget(summary_);
    all->addWidget(told_);
    all->addLayout(line);
    connect(start_, &QPushButton::clicked, this, [this] {
        part_ = {};
        start();
    });
    connect(cancel_, &QPushButton::clicked, this, [this] {
        cancel_->setEnabled(false);
        control_->cancel_preparation();
    });
}

void StartBar::set_context(StudyDocument* document, RunControl* control) {
    if (document_) disconnect(document_, nullptr, this, nullptr);
    if (control_) disconnect(control_, nullptr, this, nullptr);
    document_ = document;
    control_ = control;
    saving_.reset();
    ours_ = false;
    refusal_.clear();
    if (document) {
        connect(document, &StudyDocument::preview_changed, this, &StartBar::show_state);
        connect(document, &StudyDocument::refused_entries_changed, this, &StartBar::show_state);
        connect(document, &StudyDocument::changed, this, [this] {
            refusal_.clear();
            show_state();
        });
        connect(document, &StudyDocument::saved, this, &StartBar::prepare);
        connect(document, &StudyDocument::failed, this, [this](const QString& line) {
            if (!saving_) return;
            saving_.reset();
            refuse("Not started: " + line);
        });
    }
    if (control) {
        connect(control, &RunControl::preparing, this, [this](const QString& what, double share) {
            show_state();
            tell(what, "muted");
            bar_->setRange(0, share < 0 ? 0 : 1000);
            bar_->setValue(static_cast<int>(1000 * std::max(share, 0.0)));
        });
        connect(control, &RunControl::refused, this, [this](const QString&, const QString& line) {
            ours_ = false;
            refuse(line == kCancelled ? QString() : line);
        });
        connect(control, &RunControl::started, this, [this](const QString& study, const QStringList& runs) {
            show_state();
            if (std::exchange(ours_, false)) Q_EMIT started(study, runs);
        });
    }
    show_state();
}

void StartBar::press() { start_->isEnabled() ? start_->click() : setFocus(); }

void StartBar::start_pilot() {
    const auto pilot = study::pilot_of(document_->study());
    if (!pilot || !start_->isEnabled()) return setFocus();
    part_ = {};
    part_.only = {pilot->variant};
    part_.seeds = pilot->seeds;
    start();
}

void StartBar::start() {
    refusal_.clear();
    saving_ = document_->study();
    if (!document_->file().isEmpty() && !document_->modified()) return prepare();
    document_->save();
    show_state();
}

void StartBar::prepare() {
    const auto study = std::exchange(saving_, {});
    if (!study) return;
    ours_ = true;
    control_->start_study(*study, part_);
    show_state();
    if (control_->preparing_study()) cancel_->setFocus();
}

void StartBar::refuse(const QString& line) {
    refusal_ = line;
    show_state();
}

QString StartBar::obstacle() const {
    if (!document_ || !control_) return "No workspace is open.";
    if (const auto& refused = document_->refused_entries(); !refused.empty()) {
        const RefusedEntry& entry = refused.begin()->second;
        const QString whose = entry.variant.isEmpty() || entry.variant == kBaseline ? QString() : entry.variant + ", ";
        return whose + in_words(entry) + " Correct the entry, or press Esc in its field to keep the old value.";
    }
    const StudyPreviewPtr preview = document_->preview();
    if (!preview || !document_->preview_is_current()) return "Checking the study";
    return preview->can_start() ? QString() : preview->why_not();
}

void StartBar::show_state() {
    const bool preparing = control_ && control_->preparing_study();
    const bool had_focus = cancel_->hasFocus();
    if (!preparing) cancel_->setEnabled(true);
    bar_->setVisible(preparing);
    cancel_->setVisible(preparing);
    const QString why_not = preparing ? QString() : obstacle();
    start_->setEnabled(!preparing && !saving_ && why_not.isEmpty());
    if (had_focus && !preparing) start_->setFocus();
    const StudyPreviewPtr preview = document_ ? document_->preview() : nullptr;
    if (preview && document_->preview_is_current()) {
        const bool can_start = preview->can_start() && document_->refused_entries().empty();
        summary_->setText(can_start ? study_in_words(*preview) : QString());
    }
    if (preparing) return;
    // While the next preview is made, what the last one said stays: it is gone in a moment.
    const bool checking =
        document_ && preview && !document_->preview_is_current() && document_->refused_entries().empty();
    if (!refusal_.isEmpty())
        tell(refusal_, "danger");
    else if (!checking)
        tell(why_not, "warning");
}

void StartBar::tell(const QString& line, const char* role) {
    set_look(told_, "role", role);
    told_->setText(line);
    told_->setVisible(!line.isEmpty());
    const QString shortcut = start_->shortcut().toString(QKeySequence::NativeText);
    start_->setToolTip(
        plain_tooltip({QString("Start study (%1)").arg(shortcut), start_->isEnabled() ? QString() : line}));
}

}  // namespace ablate::ui
