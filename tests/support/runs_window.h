#pragma once
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "ui/bridge/run_control.h"
#include "ui/bridge/study_document.h"
#include "ui/bridge/workspace.h"
#include "ui/pages/runs/runs_model.h"
#include "ui/pages/runs/runs_page.h"
#include "ui/pages/runs/runs_table.h"

#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QTest>
#include <QToolButton>
#include <memory>
#include <stdexcept>

namespace ablate::test {

// The page over its own workspace, as the window would hold it.
struct RunsWindow {
    TempFolder folder;
    std::unique_ptr<ui::Workspace> workspace;
    std::unique_ptr<ui::StudyDocument> document;
    std::unique_ptr<ui::RunControl> control;
    std::unique_ptr<ui::RunsPage> page = std::make_unique<ui::RunsPage>();

    void open(int runs) {
        workspace = std::make_unique<ui::Workspace>(folder.path());
        document = std::make_unique<ui::StudyDocument>(folder.path());
        control = std::make_unique<ui::RunControl>(folder.path());
        page->resize(1400, 800);
        page->set_context({workspace.get(), document.get(), control.get()});
        page->show();
        QVERIFY(QTest::qWaitForWindowActive(page.get()));
        workspace->refresh();
        QTRY_COMPARE(ids().size(), runs);
    }
    ui::RunsTable& table() const { return *page->findChild<ui::RunsTable*>(); }
    QLineEdit& filter() const { return *field("Filter runs"); }
    QLineEdit* field(const QString& name) const {
        for (QLineEdit* line : page->findChildren<QLineEdit*>())
            if (line->accessibleName() == name) return line;
        return nullptr;
    }
    QStringList ids() const {
        QStringList ids;
        const QAbstractItemModel& shown = *table().model();
        for (int g = 0; g < shown.rowCount(); ++g)
            for (int r = 0; r < shown.rowCount(shown.index(g, 0)); ++r)
                ids += shown.index(r, 0, shown.index(g, 0)).data(ui::RunsModel::id_role).toString();
        return ids;
    }
    QModelIndex cell(const QString& id, int column) const {
        const QAbstractItemModel& shown = *table().model();
        for (int g = 0; g < shown.rowCount(); ++g)
            for (int r = 0; r < shown.rowCount(shown.index(g, 0)); ++r)
                if (shown.index(r, 0, shown.index(g, 0)).data(ui::RunsModel::id_role).toString() == id)
                    return shown.index(r, column, shown.index(g, 0));
        return {};
    }
    void click(const QString& id) {
        table().scrollTo(cell(id, ui::RunsModel::state));
        QTest::mouseClick(table().viewport(), Qt::LeftButton, {},
                          table().visualRect(cell(id, ui::RunsModel::state)).center());
    }
    QAction& action(const QString& text) const {
        for (QAction* action : page->actions())
            if (action->text() == text) return *action;
        throw std::logic_error("no action " + text.toStdString());
    }
    QToolButton* button(const QString& text) const {
        for (QToolButton* button : page->findChildren<QToolButton*>())
            if (button->text() == text) return button;
        return nullptr;
    }
    QLabel* label(const QString& words) const {
        for (QLabel* label : page->findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(words)) return label;
        return nullptr;
    }
    QPushButton* push_button(const QString& text) const {
        for (QPushButton* button : page->findChildren<QPushButton*>())
            if (button->isVisible() && button->text() == text) return button;
        return nullptr;
    }
};

inline QMessageBox* question(QWidget* above) {
    for (QMessageBox* box : above->findChildren<QMessageBox*>())
        if (box->isVisible()) return box;
    return nullptr;
}

inline void answer(QMessageBox* box, const QString& text) {
    for (QAbstractButton* button : box->buttons())
        if (button->text() == text) return QTest::mouseClick(button, Qt::LeftButton);
    qFatal("no such answer");
}

inline QString text(const std::string& words) { return QString::fromStdString(words); }

inline QString write_run(const RunsWindow& window, const SyntheticRun& run) {
    return text(write_synthetic_run(window.folder.path(), run).id());
}

}  // namespace ablate::test
