#pragma once
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWidget>

namespace ablate::ui {

// A heading that folds what is below it, with a remark at its end that stays visible.
class FoldSection : public QWidget {
    Q_OBJECT
  public:
    explicit FoldSection(const QString& title, QWidget* parent = nullptr);
    void add(QWidget* row);
    bool is_open() const { return open_; }
    void set_open(bool open);
    void force_open(bool force);  // a filter shows what it finds, folded or not
    void set_remark(const QString& remark);

  Q_SIGNALS:
    void toggled(bool open);  // by the user

  private:
    void lay_out();
    QToolButton* head_;
    QLabel* remark_;
    QWidget* body_;
    QVBoxLayout* rows_;
    bool open_ = true, forced_ = false;
};

}  // namespace ablate::ui
