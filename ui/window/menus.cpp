#include "ui/window/menus.h"

#include "ui/window/main_window.h"

#include <QMenuBar>
#include <QUndoStack>

namespace ablate::ui {
namespace {

template <class Receiver, class Act>
QAction* add(QMenu* menu, const QString& text, const QKeySequence& shortcut, Receiver* receiver, Act act) {
    QAction* action = menu->addAction(text);
    action->setShortcut(shortcut);
    QObject::connect(action, &QAction::triggered, receiver, act);
    return action;
}

QString as_text(QString name) { return name.replace('&', "&&"); }

}  // namespace

Menus::Menus(MainWindow& window) : QObject(&window), window_(window) {
    build_file();
    build_edit();
    build_view();
    build_help();
}

void Menus::build_file() {
    QMenu* menu = window_.menuBar()->addMenu("&File");
    add(menu, "&New study", QKeySequence::New, &window_, &MainWindow::new_study);
    add(menu, "&Open study…", QKeySequence::Open, &window_, &MainWindow::choose_study_to_open);
    presets_ = menu->addMenu("Open &preset");
    add(menu, "&Save study", QKeySequence::Save, &window_, &MainWindow::save_study);
    add(menu, "Save study &as…", QKeySequence("Ctrl+Shift+S"), &window_, &MainWindow::choose_study_to_save);
    menu->addSeparator();
    build_import(menu->addMenu("&Import"));
    add(menu, "&Fold with FlashNorm…", {}, &window_, &MainWindow::choose_to_fold);
    menu->addSeparator();
    add(menu, "Open &workspace…", QKeySequence("Ctrl+Shift+O"), &window_, &MainWindow::choose_workspace);
    recent_ = menu->addMenu("&Recent workspaces");
    menu->addSeparator();
    add(menu, "Se&ttings…", QKeySequence("Ctrl+,"), &window_, &MainWindow::show_settings);
    menu->addSeparator();
    add(menu, "&Quit", QKeySequence("Ctrl+Q"), &window_, &QWidget::close);
    set_presets({});
    set_recent_workspaces({});
}

void Menus::build_import(QMenu* menu) {
    const auto offer = [&](const QString& text, ImportKind kind) {
        add(menu, text, {}, &window_, [this, kind] { window_.choose_to_import(kind); });
    };
    offer("&Hugging Face model…", ImportKind::model);
    offer("&Run directory…", ImportKind::run);
    offer("Training &logs…", ImportKind::log);
    add(menu, "&TensorBoard folder…", {}, &window_, [this] { window_.choose_logs(true); });
    offer("&Norm-ablation folder…", ImportKind::norm_ablation);
}

void Menus::build_edit() {
    QMenu* menu = window_.menuBar()->addMenu("&Edit");
    undo_ = add(menu, "&Undo", QKeySequence::Undo, this, [this] {
        if (stack_) stack_->undo();
    });
    redo_ = add(menu, "&Redo", QKeySequence("Ctrl+Shift+Z"), this, [this] {
        if (stack_) stack_->redo();
    });
    redo_->setShortcuts({QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")});
    set_undo_stack(nullptr);
}

void Menus::build_view() {
    QMenu* menu = window_.menuBar()->addMenu("&View");
    int number = 1;
    for (const QString& stem : MainWindow::tab_pages()) {
        const QString title = stem.left(1).toUpper() + stem.mid(1);
        add(menu, '&' + title, QKeySequence(QString("Ctrl+%1").arg(number++)), &window_,
            [this, stem] { window_.show_page(stem); });
    }
    add(menu, "&Welcome", {}, &window_, [this] { window_.show_page("welcome"); });
    menu->addSeparator();
    add(menu, "&Go to…", QKeySequence("Ctrl+K"), &window_, &MainWindow::show_palette);
    menu->addSeparator();
    QAction* full = add(menu, "&Full screen", QKeySequence("F11"), &window_,
                        [this] { window_.setWindowState(window_.windowState() ^ Qt::WindowFullScreen); });
    full->setCheckable(true);
    connect(menu, &QMenu::aboutToShow, full, [this, full] { full->setChecked(window_.isFullScreen()); });
}

void Menus::build_help() {
    QMenu* menu = window_.menuBar()->addMenu("&Help");
    add(menu, "&Help on this page", QKeySequence::HelpContents, &window_, &MainWindow::show_help);
    menu->addSeparator();
    add(menu, "&About Ablate", {}, &window_, &MainWindow::show_about);
}

void Menus::set_undo_stack(QUndoStack* stack) {
    if (stack_) stack_->disconnect(this);
    stack_ = stack;
    const auto name = [](const QString& verb, const QString& what) {
        return what.isEmpty() ? verb : QString("%1 %2").arg(verb, as_text(what.left(1).toLower() + what.mid(1)));
    };
    const auto show = [this, name] {
        undo_->setEnabled(stack_ && stack_->canUndo());
        redo_->setEnabled(stack_ && stack_->canRedo());
        undo_->setText(name("&Undo", stack_ ? stack_->undoText() : QString()));
        redo_->setText(name("&Redo", stack_ ? stack_->redoText() : QString()));
    };
    show();
    if (!stack_) return;
    connect(stack_, &QUndoStack::indexChanged, this, show);
    connect(stack_, &QUndoStack::canUndoChanged, this, show);
    connect(stack_, &QUndoStack::undoTextChanged, this, show);
    connect(stack_, &QObject::destroyed, this, [this, stack] {
        if (stack_ == stack) set_undo_stack(nullptr);
    });
}

void Menus::set_presets(const QStringList& names) {
    presets_->clear();
    presets_->setEnabled(!names.isEmpty());
    for (const QString& name : names)
        add(presets_, as_text(name), {}, &window_, [this, name] { window_.open_study(name); });
}

void Menus::set_recent_workspaces(const QStringList& folders) {
    recent_->clear();
    recent_->setEnabled(!folders.isEmpty());
    for (const QString& folder : folders)
        add(recent_, as_text(folder), {}, &window_, [this, folder] { window_.open_workspace(folder); });
}

}  // namespace ablate::ui
