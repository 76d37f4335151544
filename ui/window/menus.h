#pragma once
#include <QObject>

class QAction;
class QMenu;
class QUndoStack;

namespace ablate::ui {

class MainWindow;

// The menu bar: every command of the window with its shortcut.
class Menus : public QObject {
    Q_OBJECT
  public:
    explicit Menus(MainWindow& window);
    void set_undo_stack(QUndoStack* stack);
    void set_presets(const QStringList& names);
    void set_recent_workspaces(const QStringList& folders);  // without the one that is open

  private:
    void build_file();
    void build_import(QMenu* menu);
    void build_edit();
    void build_view();
    void build_help();

    MainWindow& window_;
    QMenu* presets_ = nullptr;
    QMenu* recent_ = nullptr;
    QAction* undo_ = nullptr;
    QAction* redo_ = nullptr;
    QUndoStack* stack_ = nullptr;
};

}  // namespace ablate::ui
