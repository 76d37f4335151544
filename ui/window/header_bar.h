#pragma once
#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace ablate::ui {

class PageTabs;
struct OverallProgress;

// The line at the top: which study, the pages, how far training is.
class HeaderBar : public QWidget {
    Q_OBJECT
  public:
    explicit HeaderBar(QWidget* parent = nullptr);
    PageTabs& tabs() { return *tabs_; }
    void set_study(const QString& name, bool modified, const QString& file);
    void set_progress(const OverallProgress& progress);
    // A study is being prepared; share below 0: nobody knows how far. An empty text ends it.
    void set_preparing(const QString& what, double share);
    void set_waiting(const QString& what);  // for what cannot be cancelled; ended in the same way

  Q_SIGNALS:
    void study_clicked();
    void cancel_preparation();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void show_study();
    QWidget* left_;
    QWidget* right_;
    QString study_;
    bool modified_ = false;
    QToolButton* name_;
    PageTabs* tabs_;
    QLabel* progress_text_;
    QProgressBar* bar_;
    QToolButton* cancel_;
    QString training_text_;
    int training_share_ = 0;
    bool busy_ = false;  // with something else than training
    void show_progress(const QString& text, int share);
};

}  // namespace ablate::ui
