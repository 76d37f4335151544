#include "ui/widgets/study_choice.h"

#include <QSignalBlocker>
#include <algorithm>

namespace ablate::ui {
namespace {

constexpr int kRunsEntry = 1, kStudyEntry = 0;  // item data: what an entry stands for

// By their newest run.
QStringList studies_of(const run::RunList& list) {
    std::map<std::string, double> begun;
    for (const run::ListedRun& listed : list.runs)
        begun[listed.info.study] = std::max(begun[listed.info.study], listed.info.created);
    std::vector<std::pair<double, std::string>> order;
    for (const auto& [study, created] : begun) order.emplace_back(-created, study);
    std::sort(order.begin(), order.end());
    QStringList studies;
    for (const auto& entry : order) studies += QString::fromStdString(entry.second);
    return studies;
}

}  // namespace

StudyChoice::StudyChoice(QWidget* parent) : QComboBox(parent) {
    setAccessibleName("Study");
    setSizeAdjustPolicy(QComboBox::AdjustToContents);
    setMinimumContentsLength(12);
    connect(this, &QComboBox::activated, this, [this](int index) {
        own_choice_ = true;
        set_subject(itemData(index).toInt() == kRunsEntry ? Subject{{}, runs_} : Subject{itemText(index), {}});
    });
}

void StudyChoice::set_workspace(Workspace* workspace) {
    if (workspace_) disconnect(workspace_, nullptr, this, nullptr);
    workspace_ = workspace;
    own_choice_ = false;
    runs_.clear();
    if (workspace_) connect(workspace_, &Workspace::runs_changed, this, &StudyChoice::take_runs);
    take_runs();
}

void StudyChoice::choose_study(const QString& study) {
    own_choice_ = true;
    runs_.clear();
    set_subject({study, {}});
    take_runs();
}

void StudyChoice::choose_runs(const QStringList& ids) {
    if (ids.isEmpty()) return;
    own_choice_ = true;
    runs_ = ids;
    set_subject({{}, ids});
    take_runs();
}

void StudyChoice::take_runs() {
    const QStringList studies = workspace_ ? studies_of(*workspace_->runs()) : QStringList();
    if (!own_choice_) set_subject({studies.isEmpty() ? QString() : studies.first(), {}});
    list(studies);
}

void StudyChoice::list(const QStringList& studies) {
    const QSignalBlocker quiet(this);
    QStringList wanted = studies;
    // A study whose runs are not listed yet, or no longer: what is shown must be in the list.
    if (!subject_.study.isEmpty() && !wanted.contains(subject_.study)) wanted.prepend(subject_.study);
    QStringList shown;
    for (int i = 0; i < count(); ++i)
        if (itemData(i).toInt() == kStudyEntry) shown += itemText(i);
    const bool runs_shown = shown.size() < count();
    const QString runs_text = QString("%1 chosen runs").arg(runs_.size());
    if (shown != wanted || runs_shown == runs_.isEmpty()) {
        clear();
        if (!runs_.isEmpty()) addItem(runs_text, kRunsEntry);
        for (const QString& study : wanted) addItem(study, kStudyEntry);
    } else if (runs_shown) {
        setItemText(0, runs_text);
    }
    const int current =
        subject_.runs.isEmpty() ? findText(subject_.study, Qt::MatchExactly | Qt::MatchCaseSensitive) : 0;
    setCurrentIndex(current);
    setEnabled(count() > 0);
}

void StudyChoice::set_subject(const Subject& subject) {
    if (subject == subject_) return;
    subject_ = subject;
    Q_EMIT subject_changed();
}

}  // namespace ablate::ui
