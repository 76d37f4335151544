#pragma once
#include "ui/bridge/comparer.h"

#include <QComboBox>

namespace ablate::ui {

// Which study a page is about: those of the workspace, the newest first and chosen until somebody chooses another.
// Runs that the window gives are a separate entry.
class StudyChoice : public QComboBox {
    Q_OBJECT
  public:
    explicit StudyChoice(QWidget* parent = nullptr);
    void set_workspace(Workspace* workspace);
    const Subject& subject() const { return subject_; }  // empty: there is no run
    void choose_study(const QString& study);
    void choose_runs(const QStringList& ids);

  Q_SIGNALS:
    void subject_changed();

  private:
    void take_runs();
    void list(const QStringList& studies);
    void set_subject(const Subject& subject);

    QPointer<Workspace> workspace_;
    Subject subject_;
    QStringList runs_;         // the entry for given runs
    bool own_choice_ = false;  // made by somebody: it stays while newer studies come
};

}  // namespace ablate::ui
