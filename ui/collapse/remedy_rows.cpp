#include "ui/collapse/remedy_rows.h"

#include "core/base/error.h"
#include "ui/bridge/run_control.h"
#include "ui/bridge/study_document.h"
#include "ui/bridge/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>

namespace ablate::ui {

namespace {

// A study that was begun and is not in its file: opening another one would lose it.
bool holds_unsaved(const StudyDocument& document) {
    const StudyConfig& study = document.study();
    const bool empty = study.variants.empty() && study.baseline.empty();
    return document.modified() || (document.file().isEmpty() && !empty);
}

}  // namespace

RemedyRows::RemedyRows(QWidget* parent) : QWidget(parent) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(3 * kSpace);
    grid->setVerticalSpacing(kSpace);
    grid->setColumnStretch(1, 1);
    int line = 0;
    for (const Remedy& remedy : no_remedies({})) {
        const auto row = rows_.size();
        rows_.push_back({new QPushButton(remedy.action, this), wrapped_label({}, "muted", this)});
        grid->addWidget(rows_[row].button, line, 0);
        grid->addWidget(rows_[row].words, line++, 1);
        connect(rows_[row].button, &QPushButton::clicked, this, [this, row] { choose(row); });
    }
    train_now_ = new QCheckBox("Train it now", this);
    train_now_->setChecked(true);
    train_now_->setToolTip(plain_tooltip(
        {"Trains the new variant with the seed of this run. Otherwise the Study page opens with the variant added."}));
    grid->addWidget(train_now_, line, 0, 1, 2);
    show_rows();
}

RemedyRows::~RemedyRows() { stop_waiting(); }

void RemedyRows::set_context(StudyDocument* document, RunControl* control) {
    stop_waiting();
    if (document_) disconnect(document_, nullptr, this, nullptr);
    document_ = document;
    control_ = control;
    if (document_) {
        connect(document_, &StudyDocument::changed, this, &RemedyRows::show_rows);
        connect(document_, &StudyDocument::file_changed, this, &RemedyRows::show_rows);
        connect(document_, &StudyDocument::loaded, this, &RemedyRows::show_rows);
        connect(document_, &StudyDocument::refused_entries_changed, this, &RemedyRows::show_rows);
    }
    show_rows();
}

void RemedyRows::show_run(const run::RunInfo& run, std::optional<StudyConfig> stored) {
    stop_waiting();
    run_ = run;
    stored_ = std::move(stored);
    train_now_->setText(QString("Train it now, with seed %1").arg(run.seed));
    show_rows();
}

std::vector<Remedy> RemedyRows::present() const {
    if (!run_) return no_remedies("Choose a collapsed run");
    if (!document_ || !control_) return no_remedies("No workspace is open");
    try {
        if (!document_->refused_entries().empty())
            return no_remedies("The Study page holds an entry that cannot be used. Correct it first");
        if (document_->study().name == run_->study) return remedies(*run_, document_->study());
        if (holds_unsaved(*document_))
            return no_remedies(QString("The Study page holds unsaved changes of %1. Save them first")
                                   .arg(text(document_->study().name)));
        if (stored_) return remedies(*run_, *stored_);
    } catch (const std::exception& error) {  // the run's variant does not fit the study any more
        return no_remedies(text(one_line(error.what())));
    }
    return no_remedies(QString("The workspace has no study %1").arg(text(run_->study)));
}

void RemedyRows::show_rows() {
    const std::vector<Remedy> remedies = present();
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const Remedy& remedy = remedies[i];
        const bool can = remedy.why_not.isEmpty();
        rows_[i].button->setEnabled(can && !waiting_);
        rows_[i].button->setToolTip(plain_tooltip({remedy.why_not}));
        rows_[i].words->setText(can ? QString("%1 – %2").arg(remedy.name, remedy.changes) : remedy.why_not + ".");
    }
}

// Deleted later: this may be called by one of its connections.
void RemedyRows::stop_waiting() {
    if (!waiting_) return;
    waiting_->disconnect();
    if (document_) disconnect(document_, nullptr, waiting_, nullptr);
    waiting_->deleteLater();
    waiting_ = nullptr;
}

template <class Signal, class Done>
void RemedyRows::wait_for(Signal signal, const QString& failure, Done done) {
    stop_waiting();
    waiting_ = new QObject(this);
    connect(document_, signal, waiting_, [this, done] {
        stop_waiting();
        done();
        show_rows();
    });
    connect(document_, &StudyDocument::failed, waiting_, [this, failure](const QString& line) {
        stop_waiting();
        show_rows();
        Q_EMIT message(failure + line);
    });
    show_rows();
}

void RemedyRows::choose(std::size_t row) {
    if (!run_ || !document_ || !control_) return;
    if (document_->study().name == run_->study) return apply(row);
    wait_for(&StudyDocument::loaded, "Not added: ", [this, row] { apply(row); });
    document_->open_named(text(run_->study));
}

void RemedyRows::apply(std::size_t row) {
    const Remedy remedy = present().at(row);
    if (!remedy.why_not.isEmpty()) return Q_EMIT message(remedy.why_not + ".");
    const bool adds_variant = remedy.study.variants.size() > document_->study().variants.size();
    try {
        document_->edit(remedy.name_of_edit, remedy.study);
    } catch (const std::exception& error) {
        return Q_EMIT message("Not added: " + text(one_line(error.what())));
    }
    if (adds_variant) document_->show_variant(text(remedy.study.variants.back().name));
    Q_EMIT message(QString("Added %1 to %2.").arg(remedy.name, text(remedy.study.name)));
    if (!train_now_->isChecked()) return Q_EMIT open_page("study");
    start(remedy);
}

// Compare and Report read what was started from the study's file, so it is saved first.
void RemedyRows::start(const Remedy& remedy) {
    study::PlanOptions options;
    options.only = {remedy.trains};
    options.seeds = {run_->seed};
    wait_for(&StudyDocument::saved, "Added, but not trained: ", [this, options, study = remedy.study] {
        if (control_) control_->start_study(study, options);
    });
    document_->save();
}

}  // namespace ablate::ui
