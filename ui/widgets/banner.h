#pragma once
#include <QFrame>
#include <QStringList>

class QLabel;
class QPushButton;

namespace ablate::ui {

// A line that stays until it is dismissed: what happened and what can be done about it.
class Banner : public QFrame {
    Q_OBJECT
  public:
    enum class Tone { neutral, warning, danger };
    explicit Banner(QWidget* parent = nullptr);  // hidden at first
    // Covers the bottom of `area`, a sibling, so that nothing moves when it appears and disappears.
    void float_over(QWidget* area);
    // `details`: what `text` sums up, a line each; shown on request.
    void tell(Tone tone, const QString& text, const QString& action = {}, const QStringList& details = {});
    QString text() const;
    QStringList details() const { return details_; }

  Q_SIGNALS:
    void triggered();  // the action; the banner hides

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void show_details(bool shown);
    void place();

    QWidget* area_ = nullptr;  // null: it has its place in a layout
    QLabel *text_, *all_;
    QPushButton *more_, *action_;
    QStringList details_;
};

}  // namespace ablate::ui
