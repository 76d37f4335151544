#pragma once
#include "core/compare/comparison.h"
#include "ui/bridge/latest.h"
#include "ui/bridge/workspace.h"

#include <QElapsedTimer>
#include <QPointer>
#include <QTimer>

namespace ablate::ui {

using ComparisonPtr = std::shared_ptr<const study::Comparison>;

// What is set side by side: a study, or runs.
struct Subject {
    QString study;
    QStringList runs;  // not empty: these, and no study
    bool empty() const { return study.isEmpty() && runs.isEmpty(); }
    bool operator==(const Subject&) const = default;
};

class StudyDocument;

// Keeps the comparison of a subject fresh while its page is shown. Its own thread reads the runs, again only when
// one of them or the study's file has changed, at most every two seconds and a fifth of the time.
class Comparer : public QObject {
    Q_OBJECT
  public:
    explicit Comparer(QObject* parent = nullptr);
    // Forgets the comparison. `document`, if any, saves the studies' files.
    void set_workspace(Workspace* workspace, StudyDocument* document = nullptr);
    void choose(const Subject& subject);
    const Subject& subject() const { return subject_; }
    void study_file_changed();     // by somebody else than the document: its points are read again
    void set_active(bool active);  // a page that nobody sees reads nothing

    ComparisonPtr comparison() const { return comparison_; }  // of the subject; null until read
    const QString& error() const { return error_; }           // one line: why the newest read failed; tried again
    bool up_to_date() const;                                  // nothing is left to read

  Q_SIGNALS:
    void changed();  // comparison() or error()

  private:
    // What a comparison was made of: id, status and time of the last change of each run.
    using State = std::vector<std::tuple<std::string, run::Status, double>>;
    void begin(const Subject& subject);
    State state_of_runs() const;
    void look();
    void read();
    void take(ComparisonPtr comparison, const QString& error);

    QPointer<Workspace> workspace_;
    QPointer<StudyDocument> document_;
    Subject subject_;
    std::shared_ptr<study::MetricsCache> kept_;  // of the subject; of the thread alone
    ComparisonPtr comparison_;
    QString error_;
    State asked_;         // what the newest request was made of
    bool known_ = false;  // whether there was one for this subject and its file
    bool active_ = false;
    QTimer again_;           // runs while it is too early to read again
    QElapsedTimer reading_;  // since the newest request
    Latest latest_;
};

}  // namespace ablate::ui
