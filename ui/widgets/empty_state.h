#pragma once
#include <QWidget>

class QLabel;
class QPushButton;

namespace ablate::ui {

// What an empty list shows in its place: what is missing, what fills it, and the one action that does.
class EmptyState : public QWidget {
    Q_OBJECT
  public:
    // `action` may be empty: then there is no button.
    EmptyState(const QString& title, const QString& text, const QString& action, QWidget* parent = nullptr);
    void set_texts(const QString& title, const QString& text, const QString& action);

  Q_SIGNALS:
    void triggered();

  private:
    QLabel* title_;
    QLabel* text_;
    QPushButton* button_;
};

}  // namespace ablate::ui
