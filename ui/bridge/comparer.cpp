#include "ui/bridge/comparer.h"

#include "core/run/run_store.h"
#include "ui/bridge/study_document.h"

#include <algorithm>

namespace ablate::ui {
namespace {

constexpr int kReadEvery = 2000;  // ms between two reads of runs that train
constexpr int kPause = 4;         // times as long as a read took: large studies must not read all the time

study::Comparison compared(const std::filesystem::path& workspace, const Subject& subject, study::MetricsCache& kept) {
    const run::RunStore store(workspace);
    if (subject.runs.isEmpty()) return study::compare_named_study(store, subject.study.toStdString(), &kept);
    std::vector<std::string> ids;
    for (const QString& id : subject.runs) ids.push_back(id.toStdString());
    return study::compare_runs(store, ids, &kept);
}

}  // namespace

Comparer::Comparer(QObject* parent) : QObject(parent), latest_(this) {
    again_.setSingleShot(true);
    connect(&again_, &QTimer::timeout, this, &Comparer::look);
}

void Comparer::set_workspace(Workspace* workspace, StudyDocument* document) {
    if (workspace_) disconnect(workspace_, nullptr, this, nullptr);
    if (document_) disconnect(document_, nullptr, this, nullptr);
    workspace_ = workspace;
    document_ = document;
    if (workspace_) connect(workspace_, &Workspace::runs_changed, this, &Comparer::look);
    // The points a study has now are in its file.
    if (document_) connect(document_, &StudyDocument::saved, this, &Comparer::study_file_changed);
    begin({});
}

void Comparer::choose(const Subject& subject) {
    if (subject == subject_) return;
    begin(subject);
}

void Comparer::begin(const Subject& subject) {
    subject_ = subject;
    kept_ = std::make_shared<study::MetricsCache>();
    comparison_ = nullptr;
    error_.clear();
    known_ = false;
    latest_.cancel();
    again_.stop();
    Q_EMIT changed();
    look();
}

void Comparer::study_file_changed() {
    known_ = false;
    look();
}

void Comparer::set_active(bool active) {
    active_ = active;
    look();
}

bool Comparer::up_to_date() const {
    return subject_.empty() || (known_ && !latest_.busy() && asked_ == state_of_runs());
}

Comparer::State Comparer::state_of_runs() const {
    State state;
    if (!workspace_) return state;
    for (const run::ListedRun& listed : workspace_->runs()->runs) {
        const bool part = subject_.runs.isEmpty() ? listed.info.study == subject_.study.toStdString()
                                                  : subject_.runs.contains(QString::fromStdString(listed.info.id));
        if (part) state.emplace_back(listed.info.id, listed.status, listed.state.updated);
    }
    return state;
}

void Comparer::look() {
    if (!active_ || !workspace_ || subject_.empty() || again_.isActive() || latest_.busy()) return;
    // What could not be read is tried again: its files may have changed and no run.
    if (known_ && error_.isEmpty() && asked_ == state_of_runs()) return;
    read();
}

void Comparer::read() {
    asked_ = state_of_runs();
    known_ = true;
    reading_.start();
    again_.start(kReadEvery);
    latest_.ask(
        [folder = workspace_->folder(), subject = subject_, kept = kept_](const Latest::Ticket&) -> ComparisonPtr {
            return std::make_shared<const study::Comparison>(compared(folder, subject, *kept));
        },
        [this](ComparisonPtr comparison) { take(std::move(comparison), {}); },
        [this](const QString& line) { take(comparison_, line); });
}

void Comparer::take(ComparisonPtr comparison, const QString& error) {
    again_.start(std::max<int>(kReadEvery, kPause * static_cast<int>(reading_.elapsed())));
    const bool news = comparison != comparison_ || error != error_;
    comparison_ = std::move(comparison);
    error_ = error;
    if (news) Q_EMIT changed();
}

}  // namespace ablate::ui
