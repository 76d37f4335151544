#pragma once
#include <QWidget>
#include <vector>

class QAbstractButton;
class QButtonGroup;

namespace ablate::ui {

// The pages by name in the header: one is chosen or, on a page that has no tab, none. Arrow keys go along them.
class PageTabs : public QWidget {
    Q_OBJECT
  public:
    explicit PageTabs(QWidget* parent = nullptr);
    void add(const QString& title, const QKeySequence& shortcut);
    void set_count(int tab, int count);  // 0: none
    void choose(int tab);                // -1: none; says nothing
    int chosen() const;

  Q_SIGNALS:
    void clicked(int tab);

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

  private:
    bool step_focus(int key);
    QButtonGroup* group_;
};

}  // namespace ablate::ui
