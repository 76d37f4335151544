#pragma once
#include <QObject>
#include <QStringList>
#include <QTimer>

namespace ablate::ui {

class MainWindow;

// Writes a picture of every page of a window into a folder: study.png, runs.png, live.png, compare.png, report.png.
class Screenshots : public QObject {
    Q_OBJECT
  public:
    // Shows the window. done() once all are written, or with the reason why not.
    Screenshots(MainWindow& window, const QString& folder);

  Q_SIGNALS:
    void done(const QString& problem);  // "": none

  private:
    void look();
    void take(const QString& page);

    MainWindow& window_;
    QString folder_;
    QStringList left_;  // pages to take
    QTimer timer_;
    int looks_ = 0;    // at the page that is shown
    int settled_ = 0;  // looks in a row at which it was drawn
};

}  // namespace ablate::ui
