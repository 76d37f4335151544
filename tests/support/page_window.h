#pragma once
#include "tests/support/temp_folder.h"
#include "ui/bridge/workspace.h"
#include "ui/widgets/page.h"

#include <QLabel>
#include <QPushButton>
#include <memory>
#include <stdexcept>

namespace ablate::test {

// A page over its own workspace, as the window would show it.
template <class Shown>
struct PageWindow {
    TempFolder folder;
    std::unique_ptr<ui::Workspace> workspace;
    Shown page;

    void open() {
        workspace = std::make_unique<ui::Workspace>(folder.path());
        page.resize(1200, 800);
        page.set_context({workspace.get()});
        page.show();
        workspace->refresh();
    }
    // By its accessible name: the popup of a combo box is a list as well.
    template <class Widget>
    Widget& named(const QString& name) {
        for (Widget* widget : page.template findChildren<Widget*>())
            if (widget->accessibleName() == name) return *widget;
        throw std::logic_error("no widget " + name.toStdString());
    }
    QLabel* telling(const QString& words) {
        for (QLabel* label : page.template findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(words)) return label;
        return nullptr;
    }
    QPushButton& button(const QString& text) {
        for (QPushButton* button : page.template findChildren<QPushButton*>())
            if (button->text() == text) return *button;
        throw std::logic_error("no button " + text.toStdString());
    }
};

}  // namespace ablate::test
