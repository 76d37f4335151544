#include "ui/pages/runs/run_panel.h"

#include "core/base/text.h"
#include "core/run/known_keys.h"
#include "ui/bridge/text.h"
#include "ui/collapse/collapse_area.h"
#include "ui/pages/runs/run_cells.h"
#include "ui/pages/runs/run_columns.h"
#include "ui/pages/runs/run_details.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/run_words.h"

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTextDocument>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

namespace ablate::ui {

namespace {

constexpr int kSaveAfter = 700;  // ms without a key
constexpr int kFactsWidth = 460, kTagsHeight = 28;
constexpr std::array kFacts{"Study", "Device", "Host", "Parameters", "Training time", "Created", "Folder", "Remark"};
enum Fact { study, device, host, parameters, time, created, folder, remark };

QString training_time(const run::ListedRun& run) {
    const std::optional<double> seconds = training_seconds(run);
    return seconds ? text(short_duration(*seconds)) : QString();
}

QStringList tags_of(const run::Notes& notes) {
    QStringList tags;
    for (const std::string& tag : notes.tags) tags += text(tag);
    return tags;
}

// As core trims it: other blanks are part of a tag.
QString trimmed_tag(const QString& tag) { return text(std::string(trim(tag.toStdString()))); }

// As the editor gives it back: with its own line ends and blanks.
QString as_edited(const QString& note) {
    QTextDocument document;
    document.setPlainText(note);
    return document.toPlainText();
}

std::vector<std::string> without(const QStringList& all, const QStringList& these) {
    std::vector<std::string> rest;
    for (const QString& one : all)
        if (!these.contains(one)) rest.push_back(one.toStdString());
    return rest;
}

}  // namespace

RunPanel::RunPanel(QWidget* parent) : QWidget(parent), pages_(new QStackedWidget(this)) {
    QLabel* hint = plain_label("Select a run to see why it ended, and to write a note.", "muted", this);
    hint->setAlignment(Qt::AlignCenter);
    hint->setWordWrap(true);
    auto* both = new QWidget(this);
    auto* row = new QHBoxLayout(both);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4 * kSpace);
    row->addWidget(build_facts(), 1);
    row->addWidget(build_notes(), 1);
    auto* why = new QWidget(this);
    auto* around = new QVBoxLayout(why);
    around->setContentsMargins(0, 0, 0, 0);
    around->addWidget(collapse_ = new CollapseArea(why));
    details_ = new RunDetails(both, why, this);
    connect(collapse_, &CollapseArea::shown_changed, details_, &RunDetails::show_collapse);
    pages_->addWidget(hint);
    pages_->addWidget(details_);
    connect(details_, &RunDetails::fold_checkpoint, this, &RunPanel::fold_checkpoint);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 2 * kSpace, 0, 0);
    all->addWidget(pages_);

    save_timer_.setSingleShot(true);
    save_timer_.setInterval(kSaveAfter);
    connect(&save_timer_, &QTimer::timeout, this, &RunPanel::save);
}

QWidget* RunPanel::build_facts() {
    auto* inside = new QWidget;
    title_ = plain_label({}, "heading", inside);
    chip_ = plain_label({}, "", inside);
    chip_->setProperty("chip", "neutral");
    cause_ = plain_label({}, "", inside);
    cause_->setWordWrap(true);
    auto* head = new QHBoxLayout;
    head->setSpacing(2 * kSpace);
    head->addWidget(title_);
    head->addWidget(chip_);
    head->addStretch();
    auto* form = new QGridLayout;  // a QFormLayout of Qt 6.4 writes past its rows when some are hidden
    form->setHorizontalSpacing(4 * kSpace);
    form->setVerticalSpacing(kSpace);
    form->setColumnStretch(1, 1);
    for (const char* name : kFacts) {
        auto* value = plain_label({}, "", inside);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        value->setWordWrap(true);
        value->setAccessibleName(name);
        const int row = static_cast<int>(facts_.size());
        facts_.emplace_back(plain_label(name, "muted", inside), value);
        form->addWidget(facts_.back().first, row, 0, Qt::AlignTop);
        form->addWidget(value, row, 1);
    }
    auto* column = new QVBoxLayout(inside);
    column->setContentsMargins(0, 0, 2 * kSpace, 0);
    column->setSpacing(2 * kSpace);
    column->addLayout(head);
    column->addWidget(cause_);
    column->addLayout(form);
    column->addStretch();
    auto* area = new QScrollArea(this);  // a long cause is read in full
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setFocusPolicy(Qt::NoFocus);
    area->setWidget(inside);
    area->setMinimumWidth(kFactsWidth / 2);
    return area;
}

QWidget* RunPanel::build_notes() {
    auto* side = new QWidget(this);
    note_ = new QPlainTextEdit(side);
    note_->setObjectName("note");
    note_->setPlaceholderText("Note");
    note_->setAccessibleName("Note");
    note_->setTabChangesFocus(true);
    tags_ = new QLineEdit(side);
    tags_->setPlaceholderText("Tags, separated by commas");
    tags_->setAccessibleName("Tags");
    tags_->setMinimumHeight(kTagsHeight);
    refusal_ = plain_label({}, "danger", side);
    refusal_->setWordWrap(true);
    refusal_->hide();
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2 * kSpace);
    column->addWidget(note_, 1);
    column->addWidget(tags_);
    column->addWidget(refusal_);
    connect(note_, &QPlainTextEdit::textChanged, this, [this] { save_timer_.start(); });
    connect(tags_, &QLineEdit::textEdited, this, [this] { save_timer_.start(); });
    connect(tags_, &QLineEdit::editingFinished, this, &RunPanel::save);
    note_->installEventFilter(this);
    return side;
}

void RunPanel::show_runs(const std::vector<const run::ListedRun*>& runs, const QStringList& pausing) {
    QStringList ids;
    for (const run::ListedRun* run : runs) ids += text(run->info.id);
    if (ids != ids_) {
        save();
        refusal_->hide();
        awaited_ = 0;
    }
    const bool others = ids != ids_;
    if (others) tags_->clear();
    ids_ = ids;
    collapse_->follow(ids.size() == 1 ? ids.front() : QString());
    pages_->setCurrentIndex(runs.empty() ? 0 : 1);
    if (runs.size() == 1)
        details_->show_run(*runs.front());
    else
        details_->clear();
    if (runs.empty()) return;
    Typed now{{}, tags_of(runs.front()->notes)};
    for (const run::ListedRun* run : runs) {
        const QStringList tags = tags_of(run->notes);
        now.tags.removeIf([&](const QString& tag) { return !tags.contains(tag); });
    }
    if (runs.size() == 1) {
        now.text = as_edited(text(runs.front()->notes.text));
        show_facts(*runs.front(), pausing.contains(ids.front()));
    } else {
        title_->setText(QString("%1 runs selected").arg(runs.size()));
        chip_->hide();
        cause_->setText(
            "The tags on the right are those that all of them have. Adding or removing one there changes every run.");
        cause_->show();
        set_look(cause_, "role", "muted");
        for (std::size_t row = 0; row < facts_.size(); ++row) set_fact(static_cast<int>(row), {});
    }
    note_->setEnabled(runs.size() == 1);
    note_->setPlaceholderText(runs.size() == 1 ? "Note" : "A note belongs to one run");
    tags_->setEnabled(true);
    // What somebody types stays; what another window wrote is taken over where nobody does.
    const bool news = others || now != on_disk_;
    const bool untouched = others || (typed() == saved_ && awaited_ == 0);
    on_disk_ = now;
    if (news && untouched) show_notes(now);
}

void RunPanel::show_damaged(const run::DamagedRun& run) {
    save();
    ids_.clear();
    refusal_->hide();
    collapse_->follow({});
    details_->clear();
    pages_->setCurrentIndex(1);
    title_->setText(text(run.folder.filename().string()));
    chip_->setText("unreadable");
    set_look(chip_, "chip", "warning");
    chip_->show();
    cause_->setText(text(run.reason));
    cause_->show();
    set_look(cause_, "role", "warning");
    for (std::size_t row = 0; row < facts_.size(); ++row) set_fact(static_cast<int>(row), {});
    set_fact(folder, text(run.folder.string()));
    on_disk_ = {};
    show_notes({});
    note_->setEnabled(false);
    note_->setPlaceholderText("A run that cannot be read has no notes");
    tags_->setEnabled(false);
}

void RunPanel::show_facts(const run::ListedRun& run, bool pausing) {
    const run::RunInfo& info = run.info;
    title_->setText(run_title(info));
    chip_->setText(state_text(run, pausing));
    set_look(chip_, "chip", status_look(chip_->text()));
    chip_->show();
    const QString cause = run.state.verdict ? text(run.state.verdict->cause) : QString();
    cause_->setText(cause);
    cause_->setVisible(!cause.isEmpty());
    set_look(cause_, "role", is_alarming(run) ? "danger" : "");
    QStringList remarks;
    for (const std::string& problem : run.problems) remarks += text(problem);
    if (!info.data_note.empty()) remarks += text(info.data_note);
    if (run::is_imported_log(info))
        remarks += text("imported " + run::source_format(info) + " log of " + info.origin +
                        ": its configuration is known only in part, its data are not");
    for (const std::string& told : run::source_remarks(info)) remarks += text(told);
    set_fact(study, text(info.study));
    set_fact(device,
             run.state.device_name.empty() ? device_text(run) : device_text(run) + ": " + text(run.state.device_name));
    set_fact(host, text(run.state.host));
    set_fact(parameters, info.parameters > 0 ? text(with_thousands(info.parameters)) : QString());
    set_fact(time, training_time(run));
    set_fact(created, local_time(info.created));
    set_fact(folder, text(run.directory.folder().string()));
    set_fact(remark, remarks.join('\n'));
}

void RunPanel::set_fact(int row, const QString& value) {
    const auto& [name, label] = facts_[static_cast<std::size_t>(row)];
    label->setText(value);
    name->setVisible(!value.isEmpty());
    label->setVisible(!value.isEmpty());
}

RunPanel::Typed RunPanel::typed() const {
    Typed now{note_->toPlainText(), {}};
    for (const QString& part : tags_->text().split(','))
        if (const QString tag = trimmed_tag(part); !tag.isEmpty() && !now.tags.contains(tag)) now.tags += tag;
    return now;
}

void RunPanel::show_notes(const Typed& notes) {
    const QSignalBlocker quiet_note(note_), quiet_tags(tags_);
    if (note_->toPlainText() != notes.text) note_->setPlainText(notes.text);
    if (typed().tags != notes.tags) tags_->setText(notes.tags.join(", "));  // a comma just typed stays
    saved_ = notes;
    save_timer_.stop();
}

void RunPanel::edit() {
    details_->setCurrentIndex(RunDetails::summary);
    if (note_->isEnabled())
        note_->setFocus(Qt::ShortcutFocusReason);
    else
        tags_->setFocus(Qt::ShortcutFocusReason);
}

void RunPanel::save() {
    save_timer_.stop();
    const Typed now = typed();
    if (ids_.isEmpty() || now == saved_) return;
    run::NotesEdit edit{{}, without(now.tags, saved_.tags), without(saved_.tags, now.tags)};
    if (ids_.size() == 1 && now.text != saved_.text) edit.text = now.text.toStdString();
    saved_ = now;
    if (!edit.text && edit.add_tags.empty() && edit.remove_tags.empty()) return;  // written in another order
    ++awaited_;
    Q_EMIT notes_edited(ids_, edit);
}

void RunPanel::note_written(const QStringList& ids) {
    if (ids != ids_) return;
    awaited_ = std::max(0, awaited_ - 1);
    refusal_->hide();
}

void RunPanel::note_refused(const QStringList& ids, const QString& line) {
    if (ids != ids_) return;
    awaited_ = std::max(0, awaited_ - 1);
    saved_ = on_disk_;  // the next save tries again
    refusal_->setText("Not saved: " + line);
    refusal_->show();
}

bool RunPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == note_ && event->type() == QEvent::FocusOut) save();
    return QWidget::eventFilter(watched, event);
}

void RunPanel::hideEvent(QHideEvent* event) {
    save();
    QWidget::hideEvent(event);
}

}  // namespace ablate::ui
