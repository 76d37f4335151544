#pragma once
#include <QWidget>

namespace ablate::ui {

class RunControl;
class StudyDocument;
class Workspace;

// What every page is given; never null in a window, and all three live as long as the pages do. Pages know these, never
// each other; the window connects what one asks of another.
struct PageContext {
    Workspace* workspace = nullptr;     // what is there: runs and their curves
    StudyDocument* document = nullptr;  // the study being designed
    RunControl* control = nullptr;      // starting, pausing, stopping
};

class Page : public QWidget {
    Q_OBJECT
  public:
    using QWidget::QWidget;
    virtual QString file_stem() const = 0;  // "study": the name of its screenshot
    // Called once before the page is shown, and again when the workspace is another one.
    virtual void set_context(const PageContext& context) = 0;
    // Shows something typical for a screenshot: the newest study, all its runs. True once all is drawn.
    virtual bool settle() { return true; }
    // What another page asked this one to show; ignored by a page that has no such choice.
    virtual void choose_runs(const QStringList& ids) { Q_UNUSED(ids) }
    virtual void choose_study(const QString& study) { Q_UNUSED(study) }
    // What the window restores at its next start: choices, splitters, columns. Never throws for what it is given.
    virtual QVariantMap save_state() const { return {}; }
    virtual void restore_state(const QVariantMap& state) { Q_UNUSED(state) }

  Q_SIGNALS:
    void open_page(const QString& file_stem);
    void show_runs(const QStringList& ids);    // in Live
    void compare_study(const QString& study);  // in Compare
    void report_study(const QString& study);   // in Report
    void count_changed(int count);             // beside the page's name in the header; 0: none
    void message(const QString& line);         // the status line, plain text
};

}  // namespace ablate::ui
