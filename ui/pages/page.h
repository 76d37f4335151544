#pragma once
#include <QWidget>

namespace ablate::ui {

class Workspace;

// What every page is given. Pages know this, never each other; the window connects what one asks of another.
struct PageContext {
    Workspace* workspace = nullptr;
};

class Page : public QWidget {
    Q_OBJECT
  public:
    using QWidget::QWidget;
    virtual QString title() const = 0;
    virtual QString file_stem() const = 0;  // "study": the name of its screenshot
    // Called when the workspace is another one.
    virtual void set_context(const PageContext& context) = 0;
    // Shows something typical for a screenshot: the newest study, all its runs. True once all is drawn.
    virtual bool settle() { return true; }

  Q_SIGNALS:
    void open_page(const QString& file_stem);
    void show_runs(const QStringList& ids);    // in Live
    void compare_study(const QString& study);  // in Compare
    void message(const QString& line);         // the status line
};

}  // namespace ablate::ui
