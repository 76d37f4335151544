#pragma once
#include <QObject>
#include <QPointer>

class QMessageBox;

namespace ablate::ui {

class RunControl;

// What comes before a workspace is left, by closing the window or opening another: with runs in training it asks
// whether they go on in the background, pause with a checkpoint, or the window stays.
class Leaving : public QObject {
    Q_OBJECT
  public:
    // `window`: whose dialog it is. Both outlive this.
    Leaving(QWidget* window, RunControl* control, QObject* parent);
    void ask();             // then left() or stayed()
    void without_asking();  // pauses with checkpoints; left()
    bool under_way() const { return under_way_; }

  Q_SIGNALS:
    void waiting(const QString& line);  // what takes a moment, while checkpoints are written
    void left();
    void stayed(const QString& line);  // `line`: why, when it was not the user's wish

  private:
    void answered();
    QWidget* window_;
    RunControl* control_;
    QPointer<QMessageBox> box_;
    bool under_way_ = false;
    bool must_leave_ = false;  // nobody is asked any more
};

}  // namespace ablate::ui
