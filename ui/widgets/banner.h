#pragma once
#include <QFrame>

class QLabel;
class QPushButton;

namespace ablate::ui {

// A line above a page that stays until it is dismissed: what happened and what can be done about it.
class Banner : public QFrame {
    Q_OBJECT
  public:
    enum class Tone { neutral, warning, danger };
    explicit Banner(QWidget* parent = nullptr);  // hidden at first
    void tell(Tone tone, const QString& text, const QString& action = {});
    QString text() const;

  Q_SIGNALS:
    void triggered();  // the action; the banner hides

  private:
    QLabel* text_;
    QPushButton* action_;
};

}  // namespace ablate::ui
