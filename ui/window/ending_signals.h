#pragma once
#include <QObject>

class QSocketNotifier;

namespace ablate::ui {

// SIGINT, SIGTERM and SIGHUP as a signal of Qt, in the window's thread. The second one ends the process at once, as the
// command line does. One object at a time.
class EndingSignals : public QObject {
    Q_OBJECT
  public:
    explicit EndingSignals(QObject* parent = nullptr);
    ~EndingSignals() override;

  Q_SIGNALS:
    void asked_to_end(int signal);

  private:
    QSocketNotifier* notifier_;
};

}  // namespace ablate::ui
