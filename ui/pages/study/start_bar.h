#pragma once
#include "ui/bridge/run_control.h"
#include "ui/bridge/study_document.h"

#include <QKeySequence>
#include <QLabel>
#include <QPointer>
#include <QProgressBar>
#include <QPushButton>
#include <optional>

namespace ablate::ui {

// What the study comes to, the button that starts it, and why it cannot be started; while it is being prepared, how
// far that is. What is started is saved before: Compare and Report read the study's file.
class StartBar : public QWidget {
    Q_OBJECT
  public:
    explicit StartBar(QWidget* parent = nullptr);
    void set_context(StudyDocument* document, RunControl* control);
    void press();        // starts, or waits at the button, whose tooltip and the line above say what is in the way
    void start_pilot();  // the same for the part of the study that tells how far its seeds spread (study::pilot_of)
    static QKeySequence keys() { return QKeySequence("Ctrl+Return"); }

  Q_SIGNALS:
    void started(const QString& study, const QStringList& runs);  // by this button

  private:
    void start();
    void prepare();
    void refuse(const QString& line);
    void show_state();
    QString obstacle() const;  // why the study cannot be started now; "" when it can
    void tell(const QString& line, const char* role);

    QPointer<StudyDocument> document_;
    QPointer<RunControl> control_;
    std::optional<StudyConfig> saving_;  // what is started as soon as it is saved
    study::PlanOptions part_;            // of it that is trained
    bool ours_ = false;
    QString refusal_;  // of the last start; until the study changes
    QLabel *summary_, *told_;
    QPushButton *start_, *cancel_;
    QProgressBar* bar_;
};

}  // namespace ablate::ui
